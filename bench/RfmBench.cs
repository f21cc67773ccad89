using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>
/// RFM of customers by the million, four sales each: what a run does (scores, segments, versions, comparison with what was there, written) beside SQL by hand that
/// counts values, scores by them and writes the rows; each in a process of its own, on a copy of the same star. Then writing the same rows as constants.
/// </summary>
internal static class RfmBench
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RfmBench));

    public static int Run(int customers)
    {
        Directory.CreateDirectory(Layout.Work);
        var (ours, hand) = (Path.Combine(Layout.Work, "rfm-ours.duckdb"), Path.Combine(Layout.Work, "rfm-hand.duckdb"));
        foreach (var file in (string[])[ours, hand])
        {
            File.Delete(file);
        }

        Make(ours, customers);
        File.Copy(ours, hand);
        var program = Environment.ProcessPath!;
        var (scored, byHand) = (MeasuredProcess.Run(program, "rfm-score", ours), MeasuredProcess.Run(program, "rfm-by-hand", hand));
        var (a, b) = (Numbers(scored.Output), Numbers(byHand.Output));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            RFM of {customers:N0} customers, one snapshot
              by hand  {b[0],8:0.00} s, {byHand.PeakMegabytes,6:0} MB; the rows as constants {b[1]:0.00} s
              ours     {a[0],8:0.00} s, {scored.PeakMegabytes,6:0} MB (promise: at most 3,000 at 10 million), ratio {a[0] / b[0]:0.00}; sum of codes {(a[1] == b[2] ? "equal" : $"differs: {a[1]} and {b[2]}")}
            """));
        File.Delete(ours);
        File.Delete(hand);
        return a[1] == b[2] && scored.PeakMegabytes <= 3000 ? 0 : 1;
    }

    public static int Score(string file)
    {
        using var instance = Open(file);
        using var session = instance.Connect();
        var clock = Stopwatch.StartNew();
        session.InTransaction(() => RfmModel.Score(session, CatalogueReader.ReadStandard(), new RfmSettings("share", "rfm", 0, new("crm.yaml", 1, 1)), ".", 2));
        Tell(clock.Elapsed.TotalSeconds, session.Scalar<double>(Sql.Fill("sum", ("table", "star.score_rfm"))));
        return 0;
    }

    public static int ByHand(string file)
    {
        using var instance = Open(file);
        using var session = instance.Connect();
        var clock = Stopwatch.StartNew();
        session.InTransaction(() => session.Execute(Sql.Fill("by_hand")));
        var seconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        session.InTransaction(() => session.Execute(Sql.Fill("constants")));
        Tell(seconds, clock.Elapsed.TotalSeconds, session.Scalar<double>(Sql.Fill("sum", ("table", "star.rfm_by_hand"))));
        return 0;
    }

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
