using System.Globalization;
using System.IO.Compression;
using System.Text;
using Crm.Analytics.Tests.Connectors;
using Crm.Analytics.Tests.Recovery;

namespace Crm.Analytics.Tests.Fuzz;

/// <summary>Files made to burst, each read by a process of its own: it must end with a reason, having had little memory at any time.</summary>
public class FileBombTests
{
    private const long Size = 1L << 30;
    private const long MostMemory = 400L << 20;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crm bomb ").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Extract_GzipOfHalfAGigabyteInOneLine_IsRefusedInLittleMemory()
    {
        using (var file = File.Create(Path.Combine(_folder, "a.csv.gz")))
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal))
        {
            gzip.Write("id,name\n1,"u8);
            Fill(gzip, (byte)'x', Size / 2);
        }

        var (said, peak) = Land("a.csv.gz");
        Assert.That(said, Does.Contain("a.csv.gz: it unpacks to more than 268,435,456 bytes"));
        Assert.That(peak, Is.LessThan(MostMemory));
    }

    /// <summary>A sparse file: a gigabyte to read, next to nothing on the disk.</summary>
    [Test]
    public void Extract_LineOfAGigabyte_IsRejectedInLittleMemoryAndTheOthersLand()
    {
        using (var file = File.Create(Path.Combine(_folder, "a.csv")))
        {
            file.Write(Encoding.ASCII.GetBytes("id,name\n" + string.Concat(Enumerable.Range(1, 1000).Select(i => $"{i},some name\n"))));
            file.Write("1001,"u8);
            file.SetLength(Size);
            file.Seek(0, SeekOrigin.End);
            file.Write("\n1002,another\n"u8);
        }

        var (said, peak) = Land("a.csv");
        Assert.That(said, Does.StartWith("landed 1001\nrejected 1\na.csv: the record is longer than max_line_bytes"));
        Assert.That(peak, Is.LessThan(MostMemory));
    }

    [TestCase("a.zip", "a.zip: it unpacks to 314,572,800 bytes")]
    [TestCase("b.zip", "b.zip/a.zip: it is an archive within an archive")]
    public void Extract_ZipThatBurstsAtTheFirstLevelOrTheNext_IsRefusedInLittleMemory(string name, string reason)
    {
        var path = Path.Combine(_folder, "a.zip");
        using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("a.csv", CompressionLevel.Optimal).Open();
            Fill(entry, (byte)'x', 300L << 20);
        }

        File.WriteAllBytes(Path.Combine(_folder, "b.zip"), WorkbookBytes.Zip(("a.zip", File.ReadAllBytes(path))));
        var (said, peak) = Land(name);
        Assert.That(said, Does.StartWith(reason));
        Assert.That(peak, Is.LessThan(MostMemory));
    }

    /// <summary>Ten entities of ten each, ten times over: a billion words from a thousand bytes.</summary>
    [Test]
    public void Extract_XmlOfABillionLaughs_IsRejectedInLittleMemory()
    {
        var entities = string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY e{i} \"{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}\">"));
        File.WriteAllText(Path.Combine(_folder, "a.xml"), $"<!DOCTYPE r [<!ENTITY e0 \"ha\">{entities}]><r><a>&e9;</a></r>");
        var (said, peak) = Land("a.xml");
        Assert.That(said, Does.Contain("DTD is prohibited"));
        Assert.That(peak, Is.LessThan(MostMemory));
    }

    /// <summary>A file in the wrong dialect is wrong in every line.</summary>
    [Test]
    public void Extract_AMillionBadLines_AreRejectedInBoundedMemory()
    {
        using (var file = new StreamWriter(Path.Combine(_folder, "a.csv")))
        {
            file.Write("id,name\n");
            for (var i = 0; i < 1_000_000; i++)
            {
                file.Write("1,a name,that has a comma in it and is about as long as lines are\n");
            }
        }

        var (said, peak) = Land("a.csv");
        Assert.That(said, Does.StartWith("landed 0\nrejected 1000000\n"));
        Assert.That(peak, Is.LessThan(1L << 30));
    }

    private static void Fill(Stream stream, byte value, long bytes)
    {
        var some = new byte[1 << 20];
        some.AsSpan().Fill(value);
        for (; bytes > 0; bytes -= some.Length)
        {
            stream.Write(some);
        }
    }

    private (string Said, long Peak) Land(string pattern)
    {
        using var child = new ChildProcess("land", _folder, pattern);
        var said = child.WaitForEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
        var peak = long.Parse(said[(said.IndexOf("peak ", StringComparison.Ordinal) + 5)..], CultureInfo.InvariantCulture);
        TestContext.Out.WriteLine(said);
        return (said["started\n".Length..], peak);
    }
}
