using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>
/// Loading a made-up shop from CSV beside the best script we could write by hand: the first day (everything), and a second day on which one line and one
/// customer in a hundred are new or changed. CPU seconds count as well as wall time: on a busy machine they are steadier.
/// </summary>
internal static class LoadBench
{
    private static readonly string[] Tables = ["dim_date", "dim_customer", "dim_product", "dim_geography", "fact_sales"];

    private static readonly Dictionary<int, double> cpu = [];

    public static int Run(int millions, int rounds)
    {
        var project = Generate(millions);
        var byHand = Path.Combine(Layout.Work, $"load-{millions}", "by-hand");
        var bench = Environment.ProcessPath!;
        List<Measurement> first = [], theirs = [], second = [];
        for (var round = 0; round < rounds; round++)
        {
            Clear(project, byHand);
            SetSecondDay(project, isThere: false);
            theirs.Add(MeasuredProcess.Run(bench, "baseline", Path.Combine(project, "data"), Path.Combine(byHand, "by-hand.duckdb"), Script("first-day.sql")));
            first.Add(MeasuredProcess.Run(bench, "load-project", project));
            var different = Compare(project, byHand);
            SetSecondDay(project, isThere: true);
            second.Add(MeasuredProcess.Run(bench, "load-project", project));
            Print(millions, first[^1], theirs[^1], second[^1], different);
        }

        BenchBook.Note($"load of {millions} million lines: first day / by hand, wall", first.Zip(theirs, (a, b) => a.Seconds / b.Seconds), atMost: 1.1);
        BenchBook.Note($"load of {millions} million lines: first day / by hand, CPU", first.Zip(theirs, (a, b) => a.CpuSeconds / b.CpuSeconds), atMost: 1.1);
        BenchBook.Note($"load of {millions} million lines: second day / first day, CPU", second.Zip(first, (a, b) => a.CpuSeconds / b.CpuSeconds), atMost: millions >= 50 ? 0.06 : null);
        BenchBook.Note($"load of {millions} million lines: first day", first.Select(f => millions * 1e6 / f.Seconds), unit: " lines/s");
        BenchBook.Note($"load of {millions} million lines: peak memory", first.Select(f => f.PeakMegabytes / 1024), atMost: millions >= 50 ? 5 : null, unit: " GB");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            medians of the paired ratios of {rounds} rounds
              first day / by hand      {Middle(first.Zip(theirs, (a, b) => a.Seconds / b.Seconds)):0.00} wall, {Middle(first.Zip(theirs, (a, b) => a.CpuSeconds / b.CpuSeconds)):0.00} CPU
              second day / first day   {Middle(second.Zip(first, (a, b) => a.CpuSeconds / b.CpuSeconds)):0.0%} CPU
            """));
        return first.Count == 0 ? 0 : LastCpu(millions, Middle(first.Select(f => f.CpuSeconds)));
    }

    /// <summary>How CPU seconds grow from ten million lines on, where both were loaded in one call.</summary>
    private static int LastCpu(int millions, double seconds)
    {
        cpu[millions] = seconds;
        if (millions > 10 && cpu.TryGetValue(10, out var ten))
        {
            BenchBook.Note($"load: growth exponent of CPU from 10 to {millions} million lines", [Math.Log(seconds / ten) / Math.Log(millions / 10.0)], atMost: 1.15);
        }

        return 0;
    }

    /// <summary>The child process: one run of a project without models, in the memory that <c>crm run</c> takes when nothing is said of it (4 GB in all).</summary>
    public static int Load(string folder)
    {
        var project = ProjectReader.ReadOrThrow(folder, StandardConnectors.Options);
        var landing = Path.Combine(folder, "landing");
        Directory.CreateDirectory(landing);
        using var warehouse = DuckDbInstance.OpenWarehouse(new WarehouseOptions(Path.Combine(folder, "warehouse.duckdb")) { AllowedDirectories = [landing], MemoryLimit = "3000MB" });
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { MemoryLimit = "1000MB" });
        using var session = warehouse.Connect();
        var environment = new RunEnvironment(session, scratch, new LandingStore(landing), StandardConnectors.All, Secrets.None, [], "bench", TimeProvider.System);
        var watch = new StepWatch();
        var summary = new EtlRun(project, environment, watch).Execute();
        watch.Report(new("the commit", null, 0));
        foreach (var step in summary.Steps)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"    {step.Step,-40} {step.Rows,12:N0} {step.Seconds,8:0.00} s {watch.CpuOf(step.Step),8:0.00} s CPU"));
        }

        return 0;
    }

    /// <summary>CPU seconds of the process from the beginning of a step to that of the next; steps that run side by side share it as it comes.</summary>
    private sealed class StepWatch : IProgress<RunProgress>
    {
        private readonly Dictionary<string, double> seconds = [];
        private string step = "start";
        private double since;

        public double CpuOf(string name) => seconds.GetValueOrDefault(name);

        public void Report(RunProgress value)
        {
            var now = Environment.CpuUsage.TotalTime.TotalSeconds;
            seconds[step] = seconds.GetValueOrDefault(step) + now - since;
            (step, since) = (value.Step, now);
        }
    }

    private static double Middle(IEnumerable<double> ratios) => ratios.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Load", name);

    private static string Generate(int millions)
    {
        var project = Path.Combine(Layout.Work, $"load-{millions}", "project");
        if (File.Exists(Path.Combine(project, "generated")))
        {
            return project;
        }

        foreach (var folder in (string[])["data/lines", "data/customers", "later/lines", "later/customers", "sources"])
        {
            Directory.CreateDirectory(Path.Combine(project, folder));
        }

        File.WriteAllText(Path.Combine(project, "crm.yaml"), "name: Load bench\n");
        File.Copy(Script("shop.yaml"), Path.Combine(project, "sources", "shop.yaml"), overwrite: true);
        var parts = File.ReadAllText(Script("generate.sql")).Split("-- part: ");
        var customers = millions * 50_000;
        var data = Path.Combine(project, "data");
        for (var i = 0; i < millions; i++)
        {
            Execute(parts[0], data, $"day1-{i:00}", i * 1_000_000L, (i + 1) * 1_000_000L, customers, millions);
        }

        Execute(parts[1]["customers".Length..], data, "", 0, 0, customers, millions);
        Execute(parts[2]["moved customers".Length..], Path.Combine(project, "later"), "", 0, 0, customers, millions);
        Execute(parts[0], Path.Combine(project, "later"), "day2", millions * 1_000_000L, (millions * 1_000_000L) + (millions * 10_000L), customers, millions);
        File.WriteAllText(Path.Combine(project, "generated"), "");
        return project;
    }

    private static void Execute(string sql, string folder, string name, long first, long last, int customers, int millions)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{folder}", folder).Replace("{name}", name)
            .Replace("{first}", first.ToString(CultureInfo.InvariantCulture)).Replace("{last}", last.ToString(CultureInfo.InvariantCulture))
            .Replace("{customers}", customers.ToString(CultureInfo.InvariantCulture)).Replace("{step}", (30_000 / millions).ToString(CultureInfo.InvariantCulture));
        command.ExecuteNonQuery();
    }

    private static void SetSecondDay(string project, bool isThere)
    {
        foreach (var file in (string[])["lines/day2.csv", "customers/second.csv"])
        {
            var (away, there) = (Path.Combine(project, "later", file), Path.Combine(project, "data", file));
            if (isThere && File.Exists(away))
            {
                File.Move(away, there);
            }
            else if (!isThere && File.Exists(there))
            {
                File.Move(there, away);
            }
        }
    }

    private static void Clear(string project, string byHand)
    {
        foreach (var folder in (string[])[byHand, Path.Combine(project, "landing")])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        Directory.CreateDirectory(byHand);
        File.Delete(Path.Combine(project, "warehouse.duckdb"));
        File.Delete(Path.Combine(project, "warehouse.duckdb.wal"));
    }

    /// <summary>The tables that differ.</summary>
    private static List<string> Compare(string project, string byHand) =>
        [.. Tables.Where(t => EtlBench.Hash(Path.Combine(project, "warehouse.duckdb"), t) != EtlBench.Hash(Path.Combine(byHand, "by-hand.duckdb"), t))];

    private static void Print(int millions, Measurement first, Measurement theirs, Measurement second, List<string> different) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"""
        {millions} million lines        seconds   CPU s   peak MB
          by hand, first day  {theirs.Seconds,8:0.00} {theirs.CpuSeconds,7:0.00} {theirs.PeakMegabytes,9:0}
          first day           {first.Seconds,8:0.00} {first.CpuSeconds,7:0.00} {first.PeakMegabytes,9:0}   ratio {first.Seconds / theirs.Seconds:0.00} wall, {first.CpuSeconds / theirs.CpuSeconds:0.00} CPU (promise 1.10)
          second day          {second.Seconds,8:0.00} {second.CpuSeconds,7:0.00} {second.PeakMegabytes,9:0}   {second.CpuSeconds / first.CpuSeconds:0.0%} of the first day's CPU (promise 6 % at 50 million)
          tables equal        {(different.Count == 0 ? "yes" : $"NO: {string.Join(", ", different)}")}
        first day:
        {first.Output}
        second day:
        {second.Output}
        """));
}
