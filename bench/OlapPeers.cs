using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>The same questions by hand in PostgreSQL and SQLite, where they are installed: the tables that they read, exported once, with the indexes that such a star gets.</summary>
internal static class OlapPeers
{
    private static readonly (string Table, string Columns)[] tables =
    [
        ("fact_sales", "date_key INTEGER, customer_key INTEGER, customer_version_key INTEGER, product_version_key INTEGER, geography_key INTEGER, order_id TEXT, channel TEXT, quantity NUMERIC, revenue NUMERIC"),
        ("dim_date", "date_key INTEGER, month DATE, quarter DATE, year INTEGER"), ("dim_geography", "geography_key INTEGER, country TEXT"),
        ("dim_product", "product_version_key INTEGER, product_id TEXT"), ("dim_customer", "customer_version_key INTEGER, city TEXT, country TEXT"),
    ];

    /// <summary>Times the questions in each; prints how many times slower than through the API, as a geometric mean.</summary>
    /// <param name="star">The star.</param>
    /// <param name="folder">A folder for the exported tables.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="ours">Milliseconds of each through the API.</param>
    public static void Run(DuckDBConnection star, string folder, IReadOnlyList<(string Question, string Sql)> questions, double[] ours)
    {
        var isSqlite = IsThere("sqlite3");
        var isPostgres = Environment.GetEnvironmentVariable("CRM_BENCH_POSTGRES") is { Length: > 0 } && IsThere("psql");
        if (!isSqlite && !isPostgres)
        {
            Console.WriteLine("neither sqlite3 nor psql (with CRM_BENCH_POSTGRES, the address of an empty database) is there");
            return;
        }

        Directory.CreateDirectory(folder);
        foreach (var (table, columns) in tables)
        {
            var names = string.Join(", ", columns.Split(", ").Select(c => c.Split(' ')[0]));
            OlapBench.Execute(star, $"COPY (SELECT {names} FROM star.{table}) TO '{folder}/{table}.csv' (HEADER false, NULL '')");
        }

        if (isSqlite)
        {
            Tell("SQLite", questions, ours, Sqlite(folder, questions));
        }

        if (isPostgres)
        {
            Tell("PostgreSQL", questions, ours, Postgres(Environment.GetEnvironmentVariable("CRM_BENCH_POSTGRES")!, folder, questions));
        }
    }

    private static double[] Sqlite(string folder, IReadOnlyList<(string Question, string Sql)> questions)
    {
        var file = Path.Combine(folder, "star.sqlite");
        File.Delete(file);
        var load = string.Concat(tables.Select(t => $"CREATE TABLE {t.Table} ({t.Columns});\n.mode csv\n.import '{folder}/{t.Table}.csv' {t.Table}\n")) + Indexes("") + "ANALYZE;\n";
        Run("sqlite3", [file], load);
        return [.. questions.Select(q => Timed(() => Run("sqlite3", [file], q.Sql.Replace("star.", "", StringComparison.Ordinal) + ";\n")))];
    }

    private static double[] Postgres(string address, string folder, IReadOnlyList<(string Question, string Sql)> questions)
    {
        var load = "DROP SCHEMA IF EXISTS star CASCADE; CREATE SCHEMA star;\n"
            + string.Concat(tables.Select(t => $"CREATE TABLE star.{t.Table} ({t.Columns});\n\\copy star.{t.Table} FROM '{folder}/{t.Table}.csv' CSV\n")) + Indexes("star.") + "ANALYZE;\n";
        Run("psql", [address, "-q", "-v", "ON_ERROR_STOP=1"], load);
        return [.. questions.Select(q => Timed(() => Run("psql", [address, "-q", "-v", "ON_ERROR_STOP=1"], q.Sql + ";\n")))];
    }

    private static string Indexes(string schema) => string.Concat(tables.Skip(1).Select(t => $"CREATE UNIQUE INDEX {t.Table}_key ON {schema}{t.Table} ({t.Columns.Split(' ')[0]});\n"));

    /// <summary>The best of three, the first of which warms the cache; of what takes longer than ten seconds the first.</summary>
    private static double Timed(Action work)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 3 && (i == 0 || best < 10_000); i++)
        {
            best = Math.Min(best, OlapBench.Time(work));
        }

        return best;
    }

    /// <summary>The same questions in Malloy over the same file, where npm's @malloydata/malloy and @malloydata/db-duckdb are installed.</summary>
    /// <param name="warehouse">The copy of the star.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="ours">Milliseconds of each through the API.</param>
    /// <param name="rounds">Rounds.</param>
    public static void Malloy(string warehouse, IReadOnlyList<(string Question, string Sql)> questions, double[] ours, int rounds)
    {
        if (Environment.GetEnvironmentVariable("CRM_BENCH_MALLOY") is not { Length: > 0 } folder)
        {
            Console.WriteLine("Malloy: CRM_BENCH_MALLOY, a folder with node_modules/@malloydata/malloy and @malloydata/db-duckdb, is not set");
            return;
        }

        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Olap", "malloy.mjs"), folder, warehouse, rounds.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var times = JsonSerializer.Deserialize<double[]>(process.StandardOutput.ReadToEnd().Split('\n').Last(l => l.StartsWith('[')))!;
        process.WaitForExit();
        var mean = Math.Exp(Enumerable.Range(0, questions.Count).Average(i => Math.Log(times[i] / ours[i])));
        BenchBook.Note("Malloy / ours, geometric mean of ten questions", [mean]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Malloy in one process, the same file: {mean:0.00} times our time (geometric mean); each ms {string.Join(", ", times.Select(t => t.ToString("0", CultureInfo.InvariantCulture)))}"));
    }

    private static void Tell(string name, IReadOnlyList<(string Question, string Sql)> questions, double[] ours, double[] theirs)
    {
        var mean = Math.Exp(Enumerable.Range(0, questions.Count).Average(i => Math.Log(theirs[i] / ours[i])));
        BenchBook.Note($"{name} / ours, geometric mean of ten questions", [mean], atLeast: name == "SQLite" ? 30 : 15);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {mean:0.0} times slower (geometric mean; promise {(name == "SQLite" ? 30 : 15)}); each {string.Join(", ", theirs.Select((t, i) => (t / ours[i]).ToString("0", CultureInfo.InvariantCulture)))}"));
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, program)));

    private static void Run(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
        }
    }
}
