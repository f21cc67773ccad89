using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Models.Baskets;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>
/// Frequent sets and rules of ten thousand to a million baskets of ten items, drawn by Zipf's law, with a low support and a small limit of memory: each size in a process
/// of its own. Counts of pairs are compared with what a plain question counts.
/// </summary>
internal static class BasketsBench
{
    private const int Limit = 1000;

    private static readonly SqlFile Sql = SqlFile.Beside(typeof(BasketsBench));

    public static int Run(int most)
    {
        var isRight = true;
        Console.WriteLine($"Baskets of ten items of ten thousand, support 0.001, confidence 0.1, at most {Limit} MB for data");
        foreach (var baskets in new[] { 10_000, 100_000, 1_000_000 }.Where(n => n <= most))
        {
            var measured = MeasuredProcess.Run(Environment.ProcessPath!, "baskets-find", baskets.ToString(CultureInfo.InvariantCulture));
            var n = measured.Output.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
            BenchBook.Note(string.Create(CultureInfo.InvariantCulture, $"rules of {baskets:N0} baskets: memory in all, of which data at most {Limit} MB"), [measured.PeakMegabytes], atMost: Limit + 500, unit: " MB");
            isRight &= n[3] == 0 && measured.PeakMegabytes <= Limit + 500;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {baskets,9:N0} baskets {n[0],7:0.00} s, {measured.PeakMegabytes,5:0} MB in all; {n[1]:N0} sets, {n[2]:N0} rules; {(n[3] == 0 ? "counts of pairs are exact" : $"{n[3]} COUNTS DIFFER")}"));
        }

        return isRight ? 0 : 1;
    }

    /// <summary>Finds; tells the seconds, the sets, the rules, and how many of twenty pairs were counted wrong.</summary>
    public static int Find(int baskets)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { MemoryLimit = $"{Limit}MB", Threads = 2 });
        using var session = instance.Connect();
        session.Execute(Sql.Fill("fill"), new { baskets });
        var clock = Stopwatch.StartNew();
        var found = FrequentSets.Find(session, "bought", "basket", "item", new BasketOptions(0.001, 0.1) { Limit = 20_000 });
        var seconds = clock.Elapsed.TotalSeconds;
        var pairs = found.Sets.Where(s => s.Size == 2).ToList();
        var wrong = pairs.Where((_, i) => i % Math.Max(1, pairs.Count / 20) == 0).Count(p =>
        {
            var names = p.Items.Split(" + ");
            return session.Scalar<long>(Sql.Fill("pair"), new { one = names[0], other = names[1] }) != p.Baskets;
        });
        Console.WriteLine(string.Join(' ', new[] { seconds, found.Sizes.Sum(s => s.Sets), found.RuleCount, wrong }.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
        return 0;
    }
}
