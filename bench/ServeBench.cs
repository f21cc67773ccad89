using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Crm.Analytics.Bench;

/// <summary>
/// A server under requests, beside the bare framework that answers the same bytes: how many a second and how long they take, alone and while a load is under way; and its memory over as many
/// requests as an hour of fifty a second brings.
/// </summary>
internal static partial class ServeBench
{
    private const int Clients = 8;
    private const string Small = """{"measures": ["sales.revenue", "sales.orders"], "dimensions": ["geography.country"]}""";
    private const string Large = """{"measures": ["sales.revenue", "sales.quantity"], "dimensions": ["customer.id", "date.month"], "limit": 1000}""";

    private static readonly (string Name, Func<Uri, int, byte[]> Requests)[] kinds =
    [
        ("small, remembered", (at, _) => OlapClient.Request(at, "v1/load", $$"""{"query": {{Small}}}""")),
        ("small, asked anew", (at, i) => OlapClient.Request(at, "v1/load", $$"""{"query": {{Another(i % 5000)}}, "renewQuery": true}""")),
        ("a thousand rows, asked anew", (at, i) => OlapClient.Request(at, "v1/load", $$"""{"query": {{Another(i % 5000, Large)}}, "renewQuery": true}""")),
        ("page", (at, _) => OlapClient.Get(at, "reports/sales_overview")),
    ];

    public static int Run(int requests, int rounds)
    {
        var project = Project();
        using var server = new OlapServer("dotnet", Path.Combine(Layout.Root, "artifacts", "crm", "crm.dll"), "serve", "--project", project, "--json");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Clients} clients, each one request after the other; medians of {rounds} paired rounds; {Busy()}"));
        Console.WriteLine("                                    a second     p50     p95     p99   bare: a second     p50     p95     p99   ratio");
        foreach (var kind in kinds)
        {
            Beside(server, project, kind, rounds, "");
        }

        var loads = 0;
        foreach (var kind in kinds)
        {
            using var load = Deliver(project, ++loads);
            Beside(server, project, kind, 1, load.HasExited ? " (the load was over before)" : ", while loading");
            load.WaitForExit();
        }

