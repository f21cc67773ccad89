using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Analytics.Etl;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Tests.Declarations;

/// <summary>The JSON Schemas in docs/formats are those of the reader. Set CRM_WRITE_SCHEMAS=1 to have them written anew.</summary>
public sealed class FormatSchemaTests
{
    private static readonly string folder = Path.Combine(TestProject.RepositoryRoot, "docs", "formats");

    private static readonly JsonSerializerOptions readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    private static readonly Dictionary<string, MapShape> formats = new()
    {
        ["crm"] = SettingsFormat.Shape,
        ["source"] = SourceFormat.Shape(StandardConnectors.Options, StandardConnectors.Options.Count == 1 ? StandardConnectors.Options[0] : null),
        ["contract"] = ContractFormat.Shape,
        ["dimension"] = DimensionFormat.Shape,
        ["fact"] = FactFormat.Shape,
        ["cube"] = CubeFormat.Shape,
        ["report"] = ReportFormat.Shape,
        ["identity"] = IdentityFormat.Shape,
        ["models"] = ScoringFormat.Shape,
    };

    [Test]
    public void Schemas_InDocs_AreThoseOfTheReader()
    {
        var differences = new List<string>();
        foreach (var (name, shape) in formats)
        {
            var path = Path.Combine(folder, $"{name}.schema.json");
            var schema = JsonSchema.Of(shape, $"Crm.Analytics: {shape.Noun}");
            if (Environment.GetEnvironmentVariable("CRM_WRITE_SCHEMAS") == "1")
            {
                File.WriteAllText(path, schema.ToJsonString(readable) + "\n");
            }

            Compare($"{name}.schema.json", schema, File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null, differences);
        }

        Assert.That(differences, Is.Empty, "docs/formats and the reader differ; CRM_WRITE_SCHEMAS=1 writes them anew");
    }

    [Test]
    public void Schemas_InDocs_AreNoOthers()
        => Assert.That(Directory.GetFiles(folder, "*.schema.json").Select(f => Path.GetFileName(f).Split('.')[0]), Is.EquivalentTo(formats.Keys));

    [Test]
    public void EveryKey_HasADescription()
        => Assert.That(formats.SelectMany(f => Keys(f.Value, f.Key)).Where(k => k.Key.Description.Length == 0).Select(k => k.Path).Distinct(), Is.Empty);

    [Test]
    public void Schemas_StandardModelAndSamples_AreMet()
        => Assert.That(Texts().Where(t => Differs(t.Name, t.Text, out var accepted) || !accepted).Select(t => t.Text), Is.Empty);

    [Test]
    public void Schemas_GivenMutatedFiles_AcceptWhatTheReaderAccepts()
    {
        var random = new Random(1729);
        var texts = Texts().ToArray();
        var differences = new List<string>();
        var read = 0;
        for (var i = 0; i < 15_000 && differences.Count < 10; i++)
        {
            var (name, text) = texts[random.Next(texts.Length)];
            text = Mutation.Of(text, random);
            differences.AddRange(Differs(name, text, out var accepted) ? [$"{name} ({(accepted ? "the schema accepts" : "the schema refuses")}):\n{text}"] : []);
            read += accepted ? 1 : 0;
        }

        Assert.Multiple(() =>
        {
            Assert.That(differences, Is.Empty);
            Assert.That(read, Is.InRange(1_000, 14_000), "both kinds must occur");
        });
    }

    /// <summary>Time zones are left out: which there are, no schema can tell.</summary>
    private static IEnumerable<(string Name, string Text)> Texts()
    {
        foreach (var (file, bytes) in CatalogueReader.StandardFiles())
        {
            yield return (Path.GetFileName(Path.GetDirectoryName(file))!.TrimEnd('s'), Encoding.UTF8.GetString(bytes));
        }

        yield return ("crm", "name: Shop\nwarehouse: shop.duckdb\ncurrency: GBP\nfiscal_year_start: 4\nlocale: en-GB\nrfm: {ties: ntile, grid: rf, month_ends: 24}\nsecurity: {allow_private_addresses: [localhost]}\n");
        yield return ("source", File.ReadAllText(Path.Combine(TestProject.RepositoryRoot, "samples", "online-retail", "sources", "shop.yaml")));
        yield return ("identity", File.ReadAllText(Path.Combine(TestProject.RepositoryRoot, "samples", "contoso", "model", "identity.yaml")));
        yield return ("models", "portfolio: {value: profit, window_days: 180, month_ends: 6, filter: revenue > 0}\nlifecycle: {enabled: false}\ncohorts: {products: 10}\nrfm: {by: [channel], weights: {r: 2}}\nattribution: {lookback_days: 14}\n");
        yield return ("source", "source: a\nconnector: files\nstreams:\n  b: {path: [a, b], header: true, quote: '', skip_lines: 3, key: [x], columns: {A b: {type: date, format: '%d'}}}\n");
    }

    private static bool Differs(string name, string text, out bool accepted)
    {
        var problems = new List<Problem>();
        accepted = false;
        if (YamlReader.Read("x", Encoding.UTF8.GetBytes(text), problems) is not { } node)
        {
            return false;
        }

        accepted = JsonSchemaCheck.Accepts(JsonSchema.Of(formats[name], name), Json(node));
        new ShapeCheck(problems).Check(node, formats[name], name);
        return accepted ? problems.Exists(p => !OnlyTheReaderTells(p.Found)) : problems.Count == 0;
    }

    /// <summary>A decimal with more digits after the point than in all; a map of nothing but 'from' and 'where'.</summary>
    private static bool OnlyTheReaderTells(string found) => found.StartsWith("'decimal(", StringComparison.Ordinal) || found == "a map that names nothing";

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlScalar { IsMissing: true } => null,
        YamlScalar { Quoted: false, Text: "true" or "false" } scalar => scalar.Text == "true",
        YamlScalar { Quoted: false } scalar when int.TryParse(scalar.Text, out var number) && number.ToString() == scalar.Text => number,
        YamlScalar scalar => scalar.Text,
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Text, Json(e.Value)))),
        _ => throw new InvalidOperationException(node.Kind),
    };

    private static void Compare(string path, JsonNode? expected, JsonNode? actual, List<string> differences)
    {
        if (expected is JsonObject left && actual is JsonObject right)
        {
            foreach (var key in left.Select(p => p.Key).Union(right.Select(p => p.Key)))
            {
                Compare($"{path}/{key}", left[key], right[key], differences);
            }
        }
        else if (!JsonNode.DeepEquals(expected, actual))
        {
            differences.Add($"{path}: {actual?.ToJsonString() ?? "nothing"} instead of {expected?.ToJsonString() ?? "nothing"}");
        }
    }

    private static IEnumerable<(string Path, Key Key)> Keys(Shape shape, string path) => shape switch
    {
        MapShape map => map.Keys.SelectMany(k => Keys(k.Value, $"{path}.{k.Name}").Prepend(($"{path}.{k.Name}", k)))
            .Concat(map.Free is { } free ? Keys(free.Value, $"{path}.*") : []),
        ListShape list => Keys(list.Item, $"{path}[]"),
        EitherShape either => Keys(either.Long, path),
        _ => [],
    };
}
