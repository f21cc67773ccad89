using System.Text;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Identity;

internal sealed class IdentityEvaluationTests
{
    private const string Rule = @"rec_id=rec-(\d+)";

    [TestCase(1, 0.99)]
    [TestCase(3, 0.97)]
    public void Evaluate_LabelledPersons_ReachesF1(int dataset, double least)
    {
        using var files = new EvaluatedFiles();
        var result = files.Run(Rule, EvaluatedFiles.Febrl(dataset));
        Assert.That(result.Score!.F1, Is.AtLeast(least));
        Assert.That(result.Columns.Select(c => c.Name), Does.Not.Contain("rec_id"));
        Assert.That(result.Match.Pairs, Is.AtMost(60 * result.Records));
    }

    [Test]
    public void Evaluate_RecordsInAnotherOrder_FindsTheSame()
    {
        using var files = new EvaluatedFiles();
        var lines = File.ReadAllLines(EvaluatedFiles.Febrl(1));
        var shuffled = lines[1..];
        new Random(11).Shuffle(shuffled);
        var before = files.Run(Rule, EvaluatedFiles.Febrl(1));
        var after = files.Run(Rule, files.Write("shuffled.csv", [lines[0], .. shuffled]));
        Assert.That(after.Score, Is.EqualTo(before.Score));
        Assert.That(after.Match.Links, Is.EqualTo(before.Match.Links));
    }

    [Test]
    public void Evaluate_WithAnUnrelatedRecord_ChangesNoOtherLink()
    {
        using var files = new EvaluatedFiles();
        var lines = File.ReadAllLines(EvaluatedFiles.Febrl(1));
        var before = files.Run(Rule, EvaluatedFiles.Febrl(1)).Score!;
        var after = files.Run(Rule, files.Write("more.csv", [.. lines, "rec-9999-org, zebedee, quixano, 1, no such road, nowhere, farville, 9999, xx, 19010101, 1"])).Score!;
        Assert.That(after.Both, Is.EqualTo(before.Both).Within(1));
        Assert.That(after.Found, Is.EqualTo(before.Found).Within(1));
    }

    [Test]
    public void Evaluate_OneValueSharedByEverybody_IsNotCompared()
    {
        using var files = new EvaluatedFiles();
        var random = new Random(3);
        var lines = Enumerable.Range(0, 100_000).Select(i => $"{i},{(char)('a' + random.Next(26))}{random.Next(10_000)}x{i % 977},none@example.com,");
        var result = files.Run(null, files.Write("shared.csv", ["id,surname,email,empty", .. lines]));
        Assert.That(result.Records, Is.EqualTo(100_000));
        Assert.That(result.Match.Pairs, Is.AtMost(60L * result.Records));
        Assert.That(result.Columns.Select(c => c.Name), Does.Not.Contain("empty"));
        Assert.That(result.Match.Rules.Where(r => r.Name == "email").Select(r => r.Pairs), Is.All.Zero);
        Assert.That(result.Clusters.Largest, Is.LessThan(100));
    }

    [Test]
    public void Evaluate_NothingToCompareBy_LinksNothing()
    {
        using var files = new EvaluatedFiles();
        var result = files.Run("entity", files.Write("empty.csv", ["id,name,entity", "1,,a", "2,,a", "3,,b"]));
        Assert.That(result.Match.Links, Is.Empty);
        Assert.That(result.Score!.Recall, Is.Zero);
    }

    [TestCase("id,given_name,surname", 0)]
    [TestCase("id,given_name,surname\n1,ann,lee", 1)]
    [TestCase("name,name,name\nann lee,ann lee,x\nann lee,ann lee,y", 2)]
    public void Evaluate_HardlyAnyRecords_Answers(string text, int records)
    {
        using var files = new EvaluatedFiles();
        Assert.That(files.Run(null, files.Write("few.csv", text.Split('\n'))).Records, Is.EqualTo(records));
    }

    [Test]
    public void Evaluate_LineThatCannotBeRead_IsTold()
    {
        using var files = new EvaluatedFiles();
        var result = files.Run(null, files.Write("bad.csv", "id,given_name,surname", "1,ann,lee", "2,bob,ray,one,too,many", "3,zoe,fox"));
        Assert.That(result.Records == 3 || files.Said.Exists(s => s.Contains("could not be read", StringComparison.Ordinal)), Is.True, $"{result.Records} records");
    }

    [Test]
    public void Evaluate_EmptyFile_IsRefused()
    {
        using var files = new EvaluatedFiles();
        var path = files.Write("nothing.csv");
        Assert.That(() => files.Run(null, path), Throws.InstanceOf<CrmException>().With.Property("Found").Contains("empty"));
    }

    [Test]
    public void Evaluate_TextThatIsNotUtf8_IsReadAsLatin1()
    {
        using var files = new EvaluatedFiles();
        var path = files.Write("latin.csv", Encoding.Latin1.GetBytes("id,vorname,nachname,geburtsdatum\n1,J\u00fcrgen,M\u00fcller,1.2.1970\n2,Anna,Schmidt,3.4.1980\n"));
        var result = files.Run(null, path);
        Assert.That(result.Records, Is.EqualTo(2));
        Assert.That(files.Said, Has.Some.Contains("Latin-1"));
        Assert.That(result.Columns.Select(c => c.Kind.ToString()), Is.EqualTo(new[] { "GivenName", "Surname", "Date" }));
    }

    [Test]
    public void Evaluate_TwoFilesOfOneRecordEach_KeepsRecordsOfAFileApart()
    {
        using var files = new EvaluatedFiles();
        var lines = File.ReadAllLines(EvaluatedFiles.Febrl(1));
        var originals = files.Write("a.csv", lines.Where((l, i) => i == 0 || l.Contains("-org", StringComparison.Ordinal)));
        var copies = files.Write("b.csv", lines.Where((l, i) => i == 0 || l.Contains("-dup", StringComparison.Ordinal)));
        var result = files.Run(Rule, originals, copies);
        Assert.That(result.OneRecordPerSource, Is.True);
        Assert.That(result.Score!.F1, Is.AtLeast(0.99));
    }

    [Test]
    public void Evaluate_UnknownTruth_NamesTheNearestColumn()
    {
        using var files = new EvaluatedFiles();
        Assert.That(() => files.Run("rec_idd", EvaluatedFiles.Febrl(1)), Throws.InstanceOf<CrmException>().With.Property("Expected").Contains("rec_id"));
    }
}
