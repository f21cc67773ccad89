using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Crm.Analytics.Host.Demo;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Host;

internal sealed class SampleArchiveTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crm-sample-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Unpack_Twice_WritesOnce()
    {
        var archive = Pack(("data/a.csv", TarEntryType.RegularFile, "1"), ("data/b.csv", TarEntryType.RegularFile, "2"));
        var data = Path.Combine(_folder, "data");
        Assert.That(SampleArchive.Unpack(archive, data, CancellationToken.None), Is.EqualTo(2));
        Assert.That(SampleArchive.Unpack(archive, data, CancellationToken.None), Is.Zero);
        Assert.That(File.ReadAllText(Path.Combine(data, "b.csv")), Is.EqualTo("2"));
    }

    [TestCase("../../outside.csv")]
    [TestCase("data/../../outside.csv")]
    public void Unpack_APathThatLeaves_StaysInTheFolder(string name)
    {
        var archive = Pack((name, TarEntryType.RegularFile, "1"));
        var data = Path.Combine(_folder, "inner", "data");
        SampleArchive.Unpack(archive, data, CancellationToken.None);
        Assert.That(File.Exists(Path.Combine(data, "outside.csv")), Is.True);
        Assert.That(Directory.EnumerateFiles(_folder, "outside.csv", SearchOption.AllDirectories).Count(), Is.EqualTo(1));
    }

    [Test]
    public void Unpack_ALink_IsRefused()
    {
        var archive = Pack(("data/link.csv", TarEntryType.SymbolicLink, ""));
        Assert.That(() => SampleArchive.Unpack(archive, Path.Combine(_folder, "data"), CancellationToken.None), Throws.TypeOf<CrmException>());
    }

    private string Pack(params (string Name, TarEntryType Type, string Text)[] entries)
    {
        var path = Path.Combine(_folder, "sample.tar.br");
        using var file = File.Create(path);
        using var packed = new BrotliStream(file, CompressionLevel.Fastest);
        using var tar = new TarWriter(packed, TarEntryFormat.Ustar);
        foreach (var (name, type, text) in entries)
        {
            var entry = new UstarTarEntry(type, name);
            if (type == TarEntryType.SymbolicLink)
            {
                entry.LinkName = "../../elsewhere";
            }
            else
            {
                entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            }

            tar.WriteEntry(entry);
        }

        return path;
    }
}
