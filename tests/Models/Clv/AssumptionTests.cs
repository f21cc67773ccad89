using System.Globalization;
using System.Text;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Models.Clv;

/// <summary>Where data cannot carry a model, it says so in words; how odd data is counted.</summary>
internal sealed class AssumptionTests
{
    private static readonly (string, string)[] columns = [("customer", "who"), ("date", "day"), ("amount", "paid")];

    [Test]
    public void Fit_NobodyCameBack_SaysSo()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => FormattableString.Invariant($"c{i},2024-01-{1 + (i % 28):00},5\n")));

        var error = Assert.Throws<CrmException>(() => FittedFile.FitText("bgnbd", "who,day,paid\n" + text, columns));

        Assert.That(error.Found, Does.Contain("none of 100 customers bought on a second day"));
    }

    [Test]
    public void Fit_FewCustomers_SaysSo()
    {
        var error = Assert.Throws<CrmException>(() => FittedFile.FitText("bgnbd", "who,day,paid\na,2024-01-01,5\na,2024-02-01,5\nb,2024-01-01,5\n", columns));

        Assert.That(error.Expected, Does.Contain("at least 30 customers"));
    }

    [Test]
    public void Fit_SameDayRefundsAndZero_AreCountedAsTold()
    {
        var text = new StringBuilder("who,day,paid\n");
        for (var i = 0; i < 60; i++)
        {
            // One purchase in two rows, a free one, one with a refund, a refund alone.
            text.Append(CultureInfo.InvariantCulture, $"c{i},2024-01-{1 + (i % 20):00},5\nc{i},2024-01-{1 + (i % 20):00},6\n");
            text.Append(CultureInfo.InvariantCulture, $"c{i},2024-02-{1 + (i % 20):00},0\nc{i},2024-0{3 + (i % 5)}-01,{9 + i}\nc{i},2024-0{3 + (i % 5)}-01,-4\nc{i},2024-08-01,-1\n");
        }

        var counts = FittedFile.FitText("bgnbd", text.ToString(), columns).Counts;

        Assert.That(counts.Value("refunds"), Is.EqualTo(120));
        Assert.That(counts.Value("repeat_purchases"), Is.EqualTo(120), "the free one and the one that was partly refunded");
    }

    [Test]
    public void Fit_EveryoneBuysAsOften_TellsThatParametersAreNotTold()
    {
        var text = string.Concat(Enumerable.Range(0, 300).SelectMany(i => Enumerable.Range(0, 12).Select(m => FormattableString.Invariant($"c{i},2023-{m + 1:00}-{1 + (i % 28):00},5\n"))));

        var result = FittedFile.FitText("bgnbd", "who,day,paid\n" + text, columns);

        Assert.That(result.Warnings, Has.Some.Contain("no prediction is made"));
        Assert.That(result.Figures, Is.Empty);
    }

    [Test]
    public void Dates_ThatMeanTwoDays_AskForTheFormat()
    {
        var error = Assert.Throws<CrmException>(() => FittedFile.FitText("bgnbd", "who,day,paid\na,01/02/2024,5\na,03/04/2024,5\n", columns));

        Assert.That(error.Found, Does.Contain("day before month"));
        Assert.That(error.Next, Does.Contain("--format"));
    }

    [Test]
    public void Columns_ThatAreNotThere_TellTheNearest()
    {
        var error = Assert.Throws<CrmException>(() => FittedFile.FitText("bgnbd", "who,day,paid\na,2024-02-01,5\n", ("customer", "whom"), ("date", "day")));

        Assert.That(error.Expected, Does.Contain("did you mean 'who'?"));
    }

    [TestCase("a b\tc\n1  2 3\n4 5   6\n", "text, blanks between values, with a header", 2)]
    [TestCase(" 00004 19970101  29.33\n 00004 19970118  29.73\n", "text, blanks between values, without a header", 2)]
    [TestCase("a;b\n1,5;2\n3,5;4\n", "text, a semicolon between values, with a header", 2)]
    [TestCase("\"\",\"Id\",\"Price\"\n\"1\",\"7\",2.5\n", "text, a comma between values, with a header", 1)]
    [TestCase("x\ty\n1\t2\n", "text, a tab between values, with a header", 1)]
    public void Files_OfAnyLayout_AreReadAsTheyAre(string text, string layout, int rows)
    {
        using var folder = new Storage.WarehouseFolder();
        folder.File("data.txt", text);
        using var scratch = Crm.Analytics.Warehouse.Storage.DuckDbInstance.OpenScratch(new());
        using var session = scratch.Connect();

        var table = Crm.Analytics.Etl.Connectors.Files.FileTable.Load(session, Path.Combine(folder.Path, "data.txt"), "t", default);

        Assert.That((table.Layout, table.Rows), Is.EqualTo((layout, (long)rows)));
    }
}
