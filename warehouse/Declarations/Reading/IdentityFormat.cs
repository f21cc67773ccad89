using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of an identity declaration.</summary>
internal static class IdentityFormat
{
    private const int AtMost = 50;
    private const int MostRecords = 100;

    private static readonly ScalarShape way = ScalarShape.Choice("a way to choose", "most_recent", "most_trusted", "most_frequent", "most_complete");

    private static readonly ListShape names = new(ScalarShape.Reference);

    private static readonly MapShape rule = new("a rule",
    [
        new("name", ScalarShape.Text, "What evidence calls it.", Required: true),
        new("columns", new EitherShape(ScalarShape.Reference, names), "Columns of match; records equal in all of them are one.", Required: true),
        new("at_most", ScalarShape.Integer(2, 10_000), "Most records that may share the values; what more share joins none of them; default 50."),
    ]);

    private static readonly ScalarShape percent = new(ScalarKind.Text, "a percentage from 1% to less than 100%, as 95%")
    {
        Pattern = "^[1-9][0-9]?(\\.[0-9]+)?%$",
        Accepts = static text => TryShare(text, out _),
    };

    private static readonly MapShape probabilistic = new("the probabilistic matcher",
    [
        new("threshold", percent, "Probability from which a pair is a link; default 95%."),
        new("pairs_per_record", ScalarShape.Integer(1, 1_000), "Most pairs that blocking may give, per record; default 60."),
    ]);

    private static readonly MapShape guards = new("the guards",
    [
        new("several_per_source", new EitherShape(ScalarShape.Boolean, names), "Sources that may know one member several times, or true for all; default none."),
        new("most_records", ScalarShape.Integer(2, 10_000), "Most records of one member; default 100."),
    ]);

    private static readonly MapShape choice = new("a choice",
    [
        new("take", way, "How the value is chosen.", Required: true),
        new("sources", names, "For most_trusted: sources, the most trusted first."),
    ]);

    public static readonly MapShape Shape = new("an identity declaration",
    [
        new("identity", ScalarShape.Reference, "The dimension whose members are told apart, as customer.", Required: true),
        new("match", new MapShape("compared columns", [], new FreeKeys("a contract column", ScalarShape.Choice("a kind", [.. IdentityDeclaration.Kinds]))),
            "Columns that records are compared by, and what their values are.", Required: true),
        new("calling_code", ScalarShape.Integer(1, 999), "Calling code of telephone numbers without one."),
        new("rules", new ListShape(rule), "Deterministic rules, the surest first."),
        new("probabilistic", new EitherShape(ScalarShape.Boolean, probabilistic), "The probabilistic matcher: true for the defaults, or its settings; default: rules alone."),
        new("guards", guards, "What one member may not become."),
        new("survivorship", new MapShape("choices", [], new FreeKeys("a contract column", new EitherShape(way, choice))),
            "How values are chosen where records differ; default most_recent."),
        new("numbering", new MapShape("numberings", [], new FreeKeys("a source", ScalarShape.Reference)),
            "Sources whose keys are those of another source: source: that source; default: each has its own."),
    ]);

    public static IdentityDeclaration Build(YamlMap map)
    {
        var several = (map["guards"] as YamlMap)?["several_per_source"];
        return new(
            map.Text("identity") ?? "",
            [.. map.MapOf("match").Select(c => KeyValuePair.Create(c.Key.Text, (c.Value as YamlScalar)?.Text ?? ""))],
            [.. map.MapsOf("rules").Select(r => new IdentityRule(r.Text("name") ?? "", [.. r.ScalarsOf("columns").Select(c => c.Text)], Number(r, "at_most") ?? AtMost))],
            Match(map["probabilistic"]),
            new(several is YamlScalar { Text: "true" }, several is YamlList list ? [.. list.Items.OfType<YamlScalar>().Select(s => s.Text)] : [],
                Number(map["guards"] as YamlMap, "most_records") ?? MostRecords),
            map.MapOf("survivorship").ToDictionary(s => s.Key.Text, s => Choice(s.Value)),
            map.MapOf("numbering").ToDictionary(n => n.Key.Text, n => (n.Value as YamlScalar)?.Text ?? ""),
            map.Where)
        {
            CallingCode = map.Text("calling_code") ?? "",
        };
    }

