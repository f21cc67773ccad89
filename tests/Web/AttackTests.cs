using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Web;

/// <summary>
/// Requests by somebody who means harm, at every door that takes questions: every place of a request gets texts that look like statements, values of other
/// types, lists and depths. Whatever is sent, the answer is an answer or a clear 400, and the warehouse is as it was.
/// </summary>
public sealed class AttackTests
{
    private static readonly string[] Doors = ["v1/load", "v1/sql", "v1/drill", "v1/load?format=ndjson", "v1/load?format=csv", "v1/drill?format=ndjson"];

    private static readonly string[] Requests =
    [
        """{"query": {"measures": ["web.amount", "web.buyers"], "dimensions": ["item.category", "territory.country"], "filters": [{"member": "territory.country", "operator": "equals", "values": ["France"]}], "order": {"web.amount": "desc"}, "limit": 10, "offset": 1, "totals": "grand", "total": true}}""",
        """{"query": {"measures": ["web.lines"], "timeDimensions": [{"dimension": "date.day", "granularity": "month", "dateRange": ["2012-01-01", "2012-12-31"]}], "segments": ["web.dear"], "order": [["date.day", "asc"]], "asIs": true, "missing": true, "rollups": false}}""",
        """{"query": {"measures": ["web.amount"], "timeDimensions": [{"dimension": "date.day", "compareDateRange": [["2012-01-01", "2012-03-31"], "last 6 months"]}], "filters": [{"or": [{"member": "item.color", "operator": "contains", "values": ["Re", "Bl"]}, {"and": [{"member": "web.quantity", "operator": "gt", "values": ["1"]}, {"member": "date.day", "operator": "inDateRange", "values": ["2012-01-01", "2013-01-01"]}]}]}], "responseFormat": "compact", "timezone": "UTC"}}""",
        """{"query": {"measures": ["web.running", "web.year_before", "web.share_of_all", "web.place"], "dimensions": ["date.month"], "filters": [{"member": "web.amount", "operator": "gte", "values": ["10.5"]}], "order": [{"id": "web.running", "desc": true}]}, "queryType": "multi"}""",
        """{"query": [{"measures": ["resale.amount", "web.amount"], "dimensions": ["date.year"]}, {"dimensions": ["item.category"], "filters": [{"member": "item.category", "operator": "notSet"}]}]}""",
        """{"query": {"measures": ["web.amount"], "dimensions": ["item.category"]}, "cell": {"item.category": "Bikes"}, "go": "down", "from": "item.category", "path": "range"}""",
        """{"query": {"measures": ["web.amount"], "dimensions": ["item.category"], "limit": 5}, "cell": {"item.category": null}, "go": "through"}""",
        """{"query": {"measures": ["web.amount"], "timeDimensions": [{"dimension": "date.day", "granularity": "quarter"}], "limit": 3}, "cell": {"date.day.quarter": "2013-01-01"}, "go": "across", "to": "territory.country"}""",
        """{"query": {"measures": ["web.amount"], "dimensions": ["buyer.city"], "asOf": 1, "renewQuery": true, "cache": "no-cache"}}""",
    ];

    private static readonly string[] Statements =
    [
        "'", "\"", "''", "\\", "';", "\";", "--", "/*", "*/", "$1", "$p1", "${x}", "{CUBE}", "{amount}", "%", "_", "' OR '1'='1", "\" OR \"\"=\"", "x'; DROP TABLE star.fact_internet; --", "\"; DROP TABLE star.fact_internet; --",
        "web.amount\"; DELETE FROM star.fact_internet; --", "web.amount) FROM star.fact_internet; DROP SCHEMA star CASCADE; --", "web.amount UNION SELECT path FROM meta.source_file", "(SELECT 1)", "read_csv('/etc/passwd')",
        "read_text('/etc/passwd')", "COPY star.fact_internet TO '/tmp/stolen.csv'", "ATTACH '/tmp/x.db'", "INSTALL httpfs", "PRAGMA database_list", "date.day'); DROP TABLE star.dim_date; --", "month'); DROP TABLE star.dim_date; --",
        "last 999999999999 years", "last -1 days", "from 1 day ago to", "0000-00-00", "9999-12-31", "2012-02-30", "1e400", "NaN", "Infinity", "-0", "0x10", "1_000", " 1", "1;2", "null", "true", "\0", "\u202e", "\ufeff", "a\nb", "\t",
        "web.", ".amount", "web..amount", "web.amount.extra", "..", "web.AMOUNT", "WEB.amount", "web.аmount", "__proto__", "constructor", "item.category.day", "date.day.day.day",
    ];

