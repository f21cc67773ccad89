using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Landing;

/// <summary>The spool of a project whose data is encrypted: the same rows, and nothing of them in the file.</summary>
internal sealed class SealedSpoolTests
{
    private static readonly DataKey Key = DataKey.Parse("00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef")!;

    [Test]
    public void Spool_WithAKey_HandsOverTheSameRowsAsCiphertext()
    {
        var folder = Directory.CreateTempSubdirectory("crm-spool-");
        try
        {
            var (clear, plainBytes) = Spooled(folder.FullName, "plain", null);
            var (rows, bytes) = Spooled(folder.FullName, "sealed", Key);
            Assert.That(clear, Is.EqualTo(new[] { "0 1 1 planted_one|∅|∅", "0 2 3 |planted, \"two\"\nof lines|∅", "2 1 1 ∅|∅|planted_late" }));
            Assert.That(rows, Is.EqualTo(clear));
            Assert.That(plainBytes, Does.Contain("planted"));
            Assert.That(bytes, Does.Not.Contain("planted").And.StartWith("PARE"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (IReadOnlyList<string> Rows, string Bytes) Spooled(string folder, string name, DataKey? key)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2, Key = key });
        using var session = instance.Connect();
        using var spool = new RowSpool(Path.Combine(folder, name), session);
        spool.Begin(0);
        spool.Set(spool.PlaceOf("a"), "planted_one"u8);
        spool.EndRow(1, 1);
        spool.Set(spool.PlaceOf("a"), ""u8);
        spool.Set(spool.PlaceOf("b"), "planted, \"two\"\nof lines"u8);
        spool.EndRow(2, 3);
        spool.Begin(1);
        spool.Set(spool.PlaceOf("a"), "planted_and_taken_out"u8);
        spool.EndRow(1, 1);
        spool.Abandon();
        spool.Begin(2);
        spool.Set(spool.PlaceOf("c"), "planted_late"u8);
        spool.EndRow(1, 1);
        spool.Flush();
        var rows = session.Query<string>($"SELECT format('{{}} {{}} {{}} {{}}|{{}}|{{}}', _file, _record, _line, coalesce(a, '∅'), coalesce(b, '∅'), coalesce(c, '∅')) FROM ({FilesCopy.Spool(spool, "_line")})");
        return (rows, Encoding.Latin1.GetString(File.ReadAllBytes(spool.Path)));
    }
}
