using System.Net;
using System.Text.Json;

namespace Crm.Analytics.Tests.Web;

/// <summary>Drilling over HTTP: what lies below a cell makes up the cell, rows are complete or say what is missing, and what somebody may not see is nowhere.</summary>
public sealed class DrillApiTests
{
    private ServedStar _served = null!;

    [OneTimeSetUp]
    public async Task Start() => _served = await ServedStar.Start();

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _served.DisposeAsync();
        Assert.That(_served.Faults, Is.Empty);
    }

    [Test]
    public async Task Down_AnswersTheLevelBelow_AndItsQueryGoesOnToTheRows()
    {
        var (status, below) = await _served.Ask("v1/drill", """{"query": {"measures": ["web.amount", "web.lines"], "dimensions": ["item.category"]}, "cell": {"item.category": "Clothing"}}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), below.ToString());
        Assert.That(below.GetProperty("data").EnumerateArray().Sum(r => r.GetProperty("web.lines").GetInt64()), Is.EqualTo(9101));
        Assert.That(below.GetProperty("breadcrumb")[0].GetString(), Is.EqualTo("item.category = Clothing"));
        var step = below.GetProperty("steps")[0];
        Assert.That((step.GetProperty("member").GetString(), step.GetProperty("up").GetString(), step.GetProperty("down").GetString()), Is.EqualTo(("item.subcategory", "item.category", "item.id")));

        var first = below.GetProperty("data")[0];
        var cell = JsonSerializer.Serialize(first.GetProperty("item.subcategory").GetString());
        var (_, rows) = await _served.Ask("v1/drill", $$"""{"query": {{below.GetProperty("query").GetRawText()}}, "cell": {"item.subcategory": {{cell}}}, "go": "through"}""");
        Assert.That(rows.GetProperty("rows").GetInt64(), Is.EqualTo(first.GetProperty("web.lines").GetInt64()), rows.ToString()[..200]);
        Assert.That(rows.GetProperty("left").GetInt64(), Is.Zero);
        Assert.That(rows.GetProperty("data").GetArrayLength(), Is.EqualTo(rows.GetProperty("rows").GetInt64()));
        Assert.That(rows.GetProperty("data").EnumerateArray().Sum(r => r.GetProperty("web.amount").GetDecimal()), Is.EqualTo(first.GetProperty("web.amount").GetDecimal()));
        Assert.That(rows.GetProperty("breadcrumb").EnumerateArray().Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task Periods_GoDownToMonthsAndUpToYears()
    {
        const string quarters = """{"measures": ["web.amount"], "timeDimensions": [{"dimension": "date.day", "granularity": "quarter"}]}""";
        var (_, all) = await _served.Ask("v1/load", $$"""{"query": {{quarters}}}""");
        var quarter = all.GetProperty("data").EnumerateArray().First(r => r.GetProperty("date.day").GetString() == "2013-01-01T00:00:00.000");
        foreach (var value in new[] { "2013-01-01T00:00:00.000", "2013-01-01" })
        {
            var (status, months) = await _served.Ask("v1/drill", $$$"""{"query": {{{quarters}}}, "cell": {"date.day.quarter": "{{{value}}}"}, "from": "date.day.quarter"}""");
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), months.ToString());
            Assert.That(months.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("date.day.month").GetString()![..7]), Is.EqualTo(new[] { "2013-01", "2013-02", "2013-03" }));
            Assert.That(months.GetProperty("data").EnumerateArray().Sum(r => r.GetProperty("web.amount").GetDecimal()), Is.EqualTo(quarter.GetProperty("web.amount").GetDecimal()));
        }

        var (_, years) = await _served.Ask("v1/drill", $$"""{"query": {{quarters}}, "go": "up"}""");
        Assert.That(years.GetProperty("data").GetArrayLength(), Is.EqualTo(_served.Star.Rows("SELECT DISTINCT year(day) FROM net").Count));
    }

    [Test]
    public async Task Across_KeepsTheCell_AndGetAsksTheSame()
    {
        const string query = """{"measures":["web.amount"],"dimensions":["item.category"]}""";
        var (_, posted) = await _served.Ask("v1/drill", $$"""{"query": {{query}}, "cell": {"item.category": "Bikes"}, "go": "across", "to": "territory.country"}""");
        Assert.That(posted.GetProperty("data").EnumerateArray().Sum(r => r.GetProperty("web.amount").GetDecimal()), Is.EqualTo(28318144.6507m));
        var link = $"v1/drill?query={Uri.EscapeDataString(query)}&cell={Uri.EscapeDataString("""{"item.category":"Bikes"}""")}&go=across&to=territory.country";
        using var got = JsonDocument.Parse(await _served.Http.GetStringAsync(new Uri(link, UriKind.Relative)));
        Assert.That(got.RootElement.GetProperty("data").GetRawText(), Is.EqualTo(posted.GetProperty("data").GetRawText()));
    }

    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.id"]}}""", "no level below")]
    [TestCase("""{"query": {"measures": ["web.amount"]}}""", "no dimension to go from")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "go": "across"}""", "no dimension to go to")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "go": "away"}""", "away")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "cell": {"item.color": "Red"}}""", "not a dimension of the question")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "cell": {"item.category": ["Red"]}}""", "an array")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "cell": ["item.category"]}""", "an array")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "go": "through", "to": "item.color"}""", "the key 'to'")]
    [TestCase("""{"query": [{"measures": ["web.amount"], "dimensions": ["item.category"]}]}""", "an array")]
    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"], "offset": 5}, "go": "through"}""", "5")]
    [TestCase("""{"query": {"dimensions": ["item.category"]}, "go": "through"}""", "no measure")]
    [TestCase("""{"cell": {}}""", "no query")]
    public async Task Drill_WhereThereIsNoWay_IsRefusedWithTheFourFacts(string body, string found)
    {
        foreach (var format in new[] { "json", "ndjson", "csv", "parquet" })
        {
            var (status, answer) = await _served.Ask($"v1/drill?format={format}", body);
            Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), answer.ToString());
            Assert.That(answer.GetProperty("found").GetString(), Does.Contain(found));
            Assert.That(new[] { "error", "where", "expected", "next" }.Select(key => answer.GetProperty(key).GetString()), Is.All.Not.Empty);
        }
    }

    [Test]
    public async Task Rows_StreamWhole_InEveryForm()
    {
        const string body = """{"query": {"measures": ["web.amount"]}, "go": "through"}""";
        var (_, lines, type) = await _served.Text("v1/drill", body, accept: "application/x-ndjson");
        Assert.That(type, Is.EqualTo("application/x-ndjson"));
        var documents = lines.TrimEnd('\n').Split('\n');
        Assert.That(documents, Has.Length.EqualTo(60_398 + 1));
        using var end = JsonDocument.Parse(documents[^1]);
        Assert.That(end.RootElement.GetProperty("end").GetProperty("rows").GetInt64(), Is.EqualTo(60_398));
        Assert.That(documents[..^1].Sum(d => JsonDocument.Parse(d).RootElement.GetProperty("web.amount").GetDecimal()), Is.EqualTo(29358677.2207m));

        var (_, csv, csvType) = await _served.Text("v1/drill?format=csv", body);
        Assert.That(csvType, Is.EqualTo("text/csv"));
        Assert.That(csv.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(60_398 + 2));
        Assert.That(csv.TrimEnd('\n').Split('\n')[^1], Does.StartWith("# rows: 60398; left out: 0;"));

        using var parquet = await _served.Send("v1/drill", body, accept: "application/vnd.apache.parquet");
        var file = Path.Combine(_served.Folder, "copy.parquet");
        await File.WriteAllBytesAsync(file, await parquet.Content.ReadAsByteArrayAsync());
        var row = _served.Star.Rows($"""SELECT count(*), sum("web.amount") FROM '{file}'""")[0];
        Assert.That((row[0], row[1]), Is.EqualTo((60_398L, 29358677.2207m)));
        Assert.That(parquet.Headers.GetValues("Rows").Single(), Is.EqualTo("60398"));
        Assert.That(Directory.EnumerateFiles(_served.Folder, ".answer-*"), Is.Empty);
    }

    [TestCase("json")]
    [TestCase("ndjson")]
    [TestCase("csv")]
    [TestCase("parquet")]
    public async Task Rows_ThatALimitCuts_AreSaidToBe(string format)
    {
        using var answer = await _served.Send($"v1/drill?format={format}", """{"query": {"measures": ["web.amount"], "dimensions": ["item.category"], "limit": 7}, "cell": {"item.category": "Clothing"}, "go": "through"}""");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var left = format == "parquet" ? answer.Headers.GetValues("Rows-Left").Single() : await answer.Content.ReadAsStringAsync();
        Assert.That(left, Does.Contain("9094"));
    }

    [Test]
    public async Task Load_AsAStream_HasNoLimitButItsOwn()
    {
        // More rows than the ten thousand that an answer as one document has.
        const string query = """{"measures": ["web.amount"], "dimensions": ["buyer.id"]}""";
        var (_, document) = await _served.Ask("v1/load", $$"""{"query": {{query}}}""");
        Assert.That(document.GetProperty("truncated").GetBoolean(), Is.True);
        var (_, lines, _) = await _served.Text("v1/load", $$"""{"query": {{query}}, "format": "ndjson"}""");
        Assert.That(lines.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(18_484 + 1));
        Assert.That(lines, Does.Contain("""{"end":{"rows":18484,"left":0,"""));
        var (_, some, _) = await _served.Text("v1/load?format=csv", """{"query": {"measures": ["web.amount"], "dimensions": ["buyer.id"], "limit": 10, "offset": 4}}""");
        Assert.That(some, Does.Contain("# rows: 10; left out: 18470;"));
        using var parquet = await _served.Send("v1/load?format=parquet", """{"query": {"measures": ["web.amount", "web.lines", "web.order_value"], "dimensions": ["date.month", "item.category"], "limit": 11}}""");
        Assert.That(parquet.Headers.GetValues("Rows").Single(), Is.EqualTo("11"));
    }

    [TestCase("""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"], "totals": "grand"}, "format": "csv"}""", "totals")]
    [TestCase("""{"query": [{"measures": ["web.amount"]}, {"measures": ["web.lines"]}], "format": "csv"}""", "2 questions")]
    [TestCase("""{"query": {"measures": ["web.amount"]}, "format": "xml"}""", "the format 'xml'")]
    [TestCase("""{"query": {"measures": ["web.amount"]}, "format": ["csv"]}""", "an array")]
    public async Task Load_WhatCannotStream_IsRefused(string body, string found)
    {
        var (status, answer) = await _served.Ask("v1/load", body);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), answer.ToString());
        Assert.That(answer.GetProperty("found").GetString(), Does.Contain(found));
    }

    // Somebody of France: at every door, in every form, the rows of France alone, no cost, and no city.
    [Test]
    public async Task Rows_OfSomebodyNarrowed_AreTheirsInEveryFormAndWay([Values("json", "ndjson", "csv", "parquet")] string format, [Values("through", "across", "load")] string way)
    {
        var query = """{"measures": ["web.amount"], "dimensions": ["territory.country", "buyer.city"]}""";
        var body = way switch
        {
            "load" => $$"""{"query": {{query}}}""",
            "across" => $$"""{"query": {{query}}, "go": "across", "to": "territory.country"}""",
            _ => $$"""{"query": {{query}}, "go": "through"}""",
        };
        using var answer = await _served.Send($"{(way == "load" ? "v1/load" : "v1/drill")}?format={format}", body, "france");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        string text;
        if (format == "parquet")
        {
            var file = Path.Combine(_served.Folder, $"{way}.parquet");
            await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
            text = string.Join('\n', _served.Star.Rows($"SELECT * FROM '{file}'").Select(r => string.Join('|', r)));
        }
        else
        {
            text = await answer.Content.ReadAsStringAsync();
        }

        Assert.That(text, Does.Contain("France"));
        foreach (var other in _served.Star.Rows("SELECT DISTINCT country FROM net WHERE country <> 'France'").Concat(_served.Star.Rows("SELECT DISTINCT city FROM net WHERE country = 'France' ORDER BY 1 LIMIT 20")))
            Assert.That(text, Does.Not.Contain($"\"{other[0]}\"").And.Not.Contain($"|{other[0]}|").And.Not.Contain($",{other[0]},"));
    }

    [TestCase("web.margin")]
    [TestCase("web.margin_rate")]
    public async Task Parts_ThatSomebodyMayNotSee_AreNotBesideTheRows(string measure)
    {
        var (_, mine) = await _served.Ask("v1/drill", $$$"""{"query": {"measures": ["{{{measure}}}"], "limit": 3}, "go": "through"}""", "france");
        Assert.That(mine.ToString(), Does.Not.Contain("web.cost").And.Contain("web.amount"));
        var (_, all) = await _served.Ask("v1/drill", $$$"""{"query": {"measures": ["{{{measure}}}"], "limit": 3}, "go": "through"}""", "board");
        Assert.That(all.ToString(), Does.Contain("web.cost"));
    }

    [Test]
    public async Task Drill_OfSomebodyOfNoGroup_IsClosed()
    {
        foreach (var way in new[] { "down", "through" })
        {
            var body = $$$"""{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "go": "{{{way}}}"}""";
            Assert.That((await _served.Ask("v1/drill", body, "stranger")).Answer.GetProperty("found").GetString(), Does.Contain("not open to you"));
            Assert.That((await _served.Ask("v1/drill", body, "nobody")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        }
    }

    [Test]
    public async Task Cell_OfAMaskedOrClosedMember_TellsNothing()
    {
        var (status, answer) = await _served.Ask("v1/drill", """{"query": {"measures": ["web.lines"], "dimensions": ["buyer.city"]}, "cell": {"buyer.city": "Paris"}, "go": "through"}""", "france");
        Assert.That((status, answer.GetProperty("found").GetString()!.Contains("masked")), Is.EqualTo((HttpStatusCode.BadRequest, true)));
        var (_, across) = await _served.Ask("v1/drill", """{"query": {"measures": ["web.lines"], "dimensions": ["item.category"]}, "go": "across", "to": "buyer.income"}""", "france");
        Assert.That(across.GetProperty("found").GetString(), Does.Contain("not open to you"));
        var (_, masked) = await _served.Ask("v1/drill", """{"query": {"measures": ["web.highest"], "limit": 2}, "go": "through"}""", "france");
        Assert.That(masked.ToString(), Does.Not.Contain("web.highest\":"), "a masked measure's values are not beside its rows");
    }
}
