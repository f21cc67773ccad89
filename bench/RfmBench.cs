using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>
/// RFM of customers by the million, four sales each: what a run does (scores, segments, versions, comparison with what was there, written) beside SQL by hand that
/// counts values and ends with the same table; each in a process of its own, on a copy of the same star, in turns; writing is also beside that of
/// the same columns as constants.
/// </summary>
internal static class RfmBench
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RfmBench));

    public static int Run(int customers, int rounds)
    {
        Directory.CreateDirectory(Layout.Work);
        var star = Path.Combine(Layout.Work, "rfm.duckdb");
        Forget(star);
        Make(star, customers);
        var pairs = Enumerable.Range(0, rounds).Select(_ => (Ours: Measure(star, "rfm-score"), Hand: Measure(star, "rfm-by-hand"))).ToList();
        Forget(star);
        BenchBook.Note(string.Create(CultureInfo.InvariantCulture, $"RFM of {customers:N0} customers: scoring / by hand"), pairs.Select(p => p.Ours.Numbers[1] / p.Hand.Numbers[1]), atMost: 1.2);
        BenchBook.Note(string.Create(CultureInfo.InvariantCulture, $"RFM of {customers:N0} customers: writing / the same columns as constants"), pairs.Select(p => p.Ours.Numbers[2] / p.Hand.Numbers[2]), atMost: 1.5);
        BenchBook.Note(string.Create(CultureInfo.InvariantCulture, $"RFM of {customers:N0} customers: peak memory"), pairs.Select(p => p.Ours.Peak / 1024), atMost: 3, unit: " GB");
        var peak = pairs.Max(p => p.Ours.Peak);
        var isEqual = pairs.All(p => p.Ours.Numbers[^1] == p.Hand.Numbers[^1]);
        var (whole, scoring, writing) = (Ratio(pairs, 0), Ratio(pairs, 1), Ratio(pairs, 2));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            RFM of {customers:N0} customers, one snapshot; median of {rounds}
                        ours   by hand   ratio of the pairs
              scoring   {Median(pairs, p => p.Ours.Numbers[1]),6:0.00} s {Median(pairs, p => p.Hand.Numbers[1]),6:0.00} s   {scoring:0.00}  (promise: at most 1.2)
              writing   {Median(pairs, p => p.Ours.Numbers[2]),6:0.00} s {Median(pairs, p => p.Hand.Numbers[2]),6:0.00} s   {writing:0.00}  (promise: at most 1.5; beside the same columns as constants)
              in all    {Median(pairs, p => p.Ours.Numbers[0]),6:0.00} s {Median(pairs, p => p.Hand.Numbers[0]),6:0.00} s   {whole:0.00}
              peak memory {peak:0} MB (promise: at most 3,000 at 10 million), by hand {pairs.Max(p => p.Hand.Peak):0} MB; the tables are {(isEqual ? "equal" : "NOT EQUAL")}
            """));
        return isEqual && peak <= 3000 && scoring <= 1.2 && writing <= 1.5 ? 0 : 1;
    }

    /// <summary>Scores; tells the seconds in all, those without writing, those of writing (comparing with what was there, inserting, committing), and a sum over the rows.</summary>
    public static int Score(string file)
    {
        var catalogue = CatalogueReader.ReadStandard();
        using var instance = Open(file);
        using var session = instance.Connect();
        var clock = StatementClock.Over(session, sql => sql.Contains("score_rfm\"", StringComparison.Ordinal) || sql.Contains("score_rfm ", StringComparison.Ordinal) || sql.Contains("merge_row", StringComparison.Ordinal), out var timed);
        var inside = 0.0;
        var all = Seconds(session, () =>
        {
            var watch = Stopwatch.StartNew();
            RfmModel.Score(timed, catalogue, new RfmSettings("share", "rfm", 0, new("crm.yaml", 1, 1)), ".", 2);
            inside = watch.Elapsed.TotalSeconds;
        });
        var writing = clock.Seconds + all - inside;
        var sum = session.Scalar<double>(Sql.Fill("sum", ("table", "star.score_rfm")));
        Tell(all, all - writing, writing, sum);
        return 0;
    }

    /// <summary>The same by hand: the whole in one statement, then the scores into a temporary table, then constants.</summary>
    public static int ByHand(string file)
    {
        using var instance = Open(file);
        using var session = instance.Connect();
        var codes = RfmGrid.Load("rfm", ".").Segments.SelectMany(s => s.Codes.Select(c => new { r = c.R, f = c.F, m = c.M, segment = s.Name, standing = s.Standing }));
        session.Execute(Sql.Fill("grid"), new { codes = JsonSerializer.Serialize(codes) });
        var all = Seconds(session, () => session.Execute(Sql.Fill("by_hand", ("where", "TABLE star.rfm_by_hand"))));
        var scoring = Seconds(session, () => session.Execute(Sql.Fill("by_hand", ("where", "TEMP TABLE rfm_again"))));
        var constants = Seconds(session, () => session.Execute(Sql.Fill("constants")));
        Tell(all, scoring, constants, session.Scalar<double>(Sql.Fill("sum", ("table", "star.rfm_by_hand"))));
        return 0;
    }

    private static (double[] Numbers, double Peak) Measure(string star, string part)
    {
        var copy = $"{star}.copy";
        Forget(copy);
        File.Copy(star, copy);
        var measured = MeasuredProcess.Run(Environment.ProcessPath!, part, copy);
        Forget(copy);
        return (Numbers(measured.Output), measured.PeakMegabytes);
    }

    // With what a measurement that was stopped left beside it.
    private static void Forget(string file)
    {
        File.Delete(file);
        File.Delete($"{file}.wal");
    }

    private static double Seconds(ISession session, Action work)
    {
        var clock = Stopwatch.StartNew();
        session.InTransaction(work);
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median<T>(IReadOnlyList<T> pairs, Func<T, double> of) => pairs.Select(of).Order().ElementAt(pairs.Count / 2);

    private static double Ratio(List<((double[] Numbers, double Peak) Ours, (double[] Numbers, double Peak) Hand)> pairs, int of)
        => Median(pairs, p => p.Ours.Numbers[of] / p.Hand.Numbers[of]);

    private static void Make(string file, int customers)
    {
        using var instance = Open(file);
        using var session = instance.Connect();
        session.Execute(Sql.Fill("schema"));
        StarSchema.Apply(session, CatalogueReader.ReadStandard());
        session.InTransaction(() => session.Execute(Sql.Fill("fill"), new { customers }));
    }

    private static DuckDbInstance Open(string file) => DuckDbInstance.OpenWarehouse(new WarehouseOptions(file) { MemoryLimit = "2200MB" });

    private static void Tell(params double[] numbers) => Console.WriteLine(string.Join(' ', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture))));

    private static double[] Numbers(string output) => [.. output.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
}