    /// <summary>Checks the names: of the dimension, of contract columns, and of sources.</summary>
    public static void Check(Declared<IdentityDeclaration> declared, References references, IReadOnlyCollection<string> sources)
    {
        var node = declared.Node;
        var dimension = references.Find(node.Scalar("identity"), "a dimension", references.Model.Dimensions);
        if (dimension is { Keys.Count: not 1 } or { IsDate: true })
        {
            references.Add(node.Scalar("identity")!.Where, $"dimension '{dimension.Name}'", "a dimension from a contract, with a key of one column", "name another dimension");
        }

        var contract = dimension?.From is { } from && references.Model.Contracts.TryGetValue(from, out var found) ? found.Value : null;
        string[] columns = [.. contract?.Columns.Select(c => c.Name) ?? []];
        var noun = $"a column of contract '{contract?.Name}'";
        references.CheckEach(node.MapOf("match").Select(c => c.Key), noun, columns);
        references.CheckEach(node.MapOf("survivorship").Select(c => c.Key), noun, columns);
        foreach (var rule in node.MapsOf("rules"))
        {
            references.CheckEach(rule.ScalarsOf("columns"), "a column of match", [.. declared.Value.Columns.Select(c => c.Key)]);
        }

        CheckTrust(node, references, sources);
        references.CheckEach((node["guards"] as YamlMap)?["several_per_source"] is YamlList list ? list.Items.OfType<YamlScalar>() : [], "a source", sources);
        foreach (var (source, of) in node.MapOf("numbering"))
        {
            references.Check(source, "a source", sources);
            references.Check(of as YamlScalar, "a source", sources);
        }

        if (declared.Value.Rules.Count == 0 && declared.Value.Match is null)
        {
            references.Add(node.Where, "an identity declaration that joins nothing", "rules, or the probabilistic matcher", "add `probabilistic: true`, or rules");
        }
    }

    private static void CheckTrust(YamlMap node, References references, IReadOnlyCollection<string> sources)
    {
        foreach (var (column, value) in node.MapOf("survivorship"))
        {
            var trusted = ((value as YamlMap)?.Text("take") ?? (value as YamlScalar)?.Text) == "most_trusted";
            var named = (value as YamlMap)?["sources"] is not null;
            references.CheckEach((value as YamlMap)?.ScalarsOf("sources") ?? [], "a source", sources);
            if (trusted != named)
            {
                references.Add(column.Where, trusted ? $"most_trusted for '{column.Text}' without sources" : $"sources for '{column.Text}', which is not chosen by trust",
                    "most_trusted with its sources, the most trusted first", "write {take: most_trusted, sources: […]}");
            }
        }
    }

    private static IdentityMatch? Match(YamlNode? node) => node switch
    {
        YamlScalar { Text: "true" } => new(0.95, 60),
        YamlMap map => new(TryShare(map.Text("threshold") ?? "95%", out var share) ? share : 0.95, Number(map, "pairs_per_record") ?? 60),
        _ => null,
    };

    private static Survivorship Choice(YamlNode node)
    {
        var map = node as YamlMap;
        return new(
            (map?.Text("take") ?? (node as YamlScalar)?.Text) switch
            {
                "most_trusted" => SurvivorshipKind.MostTrusted,
                "most_frequent" => SurvivorshipKind.MostFrequent,
                "most_complete" => SurvivorshipKind.MostComplete,
                _ => SurvivorshipKind.MostRecent,
            },
            [.. map?.ScalarsOf("sources").Select(s => s.Text) ?? []]);
    }

    private static bool TryShare(string text, out double share)
    {
        share = 0;
        var parts = text.EndsWith('%') ? text[..^1].Split('.') : [];
        if (parts is not ([_] or [_, { Length: > 0 }]) || parts[0].Length is < 1 or > 2 || parts[0][0] == '0' || !parts.All(p => p.All(char.IsAsciiDigit)))
        {
            return false;
        }

        share = double.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) / 100;
        return true;
    }

    private static int? Number(YamlMap? map, string key) =>
        int.TryParse(map?.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
