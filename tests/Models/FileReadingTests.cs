using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Models;

/// <summary>Files as they come: numbers, dates and customers that models were not made for.</summary>
internal sealed class FileReadingTests
{
    [Test]
    public void Numbers_AnyWriting_AreRead()
    {
        (string Text, double? Number)[] cases =
        [
            ("12.5", 12.5), ("1e3", 1000), ("-3", -3), ("12,5", 12.5), ("1,234", 1234), ("1,234.50", 1234.5), ("1.234,50", 1234.5), ("1.234.567", 1234567), ("1,234,567", 1234567), ("0,125", 0.125),
            ("3,1415", 3.1415), ("£12.50", 12.5), ("12,50 €", 12.5), ("12.50 EUR", 12.5), ("EUR 1.234,00", 1234), ("(12.00)", -12), ("£-3", -3), ("-£3.20", -3.2), ("12-", -12), ("1 234,56", 1234.56),
            ("1\u00A0234,56", 1234.56), ("1'234.50", 1234.5), ("−7,5", -7.5), ("5 %", 5), ("12.", 12), ("", null), ("abc", null), ("2011-12-31", null), ("n/a", null), ("12 of 13", null),
        ];
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using var session = scratch.Connect();

        var read = cases.Select(c => (c.Text, session.Query<double?>($"select {NumberReading.Of("t")} from (select $text as t)", new { text = c.Text })[0]));

        Assert.That(read, Is.EqualTo(cases));
    }

    [TestCase("yyyyMMdd")]
    [TestCase("dd/MM/yyyy")]
    [TestCase("MM/dd/yyyy")]
    [TestCase("dd.MM.yyyy HH:mm")]
    [TestCase("dd.MM.yy")]
    [TestCase("M/d/yyyy h:mm tt")]
    [TestCase("d MMM yyyy")]
    public void Dates_KnownFormats_AreFoundOut(string format)
    {
        var days = Enumerable.Range(0, 40).Select(i => new DateTime(2024, 1, 25, 14, 30, 0).AddDays(i * 3).ToString(format, System.Globalization.CultureInfo.InvariantCulture));
        var text = "who;when;paid\n" + string.Concat(days.Select((d, i) => $"c{i % 7};{d};{i}\n"));

        var result = FittedFile.FitText("lifecycle", text, ("customer", "who"), ("date", "when"), ("amount", "paid"));

        Assert.That(result.Conventions.Single(c => c.Key == "periods").Value, Does.EndWith("2024-05-21"));
        Assert.That(result.Counts.Value("customers"), Is.EqualTo(7));
    }

    [Test]
    public void Dates_ThatTwoFormatsRead_AreAskedAbout()
        => Assert.That(
            () => FittedFile.FitText("lifecycle", "who,when\na,01/02/2024\nb,03/04/2024\n", ("customer", "who"), ("date", "when")),
            Throws.TypeOf<CrmException>().With.Property("Next").Contains("--format dd/MM/yyyy"));

    [Test]
    public void Purchases_SemicolonsRefundsAndGaps_AreCountedAsTold()
    {
        // Blank customers, blank dates, refunds, free purchases and amounts that are no numbers.
        var rows = Enumerable.Range(0, 400).Select(i => FormattableString.Invariant($"k{i % 60};{new DateTime(2023, 1, 1).AddDays(i * 7 % 365):dd/MM/yyyy};\"{1000 + i}.{i % 100:00}\""));
        var odd = (string[])[";01/06/2023;\"5.00\"", "k1;;\"5.00\"", "k2;02/06/2023;\"-1,200.00\"", "k3;03/06/2023;0", "k4;04/06/2023;?"];

        var result = FittedFile.FitText("bgnbd", "kunde;datum;betrag\n" + string.Join('\n', rows.Concat(odd)) + "\n", ("customer", "kunde"), ("date", "datum"), ("amount", "betrag"));

        Assert.That(result.Counts.Value("customers"), Is.EqualTo(60));
        Assert.That(result.Counts.Value("refunds"), Is.EqualTo(1));
        Assert.That(result.Parameters.Select(p => p.Value), Has.All.GreaterThan(0));
    }

    [TestCase("who,when,paid\na,2024-01-01,5\n")]
    [TestCase("who,when,paid\na,2024-01-01,5\na,2024-02-01,5\na,2024-03-01,5\n")]
    [TestCase("who,when,paid\na,2024-01-01,5\nb,2024-01-02,5\nc,2024-01-03,5\n")]
    [TestCase("who,when,paid\na,2024-01-01,-5\nb,2024-01-02,-5\n")]
    [TestCase("who,when,paid\n")]
    public void Purchases_TooFew_AreRefusedInWords(string text)
    {
        foreach (var kind in (string[])["bgnbd", "mbgnbd", "paretonbd", "gammagamma", "clv"])
        {
            Assert.That(
                () => FittedFile.FitText(kind, text, ("customer", "who"), ("date", "when"), ("amount", "paid")),
                Throws.TypeOf<CrmException>().With.Property("Expected").Not.Empty, kind);
        }
    }

    [TestCase("rfm")]
    [TestCase("clv")]
    [TestCase("cohorts")]
    [TestCase("lifecycle")]
    public void Amounts_ThatAreNoNumbers_AreToldWithAnExample(string kind)
    {
        var error = Assert.Throws<CrmException>(() => FittedFile.FitText(kind, "who,day,paid\na,2024-01-01,web\na,2024-02-01,shop\n", ("customer", "who"), ("date", "day"), ("amount", "paid")));

        Assert.That(error!.Found, Is.EqualTo("no number in column paid, but such as 'shop'"));
    }

    [TestCase("NaN")]
    [TestCase("inf")]
    [TestCase("-Infinity")]
    public void Amounts_NotANumber_AreNone(string odd)
    {
        var random = new Random(4);
        string Rows(string amount) => string.Join('\n', Enumerable.Range(0, 600).Select(i => $"{i % 60},{new DateOnly(2024, 1, 1).AddDays(random.Next(300)):yyyy-MM-dd},{(i % 3 == 0 ? amount : "7.5")}").Prepend("c,d,a"));

        var result = FittedFile.FitText("clv", Rows(odd), ("customer", "c"), ("date", "d"), ("amount", "a"));

        Assert.That(result.Parameters.Select(p => p.Value), Is.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Cluster_HeaderOnly_SaysThatNothingIsThere()
    {
        var error = Assert.Throws<CrmException>(() => FittedFile.FitText("cluster", "a,b\n"));

        Assert.That(error!.Found, Is.EqualTo("no column of numbers that change"));
    }

    [Test]
    public void Amounts_OfSomeRowsThatCannotBeRead_AreCounted()
    {
        var text = string.Concat(Enumerable.Range(0, 400).Select(i => FormattableString.Invariant($"c{i % 80},2023-{1 + (i / 80)}-{1 + (i % 28)},{(i % 100 == 7 ? "n/a" : 5 + (i % 13))}\n")));

        var counts = FittedFile.FitText("bgnbd", "who,day,paid\n" + text, ("customer", "who"), ("date", "day"), ("amount", "paid"), ("format", "yyyy-M-d")).Counts;

        Assert.That(counts.Value("amounts_not_read"), Is.EqualTo(4));
    }
}
