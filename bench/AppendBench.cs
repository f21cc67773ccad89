using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>
/// Rows of ten columns through <see cref="ColumnAppend"/>, the way every connector's rows take, beside a C program that fills the same chunks by DuckDB's
/// own interface (append.c; it needs cc). Both into a temporary table of an instance with one thread, in one transaction.
/// </summary>
internal static class AppendBench
{
    private const int Rows = 5_000_000;
    private const string Table =
        "CREATE OR REPLACE TEMP TABLE t (a BIGINT, b INTEGER, c DOUBLE, d DECIMAL(18,2), e BOOLEAN, f DATE, g TIMESTAMP, h VARCHAR, i VARCHAR, j BIGINT)";

    public static int Run(int rounds)
    {
        if (Build() is not { } program)
        {
            Console.WriteLine("append: no C compiler (cc) was found, so there is nothing to measure against");
            return 0;
        }

        List<double> ours = [], theirs = [];
        for (var round = 0; round <= rounds; round++)
        {
            var c = double.Parse(MeasuredProcess.Run(program, Rows.ToString(CultureInfo.InvariantCulture)).Output, CultureInfo.InvariantCulture);
            var dotnet = Append();
            if (round > 0)
            {
                ours.Add(dotnet);
                theirs.Add(c);
            }
        }

        BenchBook.Note("rows a second from .NET / from C", ours.Zip(theirs, (o, t) => t / o), atLeast: 0.85);
        var ratio = ours.Zip(theirs, (o, t) => t / o).Order().ElementAt(rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            Append of {Rows:N0} rows of ten columns, two of them text (medians of {rounds} rounds)
              C appender     {Rows / Middle(theirs) / 1e6,6:0.00} million rows/s
              typed columns  {Rows / Middle(ours) / 1e6,6:0.00} million rows/s
              share of C's rate (median of paired ratios) {ratio:0.00}  (promise: at least 0.85)
            """));
        return ratio >= 0.85 ? 0 : 1;
    }

    private static double Append()
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using var session = instance.Connect();
        session.Execute(Table);
        var clock = Stopwatch.StartNew();
        session.InTransaction(() => Fill(session));
        return clock.Elapsed.TotalSeconds;
    }

    private static void Fill(ISession session)
    {
        using var append = session.AppendColumns("temp", "t");
        var (a, b, c, d, e) = (append[0], append[1], append[2], append[3], append[4]);
        var (f, g, h, i, j) = (append[5], append[6], append[7], append[8], append[9]);
        var text = "customer-0000000000-name"u8.ToArray();
        for (long n = 0; n < Rows; n++)
        {
            a.Long(n);
            b.Int((int)(n % 1000));
            c.Double(n * 0.5);
            d.Decimal(n * 25);
            e.Boolean(n % 3 == 0);
            f.Date((int)(n % 20000));
            g.Timestamp(n * 1_000_000);
            for (var (k, at) = (n, 18); k > 0; k /= 10)
            {
                text[at--] = (byte)('0' + (k % 10));
            }

            h.Text(text);
            i.Text(text.AsSpan(13, 6));
            if (n % 10 == 0)
            {
                j.Null();
            }
            else
            {
                j.Long(n);
            }

            append.EndRow();
        }

        append.Complete();
    }

    /// <summary>The compiled C program; null without a compiler.</summary>
    private static string? Build()
    {
        var program = Path.Combine(Layout.Work, "append");
        Directory.CreateDirectory(Layout.Work);
        try
        {
            MeasuredProcess.Run(
                "cc", "-O2", "-o", program, Path.Combine(Layout.Root, "bench", "append.c"), Path.Combine(AppContext.BaseDirectory, "libduckdb.so"),
                $"-Wl,-rpath,{AppContext.BaseDirectory}");
            return program;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
