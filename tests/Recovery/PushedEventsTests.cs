using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Recovery;

/// <summary>Events that were answered are in the warehouse once, however often the server that took them is killed.</summary>
internal sealed class PushedEventsTests
{
    private const int Kills = 4;
    private const int PerRound = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private string _folder = "";

    [SetUp]
    public void MakeProject()
    {
        _folder = Directory.CreateTempSubdirectory("crm-pushed-").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "sources"));
        File.WriteAllText(Path.Combine(_folder, "crm.yaml"), "name: Test\n");
        File.WriteAllText(Path.Combine(_folder, "sources", "shop.yaml"), """
            source: shop
            connector: push
            token: ${TOKEN}
            every: 1
            streams:
              lines: {columns: {qty: integer, at: timestamp, price: "decimal(18,4)"}}
            map:
              order_line: {from: lines, order_id: id, ordered_at: at, customer_id: customer, product_id: sku, quantity: qty, unit_price: price}
            """);
    }

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Serve_KilledBetweenTakingAndLoading_LosesAndDoublesNothing()
    {
        var random = new Random(20_260_301);
        var answered = new ConcurrentDictionary<int, bool>();
        var sent = 0;
        for (var round = 0; round <= Kills; round++)
        {
            using var server = Serve();
            try
            {
                var address = await AddressOf(server);
                var isLast = round == Kills;
                var kill = isLast ? int.MaxValue : random.Next(5, PerRound);
                var done = 0;

                // What the last server did not answer is sent again with its keys, as clients do; then new events.
                var open = Enumerable.Range(0, sent).Where(i => !answered.ContainsKey(i)).Concat(isLast ? [] : Enumerable.Range(sent, PerRound)).ToList();
                sent = Math.Max(sent, open.DefaultIfEmpty(-1).Max() + 1);
                await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, stop) =>
                {
                    if (await Post(address, i, stop))
                    {
                        answered[i] = true;
                    }

                    if (Interlocked.Increment(ref done) == kill)
                    {
                        server.Kill();
                    }
                });
                if (isLast)
                {
                    Assert.That(answered, Has.Count.EqualTo(sent));
                    await Loaded(address, sent);
                }
            }
            finally
            {
                server.Kill();
                await server.WaitForExitAsync();
            }
        }

        var (rows, orders) = Count()!.Value;
        Assert.That((rows, orders), Is.EqualTo((sent, sent)), "(rows, different orders)");
    }

    /// <summary>Waits until the server, which keeps the warehouse open, answers that as many events are loaded.</summary>
    private static async Task Loaded(Uri address, int events)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new HttpClient();
        for (var rows = 0L; rows < events; await Task.Delay(100, patience.Token))
        {
            using var question = new StringContent("""{"query": {"measures": ["sales.lines"]}}""", new MediaTypeHeaderValue("application/json"));
            using var answer = await client.PostAsync(new Uri(address, "/v1/load"), question, patience.Token);
            if (answer.IsSuccessStatusCode)
            {
                using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(patience.Token));
                rows = json.RootElement.GetProperty("data")[0].GetProperty("sales.lines").GetInt64();
            }
        }
    }

    /// <summary>Rows of the fact, and how many orders they are of; null while somebody writes, or nothing is loaded yet.</summary>
    private (int Rows, int Orders)? Count()
    {
        var path = Path.Combine(_folder, "warehouse.duckdb");
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            using var held = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var warehouse = DuckDbInstance.OpenWarehouse(new WarehouseOptions(path) { Access = WarehouseAccess.Read });
            using var session = warehouse.Connect();
            return session.Query<(int, int)>("SELECT count(*)::INTEGER, count(DISTINCT order_id)::INTEGER FROM star.fact_sales")[0];
        }
        catch (Exception e) when (e is IOException or EngineException or Warehouse.CrmException)
        {
            return null;
        }
    }

    private static async Task<bool> Post(Uri address, int number, CancellationToken stop)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        var json = string.Create(CultureInfo.InvariantCulture,
            $"{{\"id\":\"o{number}\",\"at\":\"2026-01-01T00:00:00\",\"customer\":\"c{number % 7}\",\"sku\":\"s{number % 3}\",\"qty\":1,\"price\":2.50}}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/v1/push/shop/lines")) { Content = new StringContent(json, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Authorization = new("Bearer", "t0ken");
        request.Headers.Add("Idempotency-Key", $"key-{number}");
        try
        {
            using var response = await client.SendAsync(request, stop);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Serve()
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "crm.dll"), "serve", "--project", _folder },
            RedirectStandardOutput = true,
        };
        start.Environment["TOKEN"] = "t0ken";
        return Process.Start(start)!;
    }

    private static async Task<Uri> AddressOf(Process server)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await server.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("Reports: ", StringComparison.Ordinal))
            {
                return new(line.Split(' ')[1]);
            }
        }

        throw new InvalidOperationException("the server ended before it said where it is");
    }
}
