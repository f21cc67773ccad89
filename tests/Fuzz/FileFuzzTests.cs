using System.Globalization;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Landing;

namespace Crm.Analytics.Tests.Fuzz;

/// <summary>
/// Damaged files, seeded: 5,000 in the full variant, a share of them by default. Of every one of them:
/// nothing but a refusal with its reason ends reading it; its records are numbered 1, 2, 3 … and each is landed or rejected with a reason, never both, never
/// neither; and an undamaged file beside it lands whole.
/// Of CSV without quotes, JSON lines and fixed-width text also: a line that stands byte for byte as before between two line ends lands with its values, as
/// often as it stands there, provided that the first line is as before (it is the header, and tells array from lines) and that the line does not stand
/// between two quotes that the damage brought into a CSV file. Of a JSON array and XML: records that end before the first damaged byte land.
/// Of zip archives: an entry that lands holds what was packed (checksums tell).
/// </summary>
public class FileFuzzTests
{
    private const int FilesOfABatch = 25;

    [Test]
    public void Extract_DamagedFiles_LandOrRejectEveryRecordWithItsReason()
    {
        var files = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 5000 : 165;
        var tally = new FuzzTally();
        using var folder = new LandingFolder();
        var kinds = FuzzedFiles.All(i => Parquet(folder, i));
        var size = Math.Min(FilesOfABatch, files / kinds.Count);
        for (var done = 0; done < files; done += size)
        {
            var (round, kind) = Math.DivRem(done / size, kinds.Count);
            Land(folder, kinds[kind], [.. Enumerable.Range(round * FilesOfABatch, Math.Min(size, files - done))], tally);
        }

        TestContext.Out.WriteLine(tally.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(tally.Faults, Is.Empty);
            Assert.That(tally.Files, Is.EqualTo(files));
            Assert.That(tally.Landed, Is.GreaterThan(files));
            Assert.That(tally.Refused, Is.GreaterThan(0));
            Assert.That(tally.Rejected, Is.GreaterThan(files / 10));
            Assert.That(tally.Asked, Is.GreaterThan(files));
        });
    }

    private static void Land(LandingFolder folder, FuzzedFiles kind, IReadOnlyList<int> numbers, FuzzTally tally)
    {
        var place = $"{kind.Name.Replace(' ', '-')}-{numbers[0]}";
        var good = $"{place}/good.{kind.Extension}";
        folder.Write(good, kind.Make(9_999));
        var damaged = new Dictionary<string, (byte[] Before, byte[] After)>(StringComparer.Ordinal);
        foreach (var number in numbers)
        {
            var mutator = new Mutator((number * 7919) + kind.Name.Length);
            var before = kind.Make(number);
            var after = kind.Within is not null && number % 2 == 0 ? kind.Within(number, mutator) : mutator.Damage(before);
            folder.Write($"{place}/f{number:0000}.{kind.Extension}", after);
            damaged.Add($"{place}/f{number:0000}.{kind.Extension}", (before, after));
        }

        var batch = folder.Extract(folder.Stream($"{place}/*", kind.Options)).Batches[0];
        var rows = Rows(folder, batch);
        new FuzzCheck(kind, batch, rows, tally).Run(good, damaged);
        Directory.Delete(Path.Combine(folder.Folder, place), recursive: true);
    }

    /// <summary>Values of every landed record that are not missing, by path and record.</summary>
    private static ILookup<string, (long Record, string Values)> Rows(LandingFolder folder, LandedBatch batch)
    {
        var rows = new List<(string Path, long Record, string Values)>();
        folder.Session.Stream(LandedRelation.SqlWithLines(batch), null, r => rows.Add((
            r.GetString(r.GetOrdinal("_path")), r.GetInt64(r.GetOrdinal("_record")),
            string.Join('\u001f', Enumerable.Range(r.FieldCount - batch.Columns.Count, batch.Columns.Count).Where(i => !r.IsDBNull(i)).Select(i => Convert.ToString(r.GetValue(i), CultureInfo.InvariantCulture))))));
        return rows.ToLookup(r => r.Path, r => (r.Record, r.Values), StringComparer.Ordinal);
    }

    private static byte[] Parquet(LandingFolder folder, int file)
    {
        var path = Path.Combine(folder.Folder, "one.parquet");
        folder.Session.Execute($"COPY (SELECT i AS id, 'tok-' || i AS name, (i * 1.25)::DECIMAL(9,2) AS price FROM range({(file * 100) + 1000}, {(file * 100) + 1000 + FuzzedFiles.Rows}) t(i)) TO '{path}' (FORMAT parquet)");
        return File.ReadAllBytes(path);
    }
}