    private static readonly string[] Shapes =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e308", "1e999", "99999999999999999999999999", "\"\"", "\"x\"", "[]", "{}", "[[]]", "[{}]", "[null]", "{\"\":null}", "[1]", "[[\"web.amount\"]]", "{\"member\":\"web.amount\"}",
        "{\"and\":[]}", "{\"or\":[{}]}", "[\"web.amount\",\"web.amount\"]", "{\"toString\":\"x\"}", "{\"values\":{\"$gt\":\"\"}}", "\"\\u0000\"",
    ];

    private ServedStar _served = null!;
    private string _tables = "";

    private static int Count => Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 20_000 : 350;

    [OneTimeSetUp]
    public async Task Start()
    {
        _served = await ServedStar.Start();
        _tables = Tables();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _served.DisposeAsync();

    [TearDown]
    public void LookAtTheWarehouse()
    {
        Assert.That(Tables(), Is.EqualTo(_tables), "the warehouse is as it was");
        Assert.That(_served.Faults.Select(f => f.ToString()), Is.Empty);
    }

    [Test]
    public async Task Requests_ThatTheAttacksBeginWith_AreAnswered()
    {
        foreach (var (request, i) in Requests.Select((r, i) => (r, i)))
        {
            var isDrill = i is 5 or 6 or 7;
            var (status, text, _) = await _served.Text(isDrill ? "v1/drill" : "v1/load", request);
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), $"{request}: {text}");
        }
    }

    [Test]
    public async Task Request_WithAnotherThingInAnyPlace_IsAnsweredOrRefusedClearly()
    {
        var random = new Random(404);
        var naughty = NaughtyStrings();
        var statuses = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < Count; i++)
        {
            var which = random.Next(Requests.Length);
            var root = JsonNode.Parse(Requests[which])!;

            // Values alone, at the door that they are for, get through to the engine; most other changes are refused before.
            if (random.Next(4) == 0 && ChangeValue(root, random, naughty))
            {
                await Send(which is 5 or 6 or 7 ? "v1/drill" : "v1/load", root.ToJsonString(), random.Next(3) == 0 ? "france" : null, statuses);
                continue;
            }

            for (var changes = random.Next(1, 4); changes > 0; changes--)
                Change(root, random, naughty);
            var body = root.ToJsonString();
            if (random.Next(12) == 0)
                body = Torn(body, random);
            await Send(Doors[random.Next(Doors.Length)], body, random.Next(3) == 0 ? "france" : null, statuses);
        }

        TestContext.Out.WriteLine(string.Join("; ", statuses.Select(s => $"{(int)s.Key} {s.Value}")));
        Assert.That(statuses[HttpStatusCode.BadRequest], Is.GreaterThan(Count / 4));
        Assert.That(statuses[HttpStatusCode.OK], Is.AtLeast(Count / 50), "some changes make other questions");
    }

    // Every member of the model, every operator, with values of every kind: an answer or a 400, and what looks like a statement is a value.
    [Test]
    public async Task Members_WithEveryOperatorAndValue_AreAnsweredOrRefusedClearly()
    {
        var random = new Random(405);
        var cube = _served.Star.Project.Catalogue.Cubes["web"];
        List<string> members = [.. cube.Measures.Select(m => $"web.{m.Name}"), .. cube.Dimensions.Select(d => $"web.{d.Name}"),
            .. new[] { "date", "shipped", "buyer", "item", "territory", "reason" }.SelectMany(r => _served.Star.Project.Catalogue.Dimensions[r is "shipped" ? "date" : r].Attributes.Select(a => $"{r}.{a.Name}"))];
        var cases = members.SelectMany(m => OperatorNames.All.Select(o => (Member: m, Operator: o))).OrderBy(_ => random.Next()).ToList();
        var statuses = new Dictionary<HttpStatusCode, int>();
        foreach (var (member, name) in Count > 1_000 ? cases : cases.Take(250))
        {
            var value = Statements[random.Next(Statements.Length)];
            var values = new JsonArray([.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => (JsonNode)JsonValue.Create(value)!)]);
            var query = new JsonObject
            {
                ["measures"] = new JsonArray("web.lines"),
                ["filters"] = new JsonArray(new JsonObject { ["member"] = member, ["operator"] = name, ["values"] = values }),
            };
            await Send("v1/load", new JsonObject { ["query"] = query.DeepClone() }.ToJsonString(), null, statuses);
            var (status, answer) = await _served.Ask("v1/sql", new JsonObject { ["query"] = query }.ToJsonString());
            if (status == HttpStatusCode.OK && values.Count > 0 && value.Length > 6)
                Assert.That(answer.GetProperty("sql").GetProperty("sql")[0].GetString(), Does.Not.Contain(value), $"{member} {name}");
        }

        Assert.That(statuses[HttpStatusCode.OK], Is.Positive);
    }

    [Test]
    public async Task Lists_OfEveryLength_AndDepths_AreAnsweredOrRefusedClearly()
    {
        var statuses = new Dictionary<HttpStatusCode, int>();
        foreach (var length in new[] { 0, 1, 99, 100, 101, 499, 501, 9_999, 10_001, 60_000 })
        {
            var texts = string.Join(',', Enumerable.Range(0, length).Select(i => $"\"v{i}\""));
            var members = string.Join(',', Enumerable.Repeat("\"web.amount\"", length));
            var filters = string.Join(',', Enumerable.Repeat("""{"member":"item.color","operator":"set"}""", Math.Min(length, 20_000)));
            await Send("v1/load", $$$"""{"query": {"measures": ["web.lines"], "filters": [{"member": "item.color", "operator": "equals", "values": [{{{texts}}}]}]}}""", null, statuses);
            await Send("v1/load", $$$"""{"query": {"measures": [{{{members}}}]}}""", null, statuses);
            await Send("v1/sql", $$$"""{"query": {"measures": ["web.lines"], "filters": [{{{filters}}}]}}""", null, statuses);
            await Send("v1/drill", $$$"""{"query": {"measures": ["web.lines"], "dimensions": ["item.color"]}, "cell": {"item.color": "{{{new string('x', length)}}}"}}""", null, statuses);
            await Send("v1/drill", $$$"""{"query": {"measures": ["web.lines"], "dimensions": ["item.color"]}, "cell": {{{{string.Join(',', Enumerable.Range(0, length).Select(i => $"\"c{i}\":1"))}}}}}""", null, statuses);
        }

        foreach (var depth in new[] { 3, 10, 17, 40, 70, 5_000 })
        {
            foreach (var (open, shut) in new[] { ("{\"and\":[", "]}"), ("[", "]"), ("{\"query\":", "}") })
            {
                var deep = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(shut, depth));
                await Send("v1/load", $$$"""{"query": {"measures": ["web.lines"], "filters": [{{{deep}}}]}}""", null, statuses);
                await Send("v1/drill", $$$"""{"query": {{{deep}}}, "cell": {{{deep}}}}""", null, statuses);
            }
        }

        foreach (var place in new[] { "\"measures\": [\"\\ud800\"]", "\"\\ud800\": 1", "\"measures\": [\"web.lines\"], \"order\": {\"\\ud800\": \"asc\"}", "\"measures\": [\"web.lines\"], \"filters\": [{\"member\": \"item.color\", \"operator\": \"equals\", \"values\": [\"\\ud800\"]}]" })
        {
            await Send("v1/load", $"{{\"query\": {{{place}}}}}", null, statuses);
            await Send("v1/drill", $"{{\"query\": {{{place}}}, \"cell\": {{\"\\ud800\": \"\\udfff\"}}}}", null, statuses);
        }

        Assert.That(statuses.Keys, Is.SubsetOf(new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge }));
    }

    [Test]
    public async Task Parameters_OfGet_AreHeldToTheSame()
    {
        foreach (var text in Statements.Concat(Shapes))
        {
            foreach (var door in new[] { "v1/load?query=", "v1/sql?query=", "v1/drill?query=", "v1/load?query={}&queryType=", "v1/load?query={\"measures\":[\"web.lines\"]}&format=", "v1/drill?query={\"measures\":[\"web.lines\"]}&go=through&cell=" })
            {
                using var answer = await _served.Http.GetAsync(new Uri(door + Uri.EscapeDataString(text), UriKind.Relative));
                Assert.That((int)answer.StatusCode, Is.LessThan(500), $"{door}{text}: {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    private async Task Send(string door, string body, string? asker, Dictionary<HttpStatusCode, int> statuses)
    {
        var (status, text, type) = await _served.Text(door, body, asker);
        while (status == HttpStatusCode.Accepted)
            (status, text, type) = await _served.Text(door, body, asker);
        statuses[status] = statuses.GetValueOrDefault(status) + 1;
        var told = $"{door} {(body.Length > 600 ? body[..600] : body)}: {(int)status} {(text.Length > 600 ? text[..600] : text)}";
        Assert.That(status, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), told);
        if (status == HttpStatusCode.OK)
            return;
        Assert.That(type, Is.EqualTo("application/json"), told);
        using var error = JsonDocument.Parse(text);
        foreach (var fact in new[] { "error", "found", "where", "expected", "next" })
            Assert.That(error.RootElement.GetProperty(fact).GetString(), Is.Not.Empty, told);
        Assert.That(text, Does.Not.Contain("Exception").And.Not.Contain("   at ").And.Not.Contain("Binder Error").And.Not.Contain("Parser Error").And.Not.Contain("Catalog Error"), told);
    }

    /// <summary>Puts another text into one value of a filter; answers whether there is one.</summary>
    private static bool ChangeValue(JsonNode root, Random random, IReadOnlyList<string> naughty)
    {
        var places = Places(root).Where(p => p.Parent is JsonArray { Parent: JsonObject } list && list.GetPropertyName() == "values").ToList();
        if (places.Count == 0)
            return false;
        var (parent, _, index) = places[random.Next(places.Count)];
        parent[index] = random.Next(2) == 0 ? Statements[random.Next(Statements.Length)] : naughty[random.Next(naughty.Count)];
        return true;
    }

    /// <summary>Puts something else into one place of a request.</summary>
    private static void Change(JsonNode root, Random random, IReadOnlyList<string> naughty)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
            return;
        var (parent, key, index) = places[random.Next(places.Count)];
        var thing = random.Next(8) switch
        {
            0 or 1 => JsonValue.Create(Statements[random.Next(Statements.Length)]),
            2 => JsonValue.Create(naughty[random.Next(naughty.Count)]),
            3 => JsonValue.Create((key is null ? parent[index] : parent[key])?.ToString() + Statements[random.Next(Statements.Length)]),
            4 => new JsonArray((key is null ? parent[index] : parent[key])?.DeepClone()),
            5 => new JsonObject { [Statements[random.Next(Statements.Length)]] = (key is null ? parent[index] : parent[key])?.DeepClone() },
            _ => Shape(random),
        };
        if (key is null)
        {
            parent[index] = thing;
        }
        else if (random.Next(6) == 0)
        {
            var kept = parent[key]?.DeepClone();
            ((JsonObject)parent).Remove(key);
            ((JsonObject)parent)[key + Statements[random.Next(Statements.Length)]] = kept;
        }
        else
        {
            parent[key] = thing;
        }
    }

    private static JsonNode? Shape(Random random)
    {
        try
        {
            return JsonNode.Parse(Shapes[random.Next(Shapes.Length)]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<(JsonNode Parent, string? Key, int Index)> Places(JsonNode node)
    {
        if (node is JsonObject map)
        {
            foreach (var (key, value) in map)
            {
                yield return (map, key, 0);
                foreach (var place in value is null ? [] : Places(value))
                    yield return place;
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                yield return (list, null, i);
                foreach (var place in list[i] is { } item ? Places(item) : [])
                    yield return place;
            }
        }
    }

    /// <summary>A text with a character taken out, doubled or changed: what a broken client sends.</summary>
    private static string Torn(string text, Random random)
    {
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text[..at] + text[(at + 1)..],
            1 => text[..at] + text[at] + text[at..],
            _ => text[..at] + (char)random.Next(1, 0x300) + text[(at + 1)..],
        };
    }

    private static List<string> NaughtyStrings()
        => [.. JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(TestProject.RepositoryRoot, "tests", "data", "blns", "blns.json"), Encoding.UTF8))!];

    private string Tables() => string.Join('\n', _served.Star.Rows("SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2").Select(r => string.Join('.', r)))
        + string.Join('|', _served.Star.Rows("SELECT (SELECT count(*) FROM star.fact_internet), (SELECT count(*) FROM star.dim_date), (SELECT sum(amount) FROM star.fact_internet)")[0]);
}
