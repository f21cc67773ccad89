using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>Questions over HTTP, to a server that has the demo open.</summary>
internal sealed class ApiTests
{
    private ServedProject _served = null!;

    [OneTimeSetUp]
    public async Task Start() => _served = await ServedProject.Start();

    [OneTimeTearDown]
    public void Stop() => _served.Dispose();

    [Test]
    public async Task Load_AQuestion_AnswersWhatTheCommandAnswers()
    {
        var (status, answer) = await _served.Load("""{"query": {"measures": ["sales.revenue", "sales.orders"], "dimensions": ["geography.country"], "limit": 5}}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        var command = (await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.revenue,sales.orders", "--by", "geography.country", "--limit", "5", "--json")).Json();
        Assert.That(answer.GetProperty("data").GetRawText(), Is.EqualTo(command.GetProperty("data").GetRawText()));
        Assert.That(answer.GetProperty("truncated").GetBoolean(), Is.True);
        Assert.That(answer.GetProperty("dataAsOf").GetString(), Is.EqualTo("2011-12-09T12:50:00.000"));
        Assert.That(answer.GetProperty("annotation").GetProperty("measures").GetProperty("sales.revenue").GetProperty("shortTitle").GetString(), Is.EqualTo("Revenue"));
        Assert.That(answer.GetProperty("rollup").TryGetProperty("served", out _), Is.True);
    }

    [Test]
    public async Task Load_ByGet_AnswersTheSame()
    {
        const string query = """{"measures":["sales.orders"],"filters":[{"member":"geography.country","operator":"equals","values":["France"]}]}""";
        var byGet = JsonDocument.Parse(await _served.Http.GetStringAsync(new Uri($"v1/load?query={Uri.EscapeDataString(query)}", UriKind.Relative)));
        var (_, byPost) = await _served.Load($$$"""{"query": {{{query}}}}""");
        Assert.That(byGet.RootElement.GetProperty("data").GetRawText(), Is.EqualTo(byPost.GetProperty("data").GetRawText()));
        byGet.Dispose();
    }

    [Test]
    public async Task Load_OfATimeDimension_HasItUnderBothNames()
    {
        var (_, answer) = await _served.Load("""
            {"query": {"measures": ["sales.revenue"], "timeDimensions": [{"dimension": "date.day", "granularity": "month", "dateRange": ["2011-01-01", "2011-03-31"]}]}}
            """);
        var rows = answer.GetProperty("data").EnumerateArray().ToList();
        Assert.That(rows.Select(r => r.GetProperty("date.day.month").GetString()), Is.EqualTo(new[] { "2011-01-01T00:00:00.000", "2011-02-01T00:00:00.000", "2011-03-01T00:00:00.000" }));
        Assert.That(rows.Select(r => r.GetProperty("date.day").GetString()), Is.EqualTo(rows.Select(r => r.GetProperty("date.day.month").GetString())));
        Assert.That(answer.GetProperty("annotation").GetProperty("timeDimensions").TryGetProperty("date.day.month", out _), Is.True);
    }

    [Test]
    public async Task Load_Compact_HasMembersOnce()
    {
        var (_, answer) = await _served.Load("""{"query": {"measures": ["sales.orders"], "dimensions": ["geography.country"], "limit": 2, "responseFormat": "compact"}}""");
        var data = answer.GetProperty("data");
        Assert.That(data.GetProperty("members").EnumerateArray().Select(m => m.GetString()), Is.EqualTo(new[] { "geography.country", "sales.orders" }));
        Assert.That(data.GetProperty("dataset")[0][0].GetString(), Is.EqualTo("United Kingdom"));
    }

    [Test]
    public async Task Load_SeveralQueriesOrRanges_AnswersAResultForEach()
    {
        var (_, queries) = await _served.Load("""{"query": [{"measures": ["sales.orders"]}, {"measures": ["sales.lines"]}]}""");
        Assert.That(queries.GetProperty("queryType").GetString(), Is.EqualTo("blendingQuery"));
        Assert.That(queries.GetProperty("results")[1].GetProperty("data")[0].GetProperty("sales.lines").GetInt64(), Is.EqualTo(541_909));

        var (_, ranges) = await _served.Load("""
            {"query": {"measures": ["sales.orders"], "timeDimensions": [{"dimension": "date.day", "compareDateRange": [["2011-01-01", "2011-01-31"], ["2011-02-01", "2011-02-28"]]}]}}
            """);
        Assert.That(ranges.GetProperty("queryType").GetString(), Is.EqualTo("compareDateRangeQuery"), ranges.ToString());
        var february = await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.orders", "--where", "date.month = '2011-02'", "--json");
        var row = ranges.GetProperty("results")[1].GetProperty("data")[0];
        Assert.That(row.GetProperty("sales.orders").GetInt64(), Is.EqualTo(february.Json().GetProperty("data")[0].GetProperty("sales.orders").GetInt64()));
        Assert.That(row.GetProperty("compareDateRange").GetString(), Is.EqualTo("2011-02-01 - 2011-02-28"));
    }

    [Test]
    public async Task Load_WithTotals_ComputesThemAtTheirOwnGrain()
    {
        var (_, answer) = await _served.Load("""{"query": {"measures": ["sales.customers"], "dimensions": ["date.month"], "totals": "grand", "total": true, "limit": 3}}""");
        Assert.That(answer.GetProperty("totals")[0].GetProperty("sales.customers").GetInt64(), Is.EqualTo(4_372));
        Assert.That(answer.GetProperty("total").GetInt64(), Is.EqualTo(13));
    }

    [Test]
    public async Task Load_WithNumbersAsText_WritesThemSo()
    {
        var (_, answer) = await _served.Load("""{"query": {"measures": ["sales.revenue"]}}""", "v1/load?numbers=string");
        Assert.That(answer.GetProperty("data")[0].GetProperty("sales.revenue").GetString(), Is.EqualTo("9747747.934"));
    }

    // What went wrong in other servers: shapes that are not what they must be, statements in names and values, endless lists and depths.
    [TestCase("""{"query": {"measures": ["sales.revenue; DROP TABLE star.fact_sales"]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue\" FROM star.fact_sales --"]}}""")]
    [TestCase("""{"query": {"measures": [{"select": 1}]}}""")]
    [TestCase("""{"query": {"measures": {"select": 1}}}""")]
    [TestCase("""{"query": {"measures": "sales.revenue"}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "sql": "SELECT 1"}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "limit": "1; DROP TABLE x"}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "limit": -1}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "limit": 1e99}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "offset": [1]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "order": {"sales.revenue": "desc; --"}}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "order": [["sales.revenue"]]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "order": {"1; --": "asc"}}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "filters": [{"member": "geography.country", "operator": "= '' OR 1=1 --", "values": ["x"]}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "filters": [{"member": "geography.country", "operator": "equals", "values": [["x"]]}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "filters": [{"member": "geography.country", "operator": "equals", "values": {"a": 1}}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "filters": [{"member": "read_csv('/etc/passwd')", "operator": "set"}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "filters": [{"or": {"member": "x"}}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "filters": [{"and": [], "or": []}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "timeDimensions": [{"dimension": "date.day", "granularity": "month'); --"}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "timeDimensions": [{"dimension": "date.day", "dateRange": "last 99999999999 years"}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "timeDimensions": [{"dimension": "date.day", "dateRange": ["2011-01-01", "2011-01-02", "2011-01-03"]}]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "timezone": "Pacific/Kiritimati"}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"], "measures": ["sales.orders"]}}""")]
    [TestCase("""{"query": []}""")]
    [TestCase("""{"query": {}}""")]
    [TestCase("""{"query": null}""")]
    [TestCase("""{"query": 7}""")]
    [TestCase("""[]""")]
    [TestCase("""{"query": {"measures": ["\ud800"]}}""")]
    [TestCase("""{"query": {"measures": ["sales.revenue"]}""")]
    [TestCase("")]
    public async Task Load_WhatIsNoQuestion_IsRefusedWithTheFourFacts(string body)
    {
        var (status, answer) = await _served.Load(body);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), answer.ToString());
        Assert.That(new[] { "error", "found", "where", "expected", "next" }.Select(key => answer.GetProperty(key).GetString()), Is.All.Not.Empty);
        Assert.That(answer.ToString(), Does.Not.Contain("star.fact_sales\"").And.Not.Contain("   at "));
    }

    [TestCase("' OR 1=1 --")]
    [TestCase("x'; DROP TABLE star.fact_sales; --")]
    [TestCase("\\'; ATTACH '/tmp/x'; --")]
    [TestCase("%")]
    [TestCase("_")]
    [TestCase("$1 {customer} ${HOME} \u0000 \uFFFF \U0001F600")]
    public async Task Load_AValueThatLooksLikeAStatement_IsAValue(string value)
    {
        foreach (var comparison in new[] { "equals", "contains", "startsWith", "endsWith" })
        {
            var text = JsonSerializer.Serialize(value);
            var (status, answer) = await _served.Load(
                $$$"""{"query": {"measures": ["sales.lines"], "filters": [{"member": "geography.country", "operator": "{{{comparison}}}", "values": [{{{text}}}]}]}}""");
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
            Assert.That(answer.GetProperty("data")[0].GetProperty("sales.lines").GetInt64(), Is.Zero, comparison);
        }
    }

    [Test]
    public async Task Load_DeepAndLongRequests_AreRefusedAndTheServerGoesOn()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"and\":[", 40)) + string.Concat(Enumerable.Repeat("]}", 40));
        Assert.That((await _served.Load($$$"""{"query": {"measures": ["sales.lines"], "filters": [{{{deep}}}]}}""")).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await _served.Load(new string('[', 100_000))).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var many = string.Join(',', Enumerable.Range(0, 20_000).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        Assert.That((await _served.Load($$$"""{"query": {"measures": ["sales.lines"], "filters": [{"member": "geography.country", "operator": "equals", "values": [{{{many}}}]}]}}""")).Status,
            Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await _served.Load($$$"""{"query": {"measures": ["{{{new string('x', 2_000_000)}}}"]}}""")).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That((await _served.Load("""{"query": {"measures": ["sales.lines"]}}""")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Request_UnderAnotherHostsName_IsNotAnswered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/meta", UriKind.Relative)) { Headers = { Host = "evil.example" } };
        using var answer = await _served.Http.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MisdirectedRequest));
    }

    [Test]
    public async Task Command_WithoutTheToken_IsNotRun()
    {
        using var content = new StringContent("""{"Arguments": ["run"], "Folder": "/", "Redirected": true}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _served.Http.PostAsync(new Uri("v1/command", UriKind.Relative), content);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Meta_TellsWhatCanBeAsked()
    {
        using var meta = JsonDocument.Parse(await _served.Http.GetStringAsync(new Uri("v1/meta", UriKind.Relative)));
        var cubes = meta.RootElement.GetProperty("cubes").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.That(cubes["sales"].GetProperty("measures").EnumerateArray().Select(m => m.GetProperty("name").GetString()), Does.Contain("sales.revenue"));
        Assert.That(cubes["geography"].GetProperty("dimensions").EnumerateArray().Select(m => m.GetProperty("name").GetString()), Does.Contain("geography.country"));
        Assert.That(cubes["sales"].GetProperty("joins").EnumerateArray().Select(m => m.GetString()), Does.Contain("geography"));
    }

    [Test]
    public async Task Sql_ShowsTheStatementWithItsValuesApart()
    {
        var (status, answer) = await _served.Load("""{"query": {"measures": ["sales.lines"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["Fr'ance"]}]}}""", "v1/sql");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        var sql = answer.GetProperty("sql").GetProperty("sql");
        Assert.That(sql[0].GetString(), Does.Contain("SELECT").And.Not.Contain("Fr'ance"));
        Assert.That(sql[1].EnumerateObject().Select(p => p.Value.GetString()), Does.Contain("Fr'ance"));
    }

    [Test]
    public async Task OpenApi_NamesEveryPathAndOperator()
    {
        using var document = JsonDocument.Parse(await _served.Http.GetStringAsync(new Uri("v1/openapi.json", UriKind.Relative)));
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            using var answer = await _served.Http.GetAsync(new Uri(path.Name[1..], UriKind.Relative));
            Assert.That(answer.StatusCode, Is.Not.EqualTo(HttpStatusCode.NotFound), path.Name);
        }

        var described = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("Filter").GetProperty("oneOf")[0]
            .GetProperty("properties").GetProperty("operator").GetProperty("enum").EnumerateArray().Select(o => o.GetString());
        Assert.That(described, Is.EquivalentTo(Crm.Analytics.Warehouse.Query.OperatorNames.All));
    }
}
