using System.Globalization;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>
/// The whole ETL of Online Retail by <c>crm run</c> beside the best script we could write by hand for these files alone, in one run on one machine:
/// both from process start to a closed warehouse, both ending with equal star tables.
/// </summary>
internal static class EtlBench
{
    private static readonly string[] Tables =
        ["dim_date", "dim_customer", "dim_product", "dim_geography", "fact_sales", "score_rfm"];

    public static int Run(int rounds)
    {
        var project = Path.Combine(Layout.Work, "online-retail");
        if (!Directory.Exists(Path.Combine(project, "data")))
        {
            MeasuredProcess.Run(Layout.Crm, "demo", "--project", project);
        }

        var script = Path.Combine(AppContext.BaseDirectory, "Etl", "online-retail.sql");
        var byHand = Path.Combine(Layout.Work, "by-hand.duckdb");
        var bench = Environment.ProcessPath!;
        List<Measurement> ours = [], theirs = [];
        for (var round = 0; round <= rounds; round++)
        {
            Delete(byHand);
            var baseline = MeasuredProcess.Run(bench, "baseline", Path.Combine(project, "data"), byHand, script);
            Delete(Path.Combine(project, "warehouse.duckdb"));
            DeleteFolder(Path.Combine(project, "landing"));
            DeleteFolder(Path.Combine(project, "out"));
            var run = MeasuredProcess.Run(Layout.Crm, "run", "--project", project);
            if (round > 0)
            {
                ours.Add(run);
                theirs.Add(baseline);
            }
        }

        BenchBook.Note("ETL of Online Retail: (crm run - 1 s) / by hand, wall", ours.Zip(theirs, (a, b) => (a.Seconds - 1) / b.Seconds), atMost: 1.3);
        BenchBook.Note("ETL of Online Retail: peak memory / by hand", ours.Zip(theirs, (a, b) => a.PeakMegabytes / b.PeakMegabytes), atMost: 1.5);
        return Report(MeasuredProcess.Median(ours), MeasuredProcess.Median(theirs), Path.Combine(project, "warehouse.duckdb"), byHand);
    }

    /// <summary>The child process of the baseline: one connection, one script, no more.</summary>
    public static int Baseline(string data, string file, string script)
    {
        using var connection = new DuckDBConnection($"DataSource={file}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = File.ReadAllText(script).Replace("{data}", data.Replace("'", "''"), StringComparison.Ordinal)
            .Replace("{landing}", Path.GetDirectoryName(file)!.Replace("'", "''"), StringComparison.Ordinal);
        command.ExecuteNonQuery();
        return 0;
    }

    private static int Report(Measurement ours, Measurement theirs, string ourFile, string theirFile)
    {
        var different = Tables.Where(t => Hash(ourFile, t) != Hash(theirFile, t)).ToList();
        var time = (ours.Seconds - 1) / theirs.Seconds;
        var memory = ours.PeakMegabytes / theirs.PeakMegabytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            ETL of Online Retail, 305 files, 541,909 records (medians, from process start)
                           seconds   CPU s   peak MB
              by hand     {theirs.Seconds,8:0.00} {theirs.CpuSeconds,7:0.00} {theirs.PeakMegabytes,9:0}
              crm run     {ours.Seconds,8:0.00} {ours.CpuSeconds,7:0.00} {ours.PeakMegabytes,9:0}
              (crm run - 1 s) / by hand  {time,6:0.00}  (promise: at most 1.30)
              peak memory ratio          {memory,6:0.00}  (promise: at most 1.50)
              star tables equal          {(different.Count == 0 ? "yes" : $"NO: {string.Join(", ", different)}")}
            """));
        return different.Count == 0 && time <= 1.3 && memory <= 1.5 ? 0 : 1;
    }

    /// <summary>Rows of a table of the star and the sum of their hashes.</summary>
    public static string Hash(string file, string table)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"ATTACH '{file.Replace("'", "''")}' AS w (READ_ONLY); USE w";
        command.ExecuteNonQuery();
        command.CommandText = $"SELECT count(*) || ' ' || CAST(sum(CAST(hash(t) AS HUGEINT)) AS VARCHAR) FROM star.{table} t";
        return (string)command.ExecuteScalar()!;
    }

    private static void Delete(string file)
    {
        Directory.CreateDirectory(Layout.Work);
        File.Delete(file);
        File.Delete($"{file}.wal");
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
