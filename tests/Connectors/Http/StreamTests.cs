using System.Globalization;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Tests.Connectors.Records;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors.Http;

internal sealed class StreamTests
{
    [TestCase("lag: 2 hours", "2026-01-02T10:00:00Z", "2026-01-02T08:00:00Z")]
    [TestCase("lag: 1 day", "2026-01-02", "2026-01-01")]
    [TestCase("lag: 90 seconds", "1767348000", "1767347910")]
    [TestCase("lag: 90 seconds", "1767348000000", "1767347910000")]
    [TestCase("lag: 5", "1000", "995")]
    [TestCase("schema: evolve", "2026-01-02T10:00:00.120+02:00", "2026-01-02T10:00:00.120+02:00")]
    [TestCase("lag: 1 second", "2026-01-02T10:00:00.120+02:00", "2026-01-02T07:59:59.12Z")]
    public async Task Extract_Again_AsksFromTheMarkLessTheLag(string lag, string mark, string since)
    {
        await using var api = await ServedApi.Start($"[{{\"id\":1,\"at\":\"{mark}\"}},{{\"id\":2,\"at\":null}}]", "[]");
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{cursor: at, cursor_param: since, key: id, {lag}}}\n");
        project.Land();
        var second = project.Land();
        project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(api.Requests.Select(r => r.Query), Is.EqualTo(new[] { "", $"?since={Uri.EscapeDataString(since)}", $"?since={Uri.EscapeDataString(since)}" }));
            Assert.That(second.Columns.Select(c => c.Name), Is.EqualTo(new[] { "id", "at" }), "a delivery without records has the columns all the same");
            Assert.That(second.IsSnapshot, Is.False);
        });
    }

    [TestCase("page", "", false)]
    [TestCase("offset", "", true)]
    [TestCase("cursor", ", next_path: next", true)]
    public async Task FirstLoad_InChunks_GoesOnWhereTheLastOneEnded(string pages, string more, bool isIncremental)
    {
        await using var api = await ServedApi.Start((context, _) =>
        {
            var asked = context.Request.Query[pages].ToString();
            var first = asked.Length == 0 ? 0 : int.Parse(asked, CultureInfo.InvariantCulture);
            first = pages == "page" ? (first - 1) * 400 : first;
            var ids = Enumerable.Range(first, Math.Max(0, Math.Min(400, 2600 - first))).Select(i => $"{{\"id\":{i},\"at\":{i}}}");
            var next = first + 400 < 2600 ? $"{first + 400}" : "null";
            return ServedApi.Json(context, $"{{\"items\":[{string.Join(',', ids)}],\"next\":{next}}}");
        });
        var cursor = isIncremental ? ", cursor: at, cursor_param: since" : "";
        using var project = new ConnectorProject(
            $"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{key: id, chunk_rows: 1000, records: items, pagination: {pages}{more}{cursor}}}\n");
        var landed = new StreamExtract(project.Connector, project.Store).Run(project.Stream(), CommittedStream.Nothing);
        Assert.That(landed.Batches.Select(b => (b.Records, b.HasMore, b.IsSnapshot)), Is.EqualTo(new[] { (1200L, true, false), (1200L, true, false), (200L, false, !isIncremental) }));
        Assert.That(landed.Batches.SelectMany(b => project.Rows(b, "id")).Distinct().Count(), Is.EqualTo(2600));
        Assert.That(api.Requests.Any(r => r.Query.Contains("since", StringComparison.Ordinal)), Is.False, "a mark is asked from when all is landed");
        var asked = api.Requests.Count;
        File.Delete(Path.ChangeExtension(landed.Batches[2].ParquetPath, "json"));
        var resumed = new StreamExtract(project.Connector, project.Store).Run(project.Stream(), CommittedStream.Nothing);
        Assert.That((resumed.Resumed, api.Requests.Count - asked), Is.EqualTo((2, pages == "cursor" ? 1 : 2)), "only what is behind the chunks that landed");
    }

    [Test]
    public async Task FirstLoad_PlaceTheServerForgot_IsReadAgainFromTheBeginning()
    {
        var isForgotten = false;
        await using var api = await ServedApi.Start((context, _) =>
        {
            var asked = context.Request.Query["cursor"].ToString();
            return asked.Length > 0 && isForgotten ? ServedApi.Json(context, "{\"error\":\"expired\"}", 410)
                : ServedApi.Json(context, asked.Length == 0 ? $"{{\"items\":[{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"{{\"id\":{i}}}"))}],\"next\":{(isForgotten ? "null" : "\"x\"")}}}" : "{\"items\":[{\"id\":5000}]}");
        });
        using var project = new ConnectorProject(
            $"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{key: id, chunk_rows: 1000, records: items, pagination: cursor, next_path: next}}\n");
        var landed = new StreamExtract(project.Connector, project.Store).Run(project.Stream(), CommittedStream.Nothing);
        File.Delete(Path.ChangeExtension(landed.Batches[1].ParquetPath, "json"));
        isForgotten = true;
        var resumed = new StreamExtract(project.Connector, project.Store).Run(project.Stream(), CommittedStream.Nothing);
        Assert.That(resumed.Batches[1].Records, Is.EqualTo(1000));
        Assert.That(resumed.Batches[1].Files[0].Warnings.Concat(resumed.Batches[1].Warnings), Has.Some.Contains("everything was read again"));
    }

    [Test]
    public async Task Extract_TheMark_IsTheGreatestWhateverTheOrder()
    {
        await using var api = await ServedApi.Start("[{\"id\":1,\"v\":9},{\"id\":2,\"v\":100},{\"id\":3,\"v\":20}]", "[]");
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{key: id, cursor: v, cursor_param: after}}\n");
        project.Land();
        project.Land();
        Assert.That(api.Requests[1].Query, Is.EqualTo("?after=100"));
    }

    [Test]
    public async Task Extract_Backfill_TakesTheRangeAndMovesNoMark()
    {
        await using var api = await ServedApi.Start("[{\"id\":1,\"at\":\"2026-01-01\"},{\"id\":2,\"at\":\"2026-02-01\"},{\"id\":3,\"at\":\"2026-03-01\"},{\"id\":4}]");
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{key: id, cursor: at, cursor_param: from, cursor_to_param: to}}\n");
        project.Land();
        var batch = project.Extract(t => t with { From = "2026-01-15", To = "2026-03-01" });
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(batch, "id"), Is.EqualTo(new[] { "2" }));
            Assert.That(batch.State, Is.EqualTo(project.Committed().State));
            Assert.That(api.Requests[1].Query, Is.EqualTo("?from=2026-01-15&to=2026-03-01"));
        });
    }

    [Test]
    public async Task Extract_Preview_StopsEarly()
    {
        await using var api = await ServedApi.Start((context, n) => ServedApi.Json(context, $"[{{\"id\":{n}}}]"));
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{pagination: page}}\n");
        Assert.That(project.Rows(project.Extract(t => t with { Limit = 2 }), "id"), Is.EqualTo(new[] { "0", "1" }));
        Assert.That(project.Connector.Columns(project.Stream()).Single().Name, Is.EqualTo("id"));
    }

    [Test]
    public async Task Extract_ChildStream_ComesOutOfItsParentsDelivery()
    {
        await using var api = await ServedApi.Start((context, n) => ServedApi.Json(context, n switch
        {
            0 => """{"data":[{"id":"a","at":"2026-01-01","lines":[{"sku":1,"n":2},{"sku":2}]},{"id":"b","at":"2026-01-02","lines":[]}],"next":"x"}""",
            1 => """{"data":[{"id":"c","at":"2026-01-03","lines":[{"sku":3}, 5]},{"id":"d","at":"2026-01-01"}]}""",
            _ => """{"data":[]}""",
        }));
        using var project = new ConnectorProject($$"""
            source: api
            connector: http
            url: {{api.Url}}
            pagination: cursor
            next_path: next
            streams:
              orders: {records: data, key: id, cursor: at, cursor_param: since}
              order_lines: {parent: orders, records: lines, key: [_parent_id, sku]}
            """);
        var lines = project.Land("order_lines");
        var orders = project.Land("orders");
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(lines, "_parent_id", "sku", "n"), Is.EqualTo(new[] { "a|1|2", "a|2|∅", "c|3|∅" }));
            Assert.That(lines.Rejects, Has.Count.EqualTo(1));
            Assert.That(project.Rows(orders, "id"), Is.EqualTo(new[] { "a", "b", "c", "d" }));
            Assert.That(api.Requests, Has.Count.EqualTo(2), "the pages are fetched once");
            Assert.That(lines.IsSnapshot, Is.False);
        });
        project.NextRun();
        project.Land("orders");
        project.Land("order_lines");
        Assert.That(api.Requests.Skip(2).Select(r => r.Query), Is.EqualTo(new[] { "?since=2026-01-03" }));
    }

    [Test]
    public async Task Extract_OAuth_AsksForOneTokenUntilItEndsOrIsRefused()
    {
        var given = 0;
        await using var api = await ServedApi.Start((context, _) => context.Request.Path == "/token"
            ? ServedApi.Json(context, $"{{\"access_token\":\"t{++given}-secret\",\"expires_in\":600}}")
            : context.Request.Headers.Authorization == $"Bearer t{given}-secret" && given != 2 ? ServedApi.Json(context, "[{\"id\":1}]") : ServedApi.Json(context, "who?", 401));
        var clock = new QuickClock();
        using var project = new ConnectorProject($$"""
            source: api
            connector: http
            url: {{api.Url}}
            auth: oauth2
            token_url: {{api.Url}}/token
            client_id: crm
            client_secret: ${SECRET}
            scope: read all
            streams:
              orders: {path: orders}
              others: {path: others}
            """, secrets: ("SECRET", "s&cret"))
        { Clock = clock };
        project.Land("orders");
        project.Land("others");
        Assert.That(given, Is.EqualTo(1));
        clock.Advance(TimeSpan.FromSeconds(571));
        project.Land("orders");
        Assert.Multiple(() =>
        {
            Assert.That(given, Is.EqualTo(3), "the second token is refused and a third asked for");
            Assert.That(api.Requests.First(r => r.Path == "/token").Body, Is.EqualTo("grant_type=client_credentials&client_id=crm&client_secret=s%26cret&scope=read%20all"));
            Assert.That(project.Secrets.Redact("Bearer t3-secret"), Is.EqualTo("Bearer ***"));
        });
    }

    [TestCase("auth: basic\nusername: ann\npassword: ${P}", "Authorization", "Basic YW5uOnA6dw==")]
    [TestCase("auth: bearer\ntoken: ${P}", "Authorization", "Bearer p:w")]
    [TestCase("auth: api_key\napi_key: ${P}", "X-API-Key", "p:w")]
    [TestCase("auth: api_key\napi_key: ${P}\napi_key_header: X-Shop", "X-Shop", "p:w")]
    [TestCase("headers: {Authorization: \"Token ${P}\", Accept: application/vnd.shop+json}", "Authorization", "Token p:w")]
    public async Task Extract_Authorised_CarriesIt(string options, string header, string value)
    {
        await using var api = await ServedApi.Start("[]");
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\n{options}\nstreams:\n  orders: {{path: orders}}\n", secrets: ("P", "p:w"));
        project.Land();
        Assert.That(api.Requests.Single().Headers[header], Is.EqualTo(value));
    }

    [TestCase("url: ftp://example.com", "path: a", "an absolute http or https URL")]
    [TestCase("url: https://example.com\nauth: bearer", "path: a", "auth: bearer without a right 'token'")]
    [TestCase("url: https://example.com", "path: 'https://other.example/x'", "a path behind the source's url")]
    [TestCase("url: https://example.com", "pagination: cursor", "without next_path")]
    [TestCase("url: https://example.com\nheaders: {Authorization: Bearer abc}", "path: a", "its secret as ${NAME}")]
    [TestCase("url: https://example.com\nrequests_per_second: fast", "path: a", "a number above 0")]
    [TestCase("url: https://example.com", "records: 'a..b'", "a path of names and places")]
    [TestCase("url: https://example.com", "parent: shops", "another stream of this source")]
    [TestCase("url: https://example.com\nauth: bearer\ntoken: ${NOT_THERE}", "path: a", "the secret NOT_THERE is not there")]
    public void Extract_WrongOptions_PointsAtThem(string source, string stream, string said)
    {
        using var project = new ConnectorProject($"source: api\nconnector: http\n{source}\nstreams:\n  orders: {{{stream}}}\n");
        var error = Assert.Throws<CrmException>(() => project.Land())!;
        Assert.That(error.Kind, Is.EqualTo(FailureKind.CheckFailed));
        Assert.That(error.Message, Does.Contain(said).And.Contain("sources/api.yaml:"));
    }

    [Test]
    public void Read_AMapping_KeepsNumbersAndTexts()
    {
        using var project = new ConnectorProject("""
            source: api
            connector: http
            url: https://example.com
            streams:
              orders: {method: POST, body: {a: 1, b: "1", c: [true, null, x], d: {e: 1.50, f: 007}}}
            """);
        Assert.That(project.Stream().Option("body")!.Text, Is.EqualTo("""{"a":1,"b":"1","c":[true,null,"x"],"d":{"e":1.50,"f":"007"}}"""));
    }

    [Test]
    public void Read_ASecretInAMapping_IsRefused()
    {
        using var project = new Declarations.TestProject();
        project.Write("sources/api.yaml", "source: api\nconnector: http\nurl: https://example.com\nstreams:\n  orders: {body: {login: {password: hunter2}}}\n");
        Assert.That(project.Problems().Single(), Does.Contain("a secret written out").And.Not.Contain("hunter2"));
    }

    [TestCase("10.0.0.0/8", true)]
    [TestCase("10.0.0.1/8", true)]
    [TestCase("10.0.0.0/40", false)]
    [TestCase("api.internal", true)]
    [TestCase("::1", true)]
    [TestCase("a b", false)]
    public void Read_AllowedAddresses_AreHostsAddressesAndNetworks(string address, bool isRight)
    {
        using var project = new Declarations.TestProject();
        project.Write("crm.yaml", $"name: Test\nsecurity:\n  allow_private_addresses: ['{address}']\n");
        Assert.That(project.Problems(), Has.Length.EqualTo(isRight ? 0 : 1));
    }
}
