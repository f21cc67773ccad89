using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Models;

/// <summary>Online Retail, scored as of its last day, against sums made from the raw files alone.</summary>
internal sealed class RfmOnlineRetailTests
{
    [Test]
    public void Score_OnlineRetail_SegmentsSumToTheRawFilesTotals()
    {
        var folder = Directory.CreateTempSubdirectory("crm-rfm-");
        try
        {
            Unpack(folder.FullName);
            using var warehouse = new RfmWarehouse(folder.FullName);
            var raw = "read_csv(" + SqlName.Literal(Path.Combine(folder.FullName, "**", "*.csv").Replace('\\', '/'))
                + ", types = {'InvoiceNo': 'VARCHAR', 'CustomerID': 'VARCHAR', 'UnitPrice': 'DECIMAL(18,4)'})";
            warehouse.Session.Execute($"""
                insert into star.fact_sales by name
                select case when CustomerID is null then 0 else split_part(CustomerID, '.', 1)::integer end as customer_key, InvoiceNo as order_id,
                  InvoiceDate::timestamp as ordered_at, Quantity * UnitPrice as revenue, InvoiceNo like 'C%' as is_return, 1 as run_id
                from {raw}
                """);

            var summary = warehouse.Score(1);

            // Independent: one customer at a time, straight from the lines.
            var buyers = $"select CustomerID from {raw} where CustomerID is not null group by 1 having count(*) filter (where InvoiceNo not like 'C%') > 0";
            Assert.That(summary.Newest, Is.EqualTo(new DateOnly(2011, 12, 9)));
            Assert.That(summary.Segments.Sum(s => s.Customers), Is.EqualTo(warehouse.Session.Scalar<long>($"select count(*) from ({buyers})")).And.EqualTo(4_339));
            Assert.That(summary.Segments.Sum(s => s.Revenue),
                Is.EqualTo(warehouse.Session.Scalar<decimal>($"select sum(Quantity * UnitPrice) from {raw} where CustomerID in ({buyers})")));
            Assert.That(warehouse.Session.Scalar<long>("select sum(order_count) from star.score_rfm where snapshot_date = '2011-12-09'"),
                Is.EqualTo(warehouse.Session.Scalar<long>($"select count(distinct InvoiceNo) from {raw} where CustomerID is not null and InvoiceNo not like 'C%'")));
            Assert.That(warehouse.Session.Scalar<long>("select count(distinct snapshot_date) from star.score_rfm"), Is.EqualTo(13));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Unpack(string folder, [CallerFilePath] string here = "")
    {
        using var packed = File.OpenRead(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "samples", "online-retail", "by-day.tar.br"));
        using var tar = new BrotliStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, folder, overwriteFiles: true);
    }
}
