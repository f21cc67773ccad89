using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Crm.Analytics.Tests.Connectors.Http;
using Crm.Analytics.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace Crm.Analytics.Tests.Jobs;

/// <summary>Two processes of <c>crm serve</c>, of which the one that runs a job is killed.</summary>
internal sealed class TwoServersTests
{
    private const string Orders = """[{"id": "1", "at": "2026-01-05T10:00:00", "sku": "MUG", "n": 3, "price": "2.00", "who": "ann"}]""";
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _root = "";
    private ServedApi _api = null!;

    [SetUp]
    public async Task Make()
    {
        _root = Directory.CreateTempSubdirectory("crm-two-").FullName;

        // The first request hangs until the end, all others are answered: the job of the first server is under way when it dies.
        _api = await ServedApi.Start(async (context, before) =>
        {
            if (before == 0)
            {
                await Task.WhenAny(_open.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Orders);
        });
    }

    [TearDown]
    public async Task Delete()
    {
        _open.TrySetResult();
        await _api.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task Standby_WhenTheServerIsKilled_OpensTheWarehouseAndTakesItsJobUp()
    {
        var folder = MakeProject("shop", "");
        using var first = new CrmServer(folder, []);
        await first.Says("Reports:");
        var port = FreePort();
        using var second = new CrmServer(folder, [], "--standby", "--port", port);
        await second.Says("standing by");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That((await http.GetAsync("health/live")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var ready = await http.GetAsync("health/ready");
        Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await ready.Content.ReadAsStringAsync(), Does.Contain("standby"));

        Assert.That((await first.Command("jobs", "run", "load")).Code, Is.Zero);
        await first.Until(() => Task.FromResult(_api.Requests.Count > 0), "a request");
        first.Kill();
        await second.Says("taking over");
        await second.Says("Reports:");
        await second.Until(async () => await second.History("load") == "resumed done; asked lost", "the job taken up");
        var (code, output) = await second.Command("query", "--measures", "sales.quantity", "--csv");
        Assert.That(output.Split('\n')[1].Trim(), Is.EqualTo("3"), output);
        Assert.That(code, Is.Zero);
        Assert.That((await http.GetAsync("health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Cluster_WhenTheServerThatRunsAJobIsKilled_AnotherTakesItUpOnce()
    {
        var environment = new Dictionary<string, string> { ["JOBS_STORE"] = PostgresServer.Shared.ConnectionString(PostgresServer.Shared.NewDatabase()) };
        using var first = new CrmServer(MakeProject("first", "server: {store: \"${JOBS_STORE}\", look: 1 second}\n"), environment);
        await first.Says("Reports:");
        Assert.That((await first.Command("jobs", "run", "load")).Code, Is.Zero);
        await first.Until(() => Task.FromResult(_api.Requests.Count > 0), "a request");
        using var second = new CrmServer(MakeProject("second", "server: {store: \"${JOBS_STORE}\", look: 1 second}\n"), environment);
        await second.Says("Reports:");
        first.Kill();
        await second.Until(async () => await second.History("load") == "resumed done; asked lost", "the job taken up");
        Assert.That(_api.Requests, Has.Count.EqualTo(2));
    }

    private string MakeProject(string name, string more)
    {
        var folder = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.Combine(folder, "sources"));
        File.WriteAllText(Path.Combine(folder, "crm.yaml"), $$"""
            name: Two servers
            jobs:
              load: {do: run}
            security: {allow_private_addresses: 127.0.0.1}
            {{more}}
            """);
        File.WriteAllText(Path.Combine(folder, "sources", "api.yaml"), $$"""
            source: api
            connector: http
            url: {{_api.Url}}
            streams:
              orders:
                columns: {at: timestamp, n: integer, price: "decimal(18,4)"}
            map:
              order_line:
                from: orders
                order_id: id
                ordered_at: at
                customer_id: who
                product_id: sku
                quantity: n
                unit_price: price
            """);
        return folder;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
