using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Crm.Analytics.Tests.Models;

namespace Crm.Analytics.Tests.Published;

/// <summary>Scores that others published: the R package rfm (995 customers), and what quantile cuts make of CDNOW.</summary>
internal sealed partial class RfmPublishedTests
{
    private static readonly Crm.Analytics.Warehouse.Declarations.RfmSettings quantile = RfmWarehouse.Share with { Ties = "quantile", MonthEnds = 0 };

    [Test]
    public void Score_OrdersOfTheRPackage_AreAsPublished()
    {
        using var warehouse = new RfmWarehouse();
        var names = new List<string>();
        warehouse.Sell(File.ReadLines(Data("rfm", "rfm_data_orders.csv")).Skip(1).Select(Order));

        var summary = warehouse.Score(1, quantile, new(2006, 12, 31));

        var abbey = names.IndexOf("Abbey O'Reilly") + 1;
        Assert.That(summary.Scores.Inserted, Is.EqualTo(995));
        Assert.That(warehouse.Rows($"select days_since_last_order, order_count, total_spend, r, f, m from star.score_rfm where customer_key = {abbey}"),
            Is.EqualTo("205 6 472.0000 3 4 3"));

        // The published cuts plus 1 are where the next score begins: recency 115 181 297.4 482, frequency 4 5 6 8, money 255.8 382 506.4 666.
        Assert.That(Band("days_since_last_order", 115, 181, 297.4m, 482), Is.EqualTo("r 5 4 3 2 1"));
        Assert.That(Band("order_count", 4, 5, 6, 8), Is.EqualTo("f 1 2 3 4 5"));
        Assert.That(Band("total_spend", 255.8m, 382, 506.4m, 666), Is.EqualTo("m 1 2 3 4 5"));

        Sale Order(string line, int number)
        {
            var match = OrderLine().Match(line);
            var customer = names.IndexOf(match.Groups[1].Value);
            if (customer < 0)
            {
                names.Add(match.Groups[1].Value);
                customer = names.Count - 1;
            }

            return new Sale(customer + 1, match.Groups[2].Value, $"{number}", decimal.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
        }

        // The score of every customer within each band, when each band has one score; all 995 customers are asked.
        string Band(string value, params decimal[] begins)
        {
            var score = value switch { "days_since_last_order" => "r", "order_count" => "f", _ => "m" };
            var band = string.Join(" + ", begins.Select(b => string.Create(CultureInfo.InvariantCulture, $"({value} >= {b})::int")));
            return $"{score} " + string.Join(' ', warehouse.Session.Query<string>(
                $"select string_agg(distinct {score}::varchar, '|') from star.score_rfm group by {band} order by {band}"));
        }
    }

    [Test]
    public void Score_CdnowByQuantileCuts_LeavesTheSecondFrequencyScoreEmpty()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(File.ReadLines(Data("cdnow", "CDNOW_master.txt")).Where(l => char.IsAsciiDigit(l.Trim().FirstOrDefault())).Select(Purchase));

        warehouse.Score(1, quantile, new(1998, 7, 1));

        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm"), Is.EqualTo(23_570));
        Assert.That(warehouse.Session.Scalar<decimal>("select sum(total_spend) from star.score_rfm"), Is.EqualTo(2_500_315.63m));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm where f = 1"), Is.EqualTo(12_054));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm where f = 2"), Is.Zero);

        // Purchases of one day are one order.
        static Sale Purchase(string line)
        {
            var part = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new(int.Parse(part[0], CultureInfo.InvariantCulture), DateTime.ParseExact(part[1], "yyyyMMdd", CultureInfo.InvariantCulture),
                part[1], decimal.Parse(part[3], CultureInfo.InvariantCulture));
        }
    }

    private static string Data(string folder, string file, [CallerFilePath] string here = "")
        => Path.Combine(Path.GetDirectoryName(here)!, "..", "data", folder, file);

    [GeneratedRegex("""^"([^"]*)",(\d{4}-\d\d-\d\d),([\d.]+),""")]
    private static partial Regex OrderLine();
}
