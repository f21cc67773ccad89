using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Host;

internal sealed class PushEndpointTests
{
    private string _folder = "";
    private PushEndpoint _push = null!;
    private ReportServer _server = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("crm-push-").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "sources"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "crm.yaml"), "name: Test\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "sources", "shop.yaml"), "source: shop\nconnector: push\ntoken: ${TOKEN}\nmax_request_bytes: 2000\nstreams:\n  orders: {key: id}\n");
        await Open();
    }

    [TearDown]
    public async Task Stop()
    {
        await Close();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("application/json", "{\"id\": 1, \"name\": \"Zoë\\n\"}", 1)]
    [TestCase("application/json; charset=utf-8", "[{\"id\": 1}, {\"id\":\n2}]", 2)]
    [TestCase("application/x-ndjson", "{\"id\": 1}\n\r\n {\"id\": 2}\r\n{\"id\": 3}", 3)]
    [TestCase("application/json", "[]", 0)]
    public async Task Post_Events_AnswersHowManyAndKeepsThem(string type, string body, int events)
    {
        var (status, answer) = await Send(body, type);
        Assert.That(status, Is.EqualTo(200));
        Assert.That(answer.GetProperty("received").GetInt32(), Is.EqualTo(events));
        await Close();
        Assert.That(Stored(), Has.Length.EqualTo(events));
        await Open();
    }

    [TestCase("{\"id\": 1", "application/json", "no JSON")]
    [TestCase("{\"id\": 1,}", "application/json", "no JSON")]
    [TestCase("{\"id\": 1, \"id\": 2}", "application/json", "no JSON")]
    [TestCase("", "application/json", "no JSON")]
    [TestCase("7", "application/json", "a JSON number")]
    [TestCase("[{\"id\":1},[]]", "application/json", "a JSON array")]
    [TestCase("{\"id\":1}\n{", "application/x-ndjson", "no JSON")]
    [TestCase("{\"id\":\"\\ud800\"}", "application/json", "no Unicode")]
    public async Task Post_WhatIsNoEvent_IsRefusedAsAWhole(string body, string type, string found)
    {
        var (status, answer) = await Send(body, type);
        Assert.That(status, Is.EqualTo(400));
        Assert.That(answer.GetProperty("error").GetProperty("found").GetString(), Does.Contain(found));
        Assert.That(answer.GetProperty("error").EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "found", "where", "expected", "next" }));
        await Close();
        Assert.That(Stored(), Is.Empty);
        await Open();
    }

    [TestCase("/v1/push/shop/orders", "t0ken", "application/json", 200)]
    [TestCase("/v1/push/shop/orders", "t0kem", "application/json", 401)]
    [TestCase("/v1/push/shop/orders", null, "application/json", 401)]
    [TestCase("/v1/push/shop/nothing", null, "application/json", 401)]
    [TestCase("/v1/push/shop/nothing", "t0ken", "application/json", 404)]
    [TestCase("/v1/push/shop/orders/x", "t0ken", "application/json", 404)]
    [TestCase("/v1/push/other/orders", "t0ken", "application/json", 404)]
    [TestCase("/v1/push/", "t0ken", "application/json", 404)]
    [TestCase("/v1/push/shop/orders", "t0ken", "text/plain", 415)]
    public async Task Post_AnswersByPathTokenAndType(string path, string? token, string type, int expected)
        => Assert.That((await Send("{\"id\":1}", type, path: path, token: token)).Status, Is.EqualTo(expected));

    [Test]
    public async Task Post_MoreThanTheLimit_IsTooLarge()
    {
        var (status, answer) = await Send($"{{\"id\":\"{new string('x', 2000)}\"}}", "application/json");
        Assert.That(status, Is.EqualTo(413));
        Assert.That(answer.GetProperty("error").GetProperty("next").GetString(), Is.EqualTo("Send smaller batches"));
    }

    [Test]
    public async Task Get_AStream_IsNotAllowed()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, "/v1/push/shop/orders"));
        request.Headers.Authorization = new("Bearer", "t0ken");
        using var response = await client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
    }

    [Test]
    public async Task Post_TheSameKeyAgain_IsAnsweredAlike()
    {
        var first = await Send("[{\"id\":1},{\"id\":2}]", "application/json", key: "abc");
        var again = await Send("[{\"id\": 1}, {\"id\": 2}]", "application/json", key: "abc");
        await Close();
        await Open();
        var later = await Send("[{\"id\":1},{\"id\":2}]", "application/json", key: "abc");
        Assert.Multiple(async () =>
        {
            Assert.That(again.Answer.ToString(), Is.EqualTo(first.Answer.ToString()));
            Assert.That(later.Answer.ToString(), Is.EqualTo(first.Answer.ToString()));
            Assert.That((await Send("{\"id\":3}", "application/json", key: "abc")).Status, Is.EqualTo(422));
            Assert.That((await Send("{\"id\":3}", "application/json", key: "a b")).Status, Is.EqualTo(400));
        });
        await Close();
        Assert.That(Stored(), Has.Length.EqualTo(2));
        await Open();
    }

    [Test]
    public async Task Load_OnlyWhenSomethingIsNew_AndAgainWhenItCouldNot()
    {
        var (loads, says) = (0, new List<string>());
        Exception? failure = null;
        var batches = new MicroBatches(_push, _ => { loads++; throw failure ?? new CrmException(FailureKind.Busy, "held", "w", "free", "wait"); }, says.Add, TimeProvider.System);
        Assert.That(batches.LoadWhatIsNew(default), Is.False, "busy");
        Assert.That(batches.LoadWhatIsNew(default), Is.False, "still busy");
        failure = new CrmException(FailureKind.Failed, "no room", "w", "room", "free space");
        Assert.That(batches.LoadWhatIsNew(default), Is.False, "failed");
        Assert.That(Enumerable.Range(0, 30).Count(_ => batches.LoadWhatIsNew(default)), Is.Zero);
        Assert.That((loads, says.Count), Is.EqualTo((5, 1)), "a failure is told once and tried less often");

        var good = new MicroBatches(_push, _ => loads++, says.Add, TimeProvider.System);
        Assert.That((good.LoadWhatIsNew(default), good.LoadWhatIsNew(default)), Is.EqualTo((true, false)));
        await Send("{\"id\":1}", "application/json");
        Assert.That((good.LoadWhatIsNew(default), good.LoadWhatIsNew(default)), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Open_WithoutItsToken_SaysWhichIsMissing()
    {
        var project = ProjectReader.ReadOrThrow(_folder, StandardConnectors.Options);
        var error = (await Assert.ThrowsAsync<CrmException>(() => PushEndpoint.Open(project, new Secrets(_folder, _ => null), TimeProvider.System)))!;
        Assert.That(error.Found, Is.EqualTo("the secret TOKEN is not there"));
    }

    private async Task Open()
    {
        var project = ProjectReader.ReadOrThrow(_folder, StandardConnectors.Options);
        _push = (await PushEndpoint.Open(project, new Secrets(_folder, name => name == "TOKEN" ? "t0ken" : null), TimeProvider.System))!;
        _server = await ReportServer.StartAsync(_folder, 0, CancellationToken.None, null, _push);
    }

    private async Task Close()
    {
        await _server.DisposeAsync();
        await _push.DisposeAsync();
    }

    private string[] Stored() => [.. Directory.EnumerateFiles(Path.Combine(_folder, "landing", ".push", "shop", "orders"), "*.events")
        .SelectMany(f => Encoding.Latin1.GetString(File.ReadAllBytes(f)).Split("{\"id\":").Skip(1))];

    private async Task<(int Status, JsonElement Answer)> Send(string body, string type, string? key = null, string path = "/v1/push/shop/orders", string? token = "t0ken")
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, path)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement.Clone());
    }
}
