using System.Text.Json;
using Crm.Analytics.Tests.Architecture;
using Crm.Analytics.Tests.Landing;

namespace Crm.Analytics.Tests.Connectors;

public class CsvSpectrumTests
{
    private static readonly string Data = Path.Combine(SourceTree.Root, "tests", "data");

    [TestCase("comma_in_quotes")]
    [TestCase("empty")]
    [TestCase("empty_crlf")]
    [TestCase("escaped_quotes")]
    [TestCase("json")]
    [TestCase("newlines")]
    [TestCase("newlines_crlf")]
    [TestCase("quotes_and_newlines")]
    [TestCase("simple")]
    [TestCase("simple_crlf")]
    [TestCase("utf8")]
    public void Extract_CsvSpectrumFile_GivesExactlyItsJson(string name)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", File.ReadAllBytes(Path.Combine(Data, "csv-spectrum", "csvs", $"{name}.csv")));
        var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "csv-spectrum", "json", $"{name}.json"))).RootElement
            .EnumerateArray().Select(o => o.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).ToArray()).ToList();
        var batch = folder.Land("a.csv");
        var rows = folder.Values(batch);
        Assert.Multiple(() =>
        {
            Assert.That(batch.Rejects, Is.Empty);
            Assert.That(rows, Is.EqualTo(expected.Select(o => o.Select(p => p.Item2))));
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(expected[0].Select(p => p.Name)));
        });
    }

    [Test]
    public void Extract_CoordinatesWithStrayQuotes_KeepsThemAsTheyStand()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", File.ReadAllBytes(Path.Combine(Data, "csv-spectrum", "csvs", "location_coordinates.csv")));
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "csv-spectrum", "json", "location_coordinates.json"))).RootElement;
        var row = folder.Values(folder.Land("a.csv")).Single();
        Assert.That(row[1..], Is.EqualTo(json.EnumerateObject().Skip(1).Select(p => p.Value.GetString())));
    }

    [TestCase("csv")]
    [TestCase("jsonl")]
    [TestCase("json")]
    public void Extract_NaughtyStrings_ComeBackByteForByte(string format)
    {
        var strings = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(Data, "blns", "blns.json")))!;
        using var folder = new LandingFolder();
        folder.Write($"a.{format}", System.Text.Encoding.UTF8.GetBytes(format switch
        {
            "csv" => "id,text\n" + string.Concat(strings.Select((s, i) => $"{i},\"{s.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n")),
            "jsonl" => string.Concat(strings.Select((s, i) => JsonSerializer.Serialize(new { id = i, text = s }) + "\n")),
            _ => JsonSerializer.Serialize(strings.Select((s, i) => new { id = i, text = s }), new JsonSerializerOptions { WriteIndented = true }),
        }));
        var batch = folder.Land($"a.{format}");
        Assert.Multiple(() =>
        {
            Assert.That(batch.Rejects, Is.Empty);
            Assert.That(folder.Values(batch).Select(r => r[1]), Is.EqualTo(strings));
        });
    }
}
