using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Tests.Etl;

/// <summary>Files that are delivered again with a line more or less: the others are no other records, and their rows say where they stand now.</summary>
public sealed class RelocatedRecordTests
{
    private const string Keyed =
        """
        source: shop
        connector: files
        streams:
          lines: {path: data/*.csv, key: id, columns: {price: integer}}
        map:
          order_line: {from: lines, order_id: id, ordered_at: "TIMESTAMP '2026-01-01'", product_id: "'P'", quantity: "1", unit_price: price, customer_id: customer}
          customer: {from: lines, where: customer IS NOT NULL, customer_id: customer, country: country}
        """;

    private const string Places = "SELECT order_id || '@' || source_record FROM star.fact_sales ORDER BY order_id, source_record";

    [Test]
    public void FileWithoutKeys_LineTakenOut_OthersAreUnchangedAndFollow()
    {
        using var project = new TestProject(Keyed.Replace("key: id, ", ""));
        project.Write("data/a.csv", "id,price,customer,country\n1,10,c1,Spain\n2,20,c2,Italy\n3,30,c3,France\n3,30,c3,France\n4,40,,\n5,50,c5,Peru\n");
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(6, 6, 0, 0, 0)));
        project.Write("data/a.csv", "id,price,customer,country\n1,10,c1,Spain\n3,30,c3,France\n3,30,c3,France\n4,44,,\n5,50,c5,Peru\n");
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(5, 1, 4, 0, 2)));
        Assert.That(project.Query<string>(Places), Is.EqualTo(new[] { "1@1", "3@2", "3@3", "4@4", "5@5" }));
        Assert.That(project.Scalar<string>("SELECT string_agg(order_id || '=' || CAST(unit_price AS INTEGER), ' ' ORDER BY order_id) FROM star.fact_sales"), Is.EqualTo("1=10 3=30 3=30 4=44 5=50"));
        Assert.That(project.Scalar<long>("SELECT source_record FROM star.dim_customer WHERE customer_id = 'c5' AND is_current"), Is.EqualTo(5));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales_history"), Is.EqualTo(2), "the line taken out, and the changed one");
    }

    [Test]
    public void FileWithoutKeys_LinePutInAndLinesSwapped_NothingElseCounts()
    {
        using var project = new TestProject(Keyed.Replace("key: id, ", ""));
        project.Write("data/a.csv", "id,price,customer,country\n1,10,c1,Spain\n2,20,c2,Italy\n3,30,c3,France\n");
        project.Run();
        project.Write("data/a.csv", "id,price,customer,country\n0,5,c0,Spain\n1,10,c1,Spain\n3,30,c3,France\n2,20,c2,Italy\n");
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(4, 1, 3, 0, 0)));
        Assert.That(project.Query<string>(Places), Is.EqualTo(new[] { "0@1", "1@2", "2@4", "3@3" }));
        project.Write("data/a.csv", "id,price,customer,country\n3,30,c3,France\n");
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(1, 0, 1, 0, 3)));
        Assert.That(project.Query<string>(Places), Is.EqualTo(new[] { "3@1" }));
    }

    [Test]
    public void FileWithKeys_LinesMoved_RowsFollowAndBadOnesStayInTheQuarantine()
    {
        using var project = new TestProject(Keyed);
        project.Write("data/a.csv", "id,price,customer,country\n1,10,c1,Spain\n2,20,c2,Italy\n3,?,c3,France\n4,40,c4,France\n5,50,c5,Peru\n");
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(5, 4, 0, 1, 0)));
        project.Write("data/a.csv", "id,price,customer,country\n6,60,c6,Spain\n5,50,c5,Peru\n2,22,c2,Italy\n3,?,c3,France\n4,40,c4,France\n");
        Assert.That(project.Run().Counts.Quarantined, Is.EqualTo(1));
        Assert.That(project.Query<string>(Places), Is.EqualTo(new[] { "2@3", "4@5", "5@2", "6@1" }));
        Assert.That(project.Query<long>("SELECT source_record FROM meta.quarantine"), Is.EqualTo(new long[] { 4 }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM stage.shop__lines WHERE good_record IS NOT NULL AND (good_file, good_record) NOT IN (SELECT (source_file, source_record) FROM star.fact_sales)"), Is.Zero);

        project.Write("data/a.csv", "id,price,customer,country\n4,41,c4,France\n5,50,c5,Peru\n3,33,c3,France\n");
        project.Run();
        Assert.That(project.Query<string>(Places), Is.EqualTo(new[] { "3@3", "4@1", "5@2" }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.quarantine"), Is.Zero);
    }

    [Test]
    public void RecordWithKey_MovedToAnotherFile_IsFoundThere()
    {
        using var project = new TestProject(Keyed);
        project.Write("data/a.csv", "id,price,customer,country\n1,10,c1,Spain\n2,20,c2,Italy\n");
        project.Run();
        project.Write("data/a.csv", "id,price,customer,country\n2,20,c2,Italy\n");
        project.Write("data/b.csv", "id,price,customer,country\n1,10,c1,Spain\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT order_id || '@' || path || ':' || source_record FROM star.fact_sales JOIN meta.source_file ON file_id = source_file ORDER BY order_id"),
            Is.EqualTo(new[] { "1@data/b.csv:1", "2@data/a.csv:1" }));
        project.Write("data/b.csv", "id,price,customer,country\n1,11,c1,Spain\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT order_id || '=' || CAST(unit_price AS INTEGER) FROM star.fact_sales ORDER BY order_id"), Is.EqualTo(new[] { "1=11", "2=20" }));
    }

    [Test]
    public void RecordThatLandedInARunThatDied_GoneSince_IsNotLoaded()
    {
        using var project = new TestProject(Keyed.Replace("connector: files", "connector: table").Replace("path: data/*.csv, key: id, columns: {price: integer}", "key: id, cursor: mark, deletes: keys"));
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        project.Table.Put("b", 2, ("price", "2"));
        project.Table.Put("c", 2, ("price", "3"));
        Assert.That(() => project.Run(new DyingAt("conform shop/lines")), Throws.TypeOf<CrmException>());
        project.Table.Remove("b");
        project.Run();
        Assert.That(project.Query<string>("SELECT order_id FROM star.fact_sales ORDER BY 1"), Is.EqualTo(new[] { "a", "c" }));
    }

    private sealed class DyingAt(string step) : IProgress<Analytics.Etl.RunProgress>
    {
        public void Report(Analytics.Etl.RunProgress value)
        {
            if (value.Step == step)
            {
                throw new CrmException(FailureKind.Failed, "it dies", step, "nothing", "run again");
            }
        }
    }
}
