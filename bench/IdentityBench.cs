using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Warehouse.Storage;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>
/// Matching of made-up persons with planted duplicates beside SQL written by hand for this file alone, which scores the same candidate pairs (their keys are
/// given to it). Ours also recognises the columns, chooses the keys, estimates the weights and builds the clusters. Each in a process of its own.
/// </summary>
internal static class IdentityBench
{
    private const string Memory = "3GB";

    public static int Run(IReadOnlyList<int> sizes)
    {
        Directory.CreateDirectory(Layout.Work);
        var bench = Environment.ProcessPath!;
        Console.WriteLine($"Matching of records with planted duplicates (memory for data: {Memory})");
        Console.WriteLine("     records       pairs      F1   ours s  ours CPU s  peak MB   hand s  hand CPU s  peak MB  ratio");
        var worst = 0.0;
        foreach (var records in sizes)
        {
            var file = Path.Combine(Layout.Work, $"persons-{records.ToString(CultureInfo.InvariantCulture)}.csv");
            var keys = Path.ChangeExtension(file, ".parquet");
            Generate(file, records);
            var ours = MeasuredProcess.Run(bench, "identity-match", file, keys);
            var hand = MeasuredProcess.Run(bench, "identity-by-hand", file, keys);
            var said = ours.Output.Trim().Split('\n')[^1].Split(' ');
            var (seconds, pairs, f1) = (Number(said[0]), Number(said[1]), Number(said[2]));
            worst = seconds / hand.Seconds;
            BenchBook.Note(string.Create(CultureInfo.InvariantCulture, $"matching of {records:N0} records / by hand"), [worst], atMost: records >= 1_000_000 ? 3 : null);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{records,12:N0} {pairs,11:N0} {f1,7:0.0000} {seconds,8:0.0} {Number(said[3]),11:0.0} {ours.PeakMegabytes,8:0} {hand.Seconds,8:0.0} {hand.CpuSeconds,11:0.0} {hand.PeakMegabytes,8:0} {worst,6:0.00}   (by hand: {hand.Output.Trim()})"));
        }

        Console.WriteLine("promise: at most 3.00 for the largest");
        return worst <= 3 ? 0 : 1;
    }

    /// <summary>The child process of our side; the time ends before the keys are written for the other.</summary>
    public static int Match(string file, string keys)
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { MemoryLimit = Memory });
        using var session = scratch.Connect();
        var clock = Stopwatch.StartNew();
        var result = new IdentityEvaluation(session, Console.WriteLine).Run(new EvaluationRequest([file], "person") { Ignored = ["id"] }, CancellationToken.None);
        var (seconds, cpu) = (clock.Elapsed.TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
        session.Execute($"COPY (SELECT k.*, CAST(i.id AS INTEGER) AS id FROM identity_key k JOIN identity_record r USING (_r) JOIN identity_input i USING (_key)) TO {SqlName.Literal(keys)} (FORMAT parquet)");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} {result.Match.Pairs} {result.Score!.F1:0.0000} {cpu:0.0}"));
        return 0;
    }

    /// <summary>The child process of the other side: one connection, one script.</summary>
    public static int ByHand(string file, string keys)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SET memory_limit = '{Memory}'; SET temp_directory = '{Path.Combine(Layout.Work, "hand-temp")}'";
        command.ExecuteNonQuery();
        command.CommandText = $"SELECT count(*) FROM (DESCRIBE SELECT COLUMNS('k[0-9]+') FROM read_parquet('{keys}'))";
        var rules = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        var script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Identity", "by-hand.sql"));
        var pairs = Enumerable.Range(0, rules).Select(r =>
            $"INSERT INTO pair SELECT x.id, y.id FROM rule_key x JOIN rule_key y ON x.k{r} = y.k{r} AND x._r < y._r"
            + (r == 0 ? ";" : $" WHERE {string.Join(" AND ", Enumerable.Range(0, r).Select(k => $"coalesce(x.k{k} <> y.k{k}, true)"))};"));
        var parts = script.Replace("{file}", file).Replace("{keys}", keys).Replace("{pairs}", string.Join('\n', pairs)).Split("-- the answer");
        command.CommandText = parts[0];
        command.ExecuteNonQuery();
        command.CommandText = parts[1];
        Console.WriteLine(command.ExecuteScalar());
        return 0;
    }

    private static void Generate(string file, int records)
    {
        if (File.Exists(file))
        {
            return;
        }

        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Identity", "generate.sql"))
            .Replace("{file}", file).Replace("{persons}", (records * 5L / 6).ToString(CultureInfo.InvariantCulture));
        command.ExecuteNonQuery();
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
