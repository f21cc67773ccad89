using System.Globalization;
using System.IO.Compression;
using Crm.Analytics.Tests.Connectors.Records;
using Crm.Analytics.Warehouse;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Connectors.Http;

internal sealed class FailureTests
{
    private const string Good = "[{\"id\":1},{\"id\":2}]";

    private static readonly TestCaseData[] Passing =
    [
        Case("500 twice", 2, (context, _) => ServedApi.Json(context, "busy", 500)),
        Case("408", 1, (context, _) => ServedApi.Json(context, "", 408)),
        Case("truncated JSON", 1, (context, _) => ServedApi.Json(context, "[{\"id\":1},{\"i")),
        Case("nothing, as an answer cut off before its first byte", 1, (context, _) => ServedApi.Json(context, "")),
        Case("no JSON", 1, (context, _) => ServedApi.Json(context, "<html>please wait</html>")),
        Case("reset within the body", 2, Reset),
        Case("reset before an answer", 1, (context, _) => { context.Abort(); return Task.CompletedTask; }),
        Case("a damaged archive", 1, (context, _) => { context.Response.Headers.ContentEncoding = "gzip"; return ServedApi.Json(context, "no gzip"); }),
    ];

    [TestCaseSource(nameof(Passing))]
    public async Task Extract_AfterAFailureThatPasses_LandsEveryRecordOnce(int failures, Func<HttpContext, int, Task> failure)
    {
        await using var api = await ServedApi.Start((context, n) => n < failures ? failure(context, n) : ServedApi.Json(context, Good));
        var clock = new QuickClock();
        using var project = new ConnectorProject(Source(api)) { Clock = clock };
        var batch = project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(batch, "id"), Is.EqualTo(new[] { "1", "2" }));
            Assert.That(api.Requests, Has.Count.EqualTo(failures + 1));
            Assert.That(clock.Waits, Has.Count.EqualTo(failures));
            foreach (var (i, wait) in clock.Waits.Index())
            {
                Assert.That(wait.TotalSeconds, Is.InRange(Math.Pow(2, i) / 2, Math.Pow(2, i)));
            }
        });
    }

    [TestCase(429, "7", 7)]
    [TestCase(503, "Sun, 01 Mar 2026 12:01:30 GMT", 90)]
    [TestCase(429, "Sun, 01 Mar 2026 11:00:00 GMT", 0)]
    public async Task Extract_TheServerSaysWhenToComeBack_IsWaitedForAsLong(int status, string after, int seconds)
    {
        await using var api = await ServedApi.Start((context, n) =>
        {
            context.Response.Headers.RetryAfter = after;
            return n == 0 ? ServedApi.Json(context, "slow down", status) : ServedApi.Json(context, Good);
        });
        var clock = new QuickClock();
        using var project = new ConnectorProject(Source(api)) { Clock = clock };
        project.Land();
        Assert.That(clock.Waits.Sum(w => w.TotalSeconds), Is.EqualTo(seconds));
    }

    [Test]
    public async Task Extract_TheServerAsksForTooMuch_EndsAndMayBeTriedLater()
    {
        await using var api = await ServedApi.Start((context, _) =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return ServedApi.Json(context, "quota", 429);
        });
        using var project = new ConnectorProject(Source(api));
        var error = Assert.Catch<CrmException>(() => project.Land())!;
        Assert.That(error.Retryable);
        Assert.That(error.Found, Is.EqualTo("the server answered 429 Too Many Requests: quota (it asks to wait 3600 s)"));
    }

    [Test]
    public async Task Extract_AFailureThatStays_EndsAfterTheRetriesWithNothingLanded()
    {
        await using var api = await ServedApi.Start((context, n) => n == 0 ? ServedApi.Json(context, "[{\"id\":1}]") : ServedApi.Json(context, "down", 502));
        using var project = new ConnectorProject(Source(api, "pagination: page", "retries: 3"));
        var error = Assert.Catch<CrmException>(() => project.Land())!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Retryable);
            Assert.That(error.Found, Is.EqualTo("the server answered 502 Bad Gateway: down (tried 4 times)"));
            Assert.That(error.Where, Is.EqualTo($"api/orders {api.Url}/orders?page=2"));
            Assert.That(api.Requests, Has.Count.EqualTo(5));
            Assert.That(project.Store.Batches("api", "orders"), Is.Empty);
        });
    }

    [Test]
    public async Task Extract_ARefusal_IsFinalAndTellsNoSecret()
    {
        await using var api = await ServedApi.Start((context, _) => ServedApi.Json(context, "no such thing\nfor s3cret-key " + new string('x', 1000), 404));
        using var project = new ConnectorProject(
            $"source: api\nconnector: http\nurl: {api.Url}\nauth: api_key\napi_key: ${{KEY}}\napi_key_param: k\nstreams:\n  orders: {{params: {{sig: \"${{SIG}}\", open: yes}}}}\n",
            secrets: [("KEY", "s3cret-key"), ("SIG", "a b/c")]);
        var error = Assert.Throws<CrmException>(() => project.Land())!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Retryable, Is.False);
            Assert.That(error.Where, Is.EqualTo($"api/orders {api.Url}/orders?sig=***&open=yes&k=***"));
            Assert.That(error.Found, Does.StartWith("the server answered 404 Not Found: no such thing for *** xxx").And.Length.LessThan(400));
            Assert.That(api.Requests.Single().Query, Is.EqualTo("?sig=a%20b%2Fc&open=yes&k=s3cret-key"));
        });
    }

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task Extract_AnArchiveThatUnpacksToTooMuch_IsRefused(string encoding)
    {
        using var packed = new MemoryStream();
        await using (Stream pack = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, true) : new BrotliStream(packed, CompressionLevel.Fastest, true))
        {
            var blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            for (var i = 0; i < 100; i++)
            {
                await pack.WriteAsync(blanks);
            }
        }

        await using var api = await ServedApi.Start(async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            await context.Response.Body.WriteAsync(packed.ToArray());
        });
        using var project = new ConnectorProject(Source(api, "max_response_bytes: 10000000"));
        var allocated = GC.GetTotalAllocatedBytes();
        var error = Assert.Throws<CrmException>(() => project.Land())!;
        Assert.That(error.Found, Is.EqualTo("an answer of more than 10,000,000 bytes, unpacked"));
        Assert.That(GC.GetTotalAllocatedBytes() - allocated, Is.LessThan(90_000_000));
        Assert.That(api.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Extract_RequestsPerSecond_AreNotExceeded()
    {
        await using var api = await ServedApi.Start((context, n) => ServedApi.Json(context, n < 4 ? $"[{{\"id\":{n}}}]" : "[]"));
        var clock = new QuickClock();
        using var project = new ConnectorProject(Source(api, "pagination: page", "requests_per_second: 0.5")) { Clock = clock };
        project.Land();
        Assert.That(clock.Waits, Is.EqualTo(Enumerable.Repeat(TimeSpan.FromSeconds(2), 4)));
    }

    [Test]
    public async Task Extract_Cancelled_EndsWhileItWaits()
    {
        using var stop = new CancellationTokenSource();
        await using var api = await ServedApi.Start((context, _) =>
        {
            stop.Cancel();
            return ServedApi.Json(context, "", 503);
        });
        using var project = new ConnectorProject(Source(api)) { Clock = TimeProvider.System };
        Assert.Catch<OperationCanceledException>(() => project.Land(cancellation: stop.Token));
    }

    private static string Source(ServedApi api, string stream = "path: orders", string source = "retries: 5") =>
        $"source: api\nconnector: http\nurl: {api.Url}\n{source}\nstreams:\n  orders: {{{stream}}}\n";

    private static TestCaseData Case(string name, int failures, Func<HttpContext, int, Task> failure) =>
        new TestCaseData(failures, failure).SetName($"Extract_AfterAFailureThatPasses_LandsEveryRecordOnce({name})");

    private static async Task Reset(HttpContext context, int n)
    {
        context.Response.ContentLength = Good.Length;
        await context.Response.WriteAsync(Good[..(n + 5)].ToString(CultureInfo.InvariantCulture));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