        Console.WriteLine(Busy());
        return Memory(server, requests);
    }

    private static void Beside(OlapServer server, string project, (string Name, Func<Uri, int, byte[]> Requests) kind, int rounds, string when)
    {
        // What the page says while its figures are worked out for the first time is not the page.
        while (kind.Name == "page" && server.Page("reports/sales_overview").Contains("http-equiv=\"refresh\"", StringComparison.Ordinal))
        {
            Thread.Sleep(50);
        }

        var file = Path.Combine(project, "answer.bytes");
        File.WriteAllBytes(file, server.Sent(kind.Requests));
        using var bare = new OlapServer(Environment.ProcessPath!, "bare-server", file);
        var pairs = Enumerable.Range(0, rounds + 1).Select(_ => (Ours: Held(server), Bare: Held(bare))).Skip(rounds > 1 ? 1 : 0).ToList();
        double Of(Func<(Latencies Ours, Latencies Bare), double> what) => OlapBench.Middle(pairs.Select(what));
        BenchBook.Note($"{kind.Name}{when}: requests a second / the bare framework", pairs.Select(p => p.Ours.PerSecond / p.Bare.PerSecond), atLeast: kind.Name == "small, remembered" && when.Length == 0 ? 0.8 : null);
        BenchBook.Note($"{kind.Name}{when}: p99", pairs.Select(p => p.Ours.P99), unit: " ms");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {kind.Name + when,-42} {Of(p => p.Ours.PerSecond),9:0} {Of(p => p.Ours.Middle),7:0.0} {Of(p => p.Ours.P95),7:0.0} {Of(p => p.Ours.P99),7:0.0}   {Of(p => p.Bare.PerSecond),14:0} {Of(p => p.Bare.Middle),7:0.0} {Of(p => p.Bare.P95),7:0.0} {Of(p => p.Bare.P99),7:0.0}   {Of(p => p.Ours.PerSecond / p.Bare.PerSecond),5:0.00}"));

        Latencies Held(OlapServer asked) => asked.Held(kind.Requests, Clients, static (_, took) => took.TotalSeconds >= 2);
    }

    /// <summary>Half of the requests are remembered, the others are asked for the first time; one in fifty is a page.</summary>
    private static int Memory(OlapServer server, int requests)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory over {requests:N0} requests (an hour of {requests / 3600.0:0.#} a second)"));
        Console.WriteLine("   requests   process MB   managed MB");
        List<(double Requests, double Process, double Managed)> seen = [];
        for (var tenth = 0; tenth <= 10; tenth++)
        {
            var (process, managed) = MemoryOf(server);
            seen.Add((requests / 10.0 * tenth, process, managed));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seen[^1].Requests,9:N0}   {process,10:0.0}   {managed,10:0.0}"));
            if (tenth < 10)
            {
                var first = tenth * (requests / 10);
                server.Held((at, i) => i % 50 == 0 ? kinds[3].Requests(at, i) : i % 2 == 0 ? kinds[0].Requests(at, i) : OlapClient.Request(at, "v1/load", $$"""{"query": {{Another(10_000 + first + i)}}}"""), Clients, (i, _) => i >= requests / 10);
            }
        }

        // The first half fills what may be remembered.
        var later = seen[5..];
        BenchBook.Note("memory of the process for 100,000 requests more, second half", [Slope(later, s => s.Process) * 1e5], unit: " MB");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  slope of the second half: {Slope(later, s => s.Process) * 1e5:0.0} MB of the process, {Slope(later, s => s.Managed) * 1e5:0.0} MB managed, for 100,000 requests"));
        return 0;
    }

    private static double Slope(IReadOnlyList<(double Requests, double Process, double Managed)> seen, Func<(double Requests, double Process, double Managed), double> of)
    {
        var (x, y) = (seen.Average(s => s.Requests), seen.Average(of));
        return seen.Sum(s => (s.Requests - x) * (of(s) - y)) / seen.Sum(s => (s.Requests - x) * (s.Requests - x));
    }

    private static (double Process, double Managed) MemoryOf(OlapServer server)
    {
        using var process = Process.GetProcessById(server.ProcessId);
        var managed = ManagedMemory().Match(server.Page("status")).Groups[1].Value;
        return (process.WorkingSet64 / 1e6, double.Parse(managed, NumberStyles.Number, CultureInfo.InvariantCulture));
    }

    /// <summary>A question with a value that makes it another: what is asked twice within a while is answered once.</summary>
    private static string Another(int value, string question = Small) => string.Create(CultureInfo.InvariantCulture, $$"""{{question[..^1]}}, "filters": [{"member": "sales.order_id", "operator": "notEquals", "values": ["{{value}}"]}]}""");

    /// <summary>The sample Online Retail, loaded once.</summary>
    private static string Project()
    {
        var project = Path.Combine(Layout.Work, "serve", "project");
        if (!File.Exists(Path.Combine(project, "warehouse.duckdb")))
        {
            MeasuredProcess.Run(Layout.Crm, "demo", "--project", project, "--json");
        }

        return project;
    }

    /// <summary>A delivery of twenty thousand lines more, and the run that loads it.</summary>
    private static Process Deliver(string project, int number)
    {
        var data = Path.Combine(project, "data");
        var sample = Directory.EnumerateFiles(data, "*.csv").Where(f => !Path.GetFileName(f).StartsWith("more-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();
        var name = string.Create(CultureInfo.InvariantCulture, $"more-{DateTime.UtcNow:yyyyMMddHHmmss}-{number}.csv");
        File.WriteAllLines(Path.Combine(data, name), File.ReadLines(sample).Take(20_001));
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Layout.Root, "artifacts", "crm", "crm.dll"), "run", "--project", project, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var load = Process.Start(start)!;
        load.OutputDataReceived += static (_, _) => { };
        load.ErrorDataReceived += static (_, _) => { };
        load.BeginOutputReadLine();
        load.BeginErrorReadLine();
        return load;
    }

    private static string Busy() => File.Exists("/proc/loadavg") ? $"load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {Environment.ProcessorCount} cores" : "load of the machine unknown";

    [GeneratedRegex("of that ([0-9,.]+) MB managed")]
    private static partial Regex ManagedMemory();
}
