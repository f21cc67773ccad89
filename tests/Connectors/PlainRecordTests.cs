using System.Globalization;
using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Tests.Landing;

namespace Crm.Analytics.Tests.Connectors;

/// <summary>Records that need no care are only counted; whatever stands between them, each record keeps its values, its number and its line.</summary>
public class PlainRecordTests
{
    [Test]
    public void Count_AnyText_CountsAsLineByLine()
    {
        var random = new Random(7);
        var counted = 0L;
        for (var i = 0; i < 20_000; i++)
        {
            var (fields, isCrLf) = (random.Next(1, 4), random.Next(2) == 0);
            var text = new StringBuilder();
            for (var line = random.Next(12); line >= 0; line--)
            {
                var values = Enumerable.Range(0, fields + (random.Next(20) == 0 ? 1 : 0)).Select(_ => new string('x', random.Next(random.Next(3) == 0 ? 40 : 4)));
                text.Append(string.Join(',', values)).Append(random.Next(30) == 0 ? "\"" : random.Next(30) == 0 ? "\r" : "").Append(isCrLf != (random.Next(30) == 0) ? "\r\n" : "\n");
            }

            var data = Encoding.ASCII.GetBytes(text.ToString());
            var found = PlainRecords.Count(data, new CsvDialect((byte)',', (byte)'"', (byte)'"', 1000), fields, isCrLf, longest: 70);
            Assert.That(found, Is.EqualTo(LineByLine(text.ToString(), fields, isCrLf, longest: 70)), text.ToString());
            counted += found.Records;
        }

        Assert.That(counted, Is.GreaterThan(20_000));
    }

    private static (long Records, int Bytes) LineByLine(string text, int fields, bool isCrLf, int longest)
    {
        var (records, bytes) = (0L, 0);
        while (bytes < text.Length)
        {
            var line = text[bytes..(text.IndexOf('\n', bytes) + 1)];
            var record = isCrLf && line.EndsWith("\r\n", StringComparison.Ordinal) ? line[..^2] : isCrLf ? "" : line[..^1];
            if (record.Length == 0 || record.Length > longest || record.AsSpan().IndexOfAny("\"\r") >= 0 || record.Split(',').Length != fields)
            {
                break;
            }

            (records, bytes) = (records + 1, bytes + line.Length);
        }

        return (records, bytes);
    }

    private static IEnumerable<TestCaseData> Files() =>
        from ending in (string[])["\n", "\r\n"]
        from seed in Enumerable.Range(1, 4)
        from bad in (bool[])[false, true]
        select new TestCaseData(ending, seed, bad).SetArgDisplayNames(ending.Length == 1 ? "LF" : "CRLF", $"seed {seed}", bad ? "with bad records" : "without");

    [TestCaseSource(nameof(Files))]
    public void Extract_PlainRecordsAmongOthers_AreAllThereWithTheirLines(string ending, int seed, bool withBad)
    {
        var random = new Random(seed);
        var text = new StringBuilder($"a,b,c{ending}");
        var (line, record) = (2L, 0L);
        List<string> good = [];
        List<string> rejected = [];
        for (var i = 0; i < 9000; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            var filler = new string('x', random.Next(60));
            var kind = random.Next(100);
            if (kind == 0)
            {
                text.Append(ending);
                line++;
                continue;
            }

            record++;
            if (kind == 1 && withBad)
            {
                text.Append(CultureInfo.InvariantCulture, $"{number},{filler}{ending}");
                rejected.Add($"a.csv|{record}|{line}|3|2 values where the header names 3 columns");
                line++;
                continue;
            }

            var (written, value, lines) = kind switch
            {
                2 => ($"\"{filler},\"\"\"", $"{filler},\"", 1),
                3 => ($"\"{filler}{ending}y\"", $"{filler}{ending}y", 2),
                4 => ("é€", "é€", 1),
                5 => ("", "∅", 1),
                _ => ($"{filler}z", $"{filler}z", 1),
            };
            good.Add($"a.csv|{record}|{number}|{value}|{line}");
            text.Append(CultureInfo.InvariantCulture, $"{number},{written},{line}{ending}");
            line += lines;
        }

        using var folder = new LandingFolder();
        folder.Write("a.csv", Encoding.UTF8.GetBytes(text.ToString()));
        var batch = folder.Land("a.csv");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(good));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(rejected));
            Assert.That(folder.Lines(batch).Select(l => l.ToString()), Is.EqualTo(good.Select(g => g[(g.LastIndexOf('|') + 1)..])));
        });
    }
}
