using System.IO.Compression;
using System.Text;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors;

public class BadInputTests
{
    [Test]
    public void Extract_MissingFile_SaysWhatIsThereAndTheNearestName()
    {
        using var folder = new LandingFolder();
        folder.Write("data/orders.csv", "a\n1\n");
        var error = Assert.Throws<CrmException>(() => folder.Land("data/oders.csv"))!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Kind, Is.EqualTo(FailureKind.Failed));
            Assert.That(error.Found, Is.EqualTo("no file matches 'data/oders.csv'; data holds orders.csv"));
            Assert.That(error.Where, Is.EqualTo("sources/shop.yaml:5:11"));
            Assert.That(error.Expected, Does.Contain("'orders.csv'"));
        });
    }

    [Test]
    public void Extract_FolderInsteadOfFile_SaysHowToNameItsFiles()
    {
        using var folder = new LandingFolder();
        folder.Write("data/orders.csv", "a\n1\n");
        var error = Assert.Throws<CrmException>(() => folder.Land("data"))!;
        Assert.That((error.Found, error.Next), Is.EqualTo(("'data' is a folder", "Write data/*.csv")));
    }

    [Test]
    public void Extract_EmptyFile_LandsNothingWithAWarning()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "");
        var batch = folder.Land("*.csv");
        Assert.That((batch.Files[0].Records, batch.Files[0].Rejected, batch.Files[0].Warnings[0]), Is.EqualTo((0L, 0L, "the file is empty")));
        Assert.That(folder.Rows(batch), Is.Empty);
    }

    [TestCase("a,b")]
    [TestCase("a,b\n")]
    [TestCase("a,b\r\n\r\n")]
    public void Extract_HeaderOnly_LandsItsColumns(string text)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", text);
        var batch = folder.Land("*.csv");
        Assert.That((folder.Rows(batch).Count, batch.Rejects.Count, string.Join(',', batch.Columns.Select(c => c.Name))), Is.EqualTo((0, 0, "a,b")));
    }

    [Test]
    public void Extract_Latin1AsUtf8_RejectsTheLinesAndSuggestsTheEncoding()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,name\n1,Ann\n2,Caf\u00E9\n3,Bob\n");
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|Ann", "a.csv|3|3|Bob" }));
            Assert.That(batch.Rejects[0] with { Reason = "" }, Is.EqualTo(new RejectedRecord("a.csv", 2, 3, 2, "name", "", "2,Caf\uFFFD")));
            Assert.That(batch.Rejects[0].Reason, Does.Contain("encoding: latin-1"));
        });
    }

    [Test]
    public void Extract_RaggedRows_RejectsThemAndKeepsTheNumbersOfTheOthers()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a,b,c\n1,2,3\n4,5\n\n6,7,8,9\n\"x\ny\",2\n10,11,12\n");
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|2|3", "a.csv|5|10|11|12" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[]
            {
                "a.csv|2|3|3|2 values where the header names 3 columns",
                "a.csv|3|5|4|4 values where the header names 3 columns",
                "a.csv|4|6|3|2 values where the header names 3 columns",
            }));
            Assert.That(batch.Rejects[2].RawText, Is.EqualTo("\"x\ny\",2"));
        });
    }

    [TestCase("a,b\n1,2\n3,\"4\n5,6\n7,8\n", "a quote is opened and never closed")]
    [TestCase("a,b\n1,2\n3,\"4\"x\n5,6\n7,8\n", "text follows a closing quote")]
    [TestCase("a,b\n1,2\n3,\"4\n5,\"6\"\n7,8\n", "text follows a closing quote")]
    public void Extract_BrokenQuote_CostsItsLineOnly(string text, string reason)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", text);
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|2", "a.csv|3|5|6", "a.csv|4|7|8" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[] { $"a.csv|2|3|2|{reason}" }));
        });
    }

    [Test]
    public void Extract_LineOf100Megabytes_IsRejectedInLittleMemory()
    {
        using var folder = new LandingFolder();
        using (var file = File.Create(Path.Combine(folder.Folder, "a.csv")))
        {
            file.Write("a,b\n1,2\n3,"u8);
            var some = Enumerable.Repeat((byte)'z', 1 << 20).ToArray();
            for (var i = 0; i < 100; i++)
            {
                file.Write(some);
            }

            file.Write("\n5,6\n"u8);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var batch = folder.Land("*.csv");
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|2", "a.csv|3|5|6" }));
            Assert.That(batch.Rejects[0].Reason, Is.EqualTo("the record is longer than max_line_bytes (2000000)"));
            Assert.That(batch.Rejects[0].RawText, Has.Length.EqualTo(RejectedRecord.RawTextLimit));
            Assert.That(allocated, Is.LessThan(64L << 20));
        });
    }

    [TestCase("PK\u0003\u0004rest of it", "a ZIP archive (or xlsx, docx)")]
    [TestCase("\u007FELF\u0002\u0001", "an ELF program")]
    [TestCase("%PDF-1.7\n", "a PDF document")]
    [TestCase("PAR1\u0015\u0004", "a Parquet file")]
    [TestCase("\u0001\u0002\u0003\0\0\0\u0007xyz\0\0\0\0", "binary")]
    public void Extract_BinaryRenamedCsv_IsAnErrorThatNamesIt(string bytes, string what)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", bytes);
        var error = Assert.Throws<CrmException>(() => folder.Land("*.csv"))!;
        Assert.That((error.Kind, error.Found, error.Where), Is.EqualTo((FailureKind.Failed, $"it is {what}, not text", "a.csv")));
    }

    [Test]
    public void Extract_BinaryAmongGoodFiles_IsRejectedAsAWhole()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a\n1\n");
        folder.Write("b.csv", "PK\u0003\u0004");
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[] { "b.csv|0|0|0|it is a ZIP archive (or xlsx, docx), not text" }));
            Assert.That(batch.Files.Single(f => f.Path == "b.csv").Rejected, Is.EqualTo(1));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Extract_GzipCutOffOrDamaged_IsRefused(bool cut)
    {
        using var folder = new LandingFolder();
        var bytes = Gzip(string.Concat(Enumerable.Range(0, 20000).Select(i => $"{i},{i * 7919 % 10007}\n")));
        bytes = cut ? bytes[..(bytes.Length / 2)] : [.. bytes.Select((b, i) => i == bytes.Length / 2 ? (byte)~b : b)];
        folder.Write("a.csv.gz", bytes);
        folder.Write("b.csv.gz", Gzip("a,b\n1,2\n"));
        var batch = folder.Land("*.gz");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "b.csv.gz|1|1|2" }));
            Assert.That((batch.Rejects.Count, batch.Rejects[0].Path, batch.Rejects[0].Record), Is.EqualTo((1, "a.csv.gz", 0L)));
        });
    }

    [Test]
    public void Extract_NulCharacters_AreKept()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,text\n1,x\0y\n2,\"\0\"\n");
        Assert.That(folder.Values(folder.Land("*.csv")), Is.EqualTo(new[] { new[] { "1", "x\0y" }, ["2", "\0"] }));
    }

    [TestCase("a.csv", "id,na\0me\n1,x\n")]
    [TestCase("a.jsonl", "{\"id\": 1, \"na\\u0000me\": \"x\"}\n")]
    public void Extract_NameWithANulCharacter_IsReplaced(string name, string text)
    {
        using var folder = new LandingFolder();
        folder.Write(name, text);
        var batch = folder.Land(name);
        Assert.That((batch.Columns[1].Name, folder.Rows(batch).Single()), Is.EqualTo(("na\uFFFDme", $"{name}|1|1|x")));
    }

    [TestCase("it's, \"quoted\" [1] {a,b} ünï 客.csv")]
    [TestCase("{columns} {files}.csv")]
    [TestCase("-- part: csv.csv")]
    [TestCase("a[b-c]d.csv")]
    public void Extract_AwkwardFileName_IsReadAndKept(string name)
    {
        using var folder = new LandingFolder();
        folder.Write(name, "a\n1\n");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(folder.Land(name)), Is.EqualTo(new[] { $"{name}|1|1" }));
            Assert.That(folder.Rows(folder.Land("*.csv")), Is.EqualTo(new[] { $"{name}|1|1" }));
        });
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "the name is not possible there")]
    public void Extract_FileNamedLikeAPattern_IsNotTakenForOne()
    {
        using var folder = new LandingFolder();
        folder.Write("a*.csv", "a\n1\n");
        folder.Write("ab.csv", "a\n2\n");
        Assert.That(folder.Rows(folder.Land("a*.csv")), Is.EqualTo(new[] { "a*.csv|1|1" }));
    }

    [Test]
    public void Extract_HeaderWithEmptyAndRepeatedNames_GivesEachItsOwn()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,,ID,name,_record,\"a\"\"b\",{columns},column_2\n1,2,3,4,5,6,7,8\n");
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "id", "column_2_2", "ID_2", "name", "_record_2", "a\"b", "{columns}", "column_2" }));
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|2|3|4|5|6|7|8" }));
            Assert.That(batch.Files[0].Warnings, Has.Count.EqualTo(3));
        });
    }

    [Test]
    public void Extract_ByteOrderMarkAgainstDeclaredEncoding_IsRefused()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("a\n1\n")]);
        var error = Assert.Throws<CrmException>(() => folder.Land("*.csv", ("encoding", "utf-8")))!;
        Assert.That(error.Found, Does.StartWith("its byte-order mark says UTF-16 (little end first), the stream says utf-8"));
    }

    [Test]
    public void Extract_Utf16WithoutMark_SuggestsTheEncoding()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", Encoding.Unicode.GetBytes("name,place\nAnn,Rome\n"));
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("*.csv"))!.Found, Does.Contain("encoding: utf-16le"));
    }

    [Test]
    public void Extract_WrongOption_PointsAtIt()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a\n1\n");
        var error = Assert.Throws<CrmException>(() => folder.Land("*.csv", ("delimiter", "ab")))!;
        Assert.That((error.Kind, error.Where, error.Found), Is.EqualTo((FailureKind.CheckFailed, "sources/shop.yaml:5:11", "delimiter: ab")));
    }

    internal static byte[] Gzip(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
