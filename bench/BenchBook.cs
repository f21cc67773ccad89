using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>The figures of one call of the bench: one table at its end, kept in <c>bench/results</c> with the date and what it ran on.</summary>
internal static class BenchBook
{
    private static readonly DateTimeOffset began = TimeProvider.System.GetLocalNow();
    private static readonly string loadAtFirst = Load();
    private static readonly List<Figure> figures = [];

    /// <summary>Notes a figure of which there is one for each round: its median, with the least and the greatest.</summary>
    /// <param name="what">What it is of.</param>
    /// <param name="rounds">The figure of each round.</param>
    /// <param name="atMost">What it should not be above.</param>
    /// <param name="atLeast">What it should not be below.</param>
    /// <param name="unit">What it counts; empty for a ratio.</param>
    public static void Note(string what, IEnumerable<double> rounds, double? atMost = null, double? atLeast = null, string unit = "")
    {
        var sorted = rounds.Order().ToList();
        if (sorted.Count > 0)
        {
            figures.Add(new(what, sorted[sorted.Count / 2], sorted[0], sorted[^1], sorted.Count, atMost, atLeast, unit));
        }
    }

    /// <summary>Runs a part; says what ended it, and lets the next one run.</summary>
    public static int Try(string part, Func<int> run)
    {
        Console.WriteLine($"── {part}");
        try
        {
            return run();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or DuckDBException or System.Net.Sockets.SocketException)
        {
            Console.WriteLine($"{part} was broken off: {e.Message}");
            figures.Add(new($"{part}: broken off ({e.Message.Split('\n')[0]})", double.NaN, double.NaN, double.NaN, 0, null, null, ""));
            return 1;
        }
    }

    /// <summary>Prints the table and keeps it.</summary>
    /// <param name="arguments">What was asked for; it names the file.</param>
    public static void Close(IReadOnlyList<string> arguments)
    {
        if (figures.Count == 0)
        {
            return;
        }

        var name = string.Join('-', arguments.Select(a => new string([.. a.Where(c => char.IsAsciiLetterOrDigit(c) || c == ',')]).Replace(',', '-')).Where(a => a.Length is > 0 and < 60).DefaultIfEmpty("short"));
        var folder = Path.Combine(Layout.Root, "bench", "results");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{began:yyyy-MM-dd}-{name}.md"));
        var table = Table();
        File.WriteAllText(file, Head(arguments) + table);
        Console.WriteLine($"\n{table}kept in {Path.GetRelativePath(Layout.Root, file)}");
    }

    private static string Head(IReadOnlyList<string> arguments)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30);
        return string.Create(CultureInfo.InvariantCulture, $"""
            # `./bench.sh{string.Concat(arguments.Select(a => $" {a}"))}`, {began:yyyy-MM-dd HH:mm}

            {Environment.ProcessorCount} cores, {memory} GB; {RuntimeInformation.FrameworkDescription}, DuckDB {Engine()}; load of the machine {loadAtFirst} when it began, {Load()} when it ended.
            Medians with the least and the greatest round; a ratio is ours to the other's, paired within a round.


            """);
    }

    private static string Table()
    {
        var text = new StringBuilder("| | median | least – greatest | rounds | wanted | |\n| --- | ---: | --- | ---: | --- | --- |\n");
        foreach (var f in figures)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {f.What} | {Shown(f.Median, f.Unit)} | {Shown(f.Least, f.Unit)} – {Shown(f.Most, f.Unit)} | {f.Rounds} | {f.Wanted} | {f.Holds} |\n");
        }

        return text.ToString();
    }

    private static string Shown(double value, string unit) => double.IsNaN(value) ? "" : value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + unit;

    private static string Engine()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    /// <summary>How many processes wanted to run in the last minute, where the system tells it.</summary>
    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private sealed record Figure(string What, double Median, double Least, double Most, int Rounds, double? AtMost, double? AtLeast, string Unit)
    {
        public string Wanted => AtMost is { } most ? $"at most {Shown(most, Unit)}" : AtLeast is { } least ? $"at least {Shown(least, Unit)}" : "";

        public string Holds => Rounds == 0 ? "BROKEN OFF" : AtMost is null && AtLeast is null ? "" : !(Median > AtMost) && !(Median < AtLeast) ? "holds" : "DOES NOT HOLD";
    }
}
