using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Declarations.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crm.Analytics.Tests.Declarations;

/// <summary>The YAML reader beside YamlDotNet: what both read, they read alike, places included.</summary>
public sealed class YamlOracleTests
{
    private static readonly string[] texts =
    [
        "a: 1", "a:", "a: ~\nb:\n\nc: x", "- a\n- b", "a:\n- x\n- y\nb: 1", "a:\n  - x\n  -  y: 1\n     z: 2\n  - - p\n    - q\n", "a: [x, 'y', \"z\", {b: c}, []]\nd: {}",
        "a: {b: 1, c: , d, e: [1, 2,], \"f\":2}", "a: x y  z   # comment\nb: x#y", "# top\n\na: 1 # one\n# end\n", "a: 'it''s'\nb: \"\\t\\u00e9\\x41\\\\\"", "'a b': 1\n\"c\": 2",
        "a: one\n  two\n\n  three\nb: 1", "a: 'one\n  two\n\n\n  three '\n", "a: \"one \\\n  two\\ \n  three\"\n", "a: |\n  one\n   two\n\n  three\n\n\nb: x", "a: |-\n  one\n",
        "a: |+\n  one\n\n\nb: 1", "a: >\n  one\n  two\n\n  three\n   four\n  five\n\n\n", "a: >-\n\n  one\n\n\n   two\n\n  three", "a: |2\n   one\n  two\n", "- |\n one\n- >\n two\n three\n",
        "---\na: 1\n", "--- # comment\na: 1\n...\n", "a: http://x:80/y?z=1\nb: 12:30:00", "a: -1\nb: -x\nc: ?x\nd: :x", "a: [\n  x,\n  y\n]\nb: 1", "a: {x: 1,\n  y: 2}\n", "a: b\n  - c",
        "a: [http://x, y z , -1]", "é: ü\n中: 文", "a: \"\"\nb: ''", "a:\r\n  b: 1\r\n  c: 'x\r\n    y'\r\n", "a: x\n# c\nb: y", "a: [x # c\n  , y]", "a:   \n   \n  b: 1\n", "plain", "'quoted'", "[a, b]",
        "a: 1\n\n\n", "a: - b", "a: b: c", "a: 1\n b: 2", "  a: 1\n b: 2", "a: 'x' y", "a: [x", "a: {x", "a: 'x", "a: \"\\q\"", "a\nb: 1", "a: 1\nb", "- a\nb: 1", "a: 1\n- b", "a: %x", "a: @x", "a: `x`",
        "a: [x]y", "a: ,x", "a: x\n   y: 1", "a: 'x'\n  'y'", "a: |\n x\ny", "a: > x", "a: |3x", "a: {b: c: d}", "a:\n  b: 1\n c: 2", "- a\n - b", "a: # c\n  x",
    ];

    private static IEnumerable<string> StandardFiles => CatalogueReader.StandardFiles().Select(f => Encoding.UTF8.GetString(f.Bytes));

    [Test]
    public void Reader_GivenTexts_ReadsThemAsYamlDotNetDoes()
        => Assert.That(texts.Concat(StandardFiles).Select(t => Difference(t, mayRefuse: false)).OfType<string>(), Is.Empty);

    [Test]
    public void Reader_GivenMutatedTexts_NeverReadsThemOtherwise()
    {
        var random = new Random(20111209);
        string[] sources = [.. texts, .. StandardFiles];
        var differences = new List<string>();
        for (var i = 0; i < 20_000 && differences.Count < 10; i++)
        {
            var text = Mutation.Of(sources[random.Next(sources.Length)], random);
            differences.AddRange(Difference(text, mayRefuse: true) is { } difference ? [difference] : []);
        }

        Assert.That(differences, Is.Empty);
    }

    /// <summary>Null when both read the same or both refuse; a text that only one reads counts when <paramref name="mayRefuse"/> is false.</summary>
    private static string? Difference(string text, bool mayRefuse)
    {
        var problems = new List<Problem>();
        var read = YamlReader.Read("x", Encoding.UTF8.GetBytes(text), problems);
        var expected = Oracle(text);
        if (read is null)
        {
            return expected is null || mayRefuse ? null : $"refused ({problems[0]}):\n{text}\nYamlDotNet:\n{expected}";
        }

        var actual = new StringBuilder();
        Write(read, actual);
        return actual.ToString() == expected || (expected is null && mayRefuse) ? null : $"text {System.Text.Json.JsonSerializer.Serialize(text)}:\n{text}\nread:\n{actual}\nYamlDotNet:\n{expected ?? "an error"}";
    }

    private static void Write(YamlNode node, StringBuilder to)
    {
        to.Append(node is YamlScalar { Quoted: false, Text: "" } ? "" : $"{node.Where.Line}:{node.Where.Column} ");
        switch (node)
        {
            case YamlScalar scalar:
                to.Append($"{(scalar.Quoted ? "quoted" : "plain")} {scalar.Text}\n");
                break;
            case YamlList list:
                to.Append("[\n");
                foreach (var item in list.Items)
                {
                    Write(item, to);
                }

                to.Append("]\n");
                break;
            case YamlMap map:
                to.Append("{\n");
                foreach (var (key, value) in map.Entries)
                {
                    Write(key, to);
                    Write(value, to);
                }

                to.Append("}\n");
                break;
        }
    }

    /// <summary>The same picture from YamlDotNet's events; null when it finds an error.</summary>
    private static string? Oracle(string text)
    {
        var to = new StringBuilder();
        try
        {
            var parser = new Parser(new StringReader(text));
            while (parser.MoveNext())
            {
                var current = parser.Current!;
                to.Append(current switch
                {
                    Scalar { Style: ScalarStyle.Plain, Value: "" } => "plain \n",
                    Scalar s => $"{s.Start.Line}:{s.Start.Column} {(s.Style == ScalarStyle.Plain ? "plain" : "quoted")} {s.Value}\n",
                    SequenceStart s => $"{s.Start.Line}:{s.Start.Column} [\n",
                    MappingStart s => $"{s.Start.Line}:{s.Start.Column} {{\n",
                    SequenceEnd => "]\n",
                    MappingEnd => "}\n",
                    _ => "",
                });
            }

            return to.ToString();
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            return null;
        }
    }
}
