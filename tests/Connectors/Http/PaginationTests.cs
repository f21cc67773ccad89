using System.Globalization;
using Crm.Analytics.Tests.Connectors.Records;
using Crm.Analytics.Warehouse;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Connectors.Http;

internal sealed class PaginationTests
{
    private const int All = 7;
    private static readonly string[] Ids = [.. Enumerable.Range(1, All).Select(i => $"{i}")];

    private static readonly TestCaseData[] Kinds =
    [
        Case("page", "pagination: page, page_size: 3, page_size_param: per_page, records: items", c => Items(Number(c, "page", 1) - 1, Number(c, "per_page", 9)), "?per_page=3&page=1", "?per_page=3&page=2", "?per_page=3&page=3", "?per_page=3&page=4"),
        Case("page from 0 until has_more is false", "pagination: page, page_param: p, start_page: 0, records: items, has_more_path: more", c => Items(Number(c, "p", 0), 3), "?p=0", "?p=1", "?p=2"),
        Case("offset, the server gives less than asked", "pagination: offset, page_size: 100, records: items", c => Skip(Number(c, "offset", 0), 4), "?limit=100&offset=0", "?limit=100&offset=4", "?limit=100&offset=7"),
        Case("cursor", "pagination: cursor, next_path: paging.next, next_param: after, records: items", c => Items(Number(c, "after", 0), 3), "", "?after=1", "?after=2"),
        Case("cursor by the last record", "pagination: cursor, next_path: 'items[-1].id', next_param: starting_after, records: items, has_more_path: more", c => Skip(Number(c, "starting_after", 0), 3), "", "?starting_after=3", "?starting_after=6"),
        Case("link", "pagination: link, records: items", c => { Link(c, 3); return Items(Number(c, "page", 1) - 1, 3); }, "", "?page=2", "?page=3"),
        Case("next_url", "pagination: next_url, next_path: url, records: items", c => Items(Number(c, "page", 1) - 1, 3), "", "?page=2", "?page=3"),
        Case("none", "records: items", _ => Items(0, All), ""),
        Case("params are kept", "pagination: page, params: {state: [a, 'b&c'], deep: true}, records: items, has_more_path: more", c => Items(Number(c, "page", 1) - 1, 4), "?state=a&state=b%26c&deep=true&page=1", "?state=a&state=b%26c&deep=true&page=2"),
    ];

    [TestCaseSource(nameof(Kinds))]
    public async Task Extract_EveryPage_IsRead(string options, Func<HttpContext, string> answer, string[] queries)
    {
        await using var api = await ServedApi.Start((context, _) => ServedApi.Json(context, answer(context)));
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}/v1\nstreams:\n  orders: {{{options}}}\n");
        var batch = project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(batch, "id"), Is.EqualTo(Ids));
            Assert.That(api.Requests.Select(r => r.Query), Is.EqualTo(queries));
            Assert.That(api.Requests.Select(r => r.Path).Distinct(), Is.EqualTo(new[] { "/v1/orders" }));
            Assert.That(batch.IsSnapshot);
        });
    }

    [Test]
    public async Task Extract_Posting_PutsTheParametersIntoTheBody()
    {
        await using var api = await ServedApi.Start((context, n) => ServedApi.Json(context, n == 0 ? "[{\"id\":1}]" : "[]"));
        using var project = new ConnectorProject(
            $"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{method: POST, body: {{filter: {{state: open}}}}, params_in: body, pagination: page}}\n");
        project.Land();
        Assert.That(api.Requests.Select(r => $"{r.Method} {r.Body}"), Is.EqualTo(new[]
        {
            "POST {\"filter\":{\"state\":\"open\"},\"page\":1}", "POST {\"filter\":{\"state\":\"open\"},\"page\":2}",
        }));
    }

    [TestCase("pagination: next_url, next_path: url", "{\"items\":[{\"id\":1}],\"url\":\"/orders\"}", "the same page is asked for a second time")]
    [TestCase("pagination: cursor, next_path: after", "{\"items\":[{\"id\":1}],\"after\":\"x\"}", "the same page is asked for a second time")]
    [TestCase("pagination: page", "{\"items\":[{\"id\":1}]}", "the same page is answered a second time")]
    [TestCase("pagination: offset", "{\"items\":[{\"id\":1}]}", "the same page is answered a second time")]
    [TestCase("pagination: next_url, next_path: url", "{\"items\":[],\"url\":\"http://127.0.0.2:1/orders\"}", "a next page at http://127.0.0.2:1")]
    public async Task Extract_PagesThatDoNotEnd_Fails(string options, string answer, string found)
    {
        await using var api = await ServedApi.Start(answer);
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{{options}, records: items}}\n");
        var error = Assert.Throws<CrmException>(() => project.Land());
        Assert.That(error!.Found, Does.StartWith(found));
        Assert.That(project.Store.Batches("api", "orders"), Is.Empty);
    }

    [Test]
    public async Task Extract_RecordsElsewhere_NamesTheKeysThatAreThere()
    {
        await using var api = await ServedApi.Start("{\"data\":[],\"total\":0}");
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{records: items}}\n");
        var error = Assert.Throws<CrmException>(() => project.Land());
        Assert.That(error!.Message, Does.Contain("an object with data, total").And.Contain("records at items"));
    }

    [Test]
    public async Task Extract_WhatIsNoObject_IsPutAside()
    {
        await using var api = await ServedApi.Start("[{\"id\":1,\"tags\":[\"a\"],\"at\":{\"city\":\"Köln\"}},7,{\"id\":2,\"id\":3},{\"id\":4,\"Note\":\"\"}]");
        using var project = new ConnectorProject($"source: api\nconnector: http\nurl: {api.Url}\nstreams:\n  orders: {{path: orders}}\n");
        var batch = project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(batch, "_record", "id", "tags", "at", "Note"), Is.EqualTo(new[] { "1|1|[\"a\"]|{\"city\":\"Köln\"}|∅", "4|4|∅|∅|" }));
            Assert.That(batch.Rejects.Select(r => $"{r.Record} {r.Reason} {r.RawText}"), Is.EqualTo(new[]
            {
                "2 a JSON object is expected, not Number 7", "3 the key 'id' is there twice {\"id\":2,\"id\":3}",
            }));
            Assert.That(batch.Files[0], Has.Property("Records").EqualTo(2).And.Property("Rejected").EqualTo(2));
        });
    }

    private static TestCaseData Case(string name, string options, Func<HttpContext, string> answer, params string[] queries) =>
        new TestCaseData(options, answer, queries).SetName($"Extract_EveryPage_IsRead({name})");

    private static int Number(HttpContext context, string name, int otherwise) =>
        int.TryParse(context.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static string Items(int page, int size) => Skip(page * size, size, page + 1);

    private static string Skip(int skip, int size, int next = 0)
    {
        var items = Ids.Skip(skip).Take(size).Select(i => $"{{\"id\":{i}}}");
        var more = skip + size < All;
        return $"{{\"items\":[{string.Join(',', items)}],\"more\":{(more ? "true" : "false")},\"paging\":{{\"next\":{(more ? next : "null")}}},\"url\":{(more ? $"\"?page={next + 1}\"" : "null")}}}";
    }

    private static void Link(HttpContext context, int size)
    {
        var page = Number(context, "page", 1);
        context.Response.Headers.Append("Link", "<https://example.com/first>; rel=\"first\", </v1/x,y>; title=\"a, b\"; rel=prev");
        if (page * size < All)
        {
            context.Response.Headers.Append("Link", $"</v1/orders?page={page + 1}>; rel=\"last next\"");
        }
    }
}
