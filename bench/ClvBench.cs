using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Crm.Analytics.Models.Clv;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>
/// BG/NBD over customers by the thousand: fit and prediction, beside a plain C program of the same mathematics on two threads (bgnbd.c; it needs cc). Both start
/// from the same rows (x, t_x, T in days), in a file for the C program, in a table for ours.
/// </summary>
internal static class ClvBench
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ClvBench));

    public static int Run(int millions)
    {
        if (Build() is not { } program)
        {
            Console.WriteLine("clv: no C compiler (cc) was found, so there is nothing to measure against");
            return 0;
        }

        // Once before the clock counts: compiling is no part of growth.
        Ours(Simulate(2_000));
        var sizes = new[] { 10_000, 100_000, 1_000_000 }.Append(millions * 1_000_000).Distinct().Order().ToArray();
        var measured = Array.ConvertAll(sizes, size => Measure(program, size));
        var exponent = Math.Log(measured[^1].Seconds / measured[0].Seconds) / Math.Log((double)sizes[^1] / sizes[0]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  growth exponent from {sizes[0]:N0} to {sizes[^1]:N0} {exponent:0.00}  (promise: at most 1.1)"));
        for (var i = 0; i < sizes.Length; i++)
        {
            BenchBook.Note(string.Create(CultureInfo.InvariantCulture, $"BG/NBD of {sizes[i]:N0} customers / plain C"), [measured[i].Ratio], atMost: 1.5);
        }

        BenchBook.Note("BG/NBD: growth exponent", [exponent], atMost: 1.1);
        return measured[^1].Ratio <= 1.5 && exponent <= 1.1 ? 0 : 1;
    }

    private static (double Seconds, double Ratio) Measure(string program, int customers)
    {
        var rows = Simulate(customers);
        var file = Path.Combine(Layout.Work, "histories.bin");
        File.WriteAllBytes(file, MemoryMarshal.AsBytes(rows.AsSpan()).ToArray());
        var c = MeasuredProcess.Run(program, file).Output.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        var (seconds, fit, sum) = Ours(rows);
        File.Delete(file);
        var difference = fit.Estimates.Values.Zip(c.Skip(1), (a, b) => Math.Abs(a - b) / b).Append(Math.Abs(sum - c[6]) / c[6]).Max();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            BG/NBD of {customers:N0} customers ({c[7]:N0} different histories)
              plain C {c[0],8:0.00} s
              ours    {seconds,8:0.00} s, ratio {seconds / c[0]:0.00}  (promise: at most 1.5); largest difference of parameters and sums {difference:0.0E+0}
            """));
        return (seconds, seconds / c[0]);
    }

    private static (double Seconds, PurchaseFit Fit, double Sum) Ours(History[] rows)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
        using var session = instance.Connect();
        session.Execute(Sql.Fill("tables"));
        session.InTransaction(() =>
        {
            using var append = session.AppendColumns("main", "history");
            foreach (var row in rows)
            {
                append[0].Int(row.Repeats);
                append[1].Int(row.LastAge);
                append[2].Int(row.Age);
                append.EndRow();
            }

            append.Complete();
        });
        var clock = Stopwatch.StartNew();
        var groups = new List<(History Key, long Customers)>();
        session.Stream(Sql.Fill("groups"), null, r => groups.Add((new(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2)), r.GetInt64(3))));
        var cell = new HistoryCell([.. groups.Select(g => new PurchaseHistory(g.Key.Repeats, g.Key.LastAge / 7.0, g.Key.Age / 7.0, g.Customers))], []);
        var fit = PurchaseFit.Of(BgNbd.Plain, [cell], []);
        var predictions = new (double Alive, double Expected)[groups.Count];
        Parallel.For(0, groups.Count, i =>
        {
            var history = new PurchaseHistory(groups[i].Key.Repeats, groups[i].Key.LastAge / 7.0, groups[i].Key.Age / 7.0);
            var alive = fit.Model.ProbabilityAlive(fit.Estimates.Values, history);
            predictions[i] = (alive, alive * fit.Model.ExpectedIfAlive(fit.Estimates.Values, history.RepeatCount, history.CustomerAge, 52));
        });
        session.InTransaction(() =>
        {
            using var append = session.AppendColumns("main", "prediction");
            for (var i = 0; i < predictions.Length; i++)
            {
                append[0].Int(groups[i].Key.Repeats);
                append[1].Int(groups[i].Key.LastAge);
                append[2].Int(groups[i].Key.Age);
                append[3].Double(predictions[i].Alive);
                append[4].Double(predictions[i].Expected);
                append.EndRow();
            }

            append.Complete();
        });
        session.Execute(Sql.Fill("score"));
        var seconds = clock.Elapsed.TotalSeconds;
        return (seconds, fit, session.Scalar<double>(Sql.Fill("sum")));
    }

    // Rates and leaving as CDNOW's, by days over a year and a half, from a seed.
    private static History[] Simulate(int customers)
    {
        var random = new Random(1);
        var rows = new History[customers];
        for (var i = 0; i < customers; i++)
        {
            var rate = 0.12 * Math.Pow(random.NextDouble(), 4) / 7 * 4;
            var leaving = 0.6 * Math.Pow(random.NextDouble(), 2);
            var age = 180 + random.Next(360);
            var (day, x, last) = (0.0, 0, 0);
            do
            {
                day += -Math.Log(1 - random.NextDouble()) / Math.Max(1e-9, rate);
                if (day < age && (int)Math.Ceiling(day) > last)
                {
                    (x, last) = (x + 1, (int)Math.Ceiling(day));
                }
            }
            while (day < age && random.NextDouble() >= leaving);
            rows[i] = new(x, last, age);
        }

        return rows;
    }

    private static string? Build()
    {
        var program = Path.Combine(Layout.Work, "bgnbd");
        Directory.CreateDirectory(Layout.Work);
        try
        {
            MeasuredProcess.Run("cc", "-O2", "-o", program, Path.Combine(Layout.Root, "bench", "bgnbd.c"), "-lm", "-lpthread");
            return program;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private readonly record struct History(int Repeats, int LastAge, int Age);
}
