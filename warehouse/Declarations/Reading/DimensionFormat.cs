using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of a dimension.</summary>
internal static class DimensionFormat
{
    private static readonly MapShape attribute = new("an attribute",
    [
        new("column", ScalarShape.Reference, "The contract column it is loaded from; default: the attribute's name."),
        new("type", ScalarShape.ColumnType, "Type of the value; default: the column's."),
        new("scd", ScalarShape.Choice("a type of change", "0", "1", "2", "3", "6"),
            "How it follows changes: 0 the first value stays, 1 the newest replaces, 2 a change begins a new version, 3 the newest with previous_NAME and NAME_since beside, "
            + "6 as 2 with current_NAME beside; default 0 for the key, else 1."),
        new("missing", ScalarShape.Choice("what a missing value says", "keeps", "clears"),
            "What a missing value says: keeps (default) says nothing, the last known value holds; clears says that there is none from then on."),
        new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("description", ScalarShape.Text, "What it means."),
        new("format", ScalarShape.Choice("a format", "day", "week", "month", "quarter", "year", "currency", "percent", "number"), "How values are shown."),
    ]);

    private static readonly MapShape hierarchy = new("a hierarchy",
    [
        new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("levels", new ListShape(ScalarShape.Reference, AtLeast: 2), "Attributes, coarsest first."),
        new("parent", ScalarShape.Reference, "Instead of levels: the attribute with the key of the member above, for a tree of any depth."),
    ]);

    public static readonly MapShape Shape = new("a dimension",
    [
        new("dimension", ScalarShape.Name, "Name of the dimension.", Required: true),
        new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("from", ScalarShape.Reference, "The contract its members come from; without it the dimension is the generated calendar."),
        new("key", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)), "The contract column that identifies a member, or all that do together."),
        new("effective", ScalarShape.Reference, "The contract column that says since when values hold; needed when an attribute has scd 2, 3 or 6."),
        new("attributes", new MapShape("attributes", [], new FreeKeys("an attribute", attribute)), "The attributes, by name.", Required: true),
        new("hierarchies", new MapShape("hierarchies", [], new FreeKeys("a hierarchy", hierarchy)), "Drill paths, by name."),
    ]);

    public static Dimension Build(YamlMap map, Model model)
    {
        var name = map.Text("dimension") ?? "";
        var from = map.Text("from");
        string[] keys = [.. map.ScalarsOf("key").Where(k => !k.IsMissing).Select(k => k.Text)];
        var contract = from is not null && model.Contracts.TryGetValue(from, out var declared) ? declared.Value : null;
        var attributes = new List<DimensionAttribute>();
        foreach (var (attribute, value) in map.MapOf("attributes"))
        {
            var read = Attribute(attribute, value as YamlMap, keys, contract, from is null);
            attributes.Add(read);
            attributes.AddRange(Beside(read));
        }

        var hierarchies = new List<Hierarchy>();
        foreach (var (hierarchy, value) in map.MapOf("hierarchies"))
        {
            var path = value as YamlMap;
            hierarchies.Add(new(hierarchy.Text, path?.Text("title") ?? Identifier.Title(hierarchy.Text),
                [.. path?.ScalarsOf("levels").Select(l => l.Text) ?? []], hierarchy.Where)
            { Parent = path?.Text("parent") });
        }

        return new(name, map.Text("title") ?? Identifier.Title(name), from, keys.FirstOrDefault(), map.Text("effective"), attributes, hierarchies, map.Where)
        {
            Keys = keys,
        };
    }

    private static DimensionAttribute Attribute(YamlScalar name, YamlMap? map, string[] keys, Contract? contract, bool generated)
    {
        var column = map?.Text("column") ?? name.Text;
        var type = ContractFormat.TypeOf(map) ?? contract?.Columns.FirstOrDefault(c => c.Name == column)?.Type
            ?? (generated && DateColumns.Types.TryGetValue(column, out var known) ? known : new ColumnType(TypeKind.Text));
        var scd = map?.Text("scd") switch
        {
            "0" => ScdType.Fixed,
            "1" => ScdType.Overwrite,
            "2" => ScdType.NewVersion,
            "3" => ScdType.Previous,
            "6" => ScdType.Hybrid,
            _ => keys.Contains(column) || generated ? ScdType.Fixed : ScdType.Overwrite,
        };
        return new(name.Text, column, type, scd, map?.Text("title") ?? Identifier.Title(name.Text), map?.Text("description"), map?.Text("format"), name.Where)
        {
            Missing = map?.Text("missing") == "clears" ? MissingValue.Clears : MissingValue.Keeps,
        };
    }

    /// <summary>What the loader keeps beside the value of a type 3 or type 6 attribute, as members of their own.</summary>
    private static IEnumerable<DimensionAttribute> Beside(DimensionAttribute of) => of.Scd switch
    {
        ScdType.Previous =>
        [
            of with { Name = $"previous_{of.Name}", Column = $"previous_{of.Column}", Title = $"{of.Title} before", Description = $"{of.Title} before the last change.", Part = AttributePart.Previous, Of = of.Column },
            of with
            {
                Name = $"{of.Name}_since", Column = $"{of.Column}_since", Type = new(TypeKind.Timestamp), Title = $"{of.Title} since", Format = null,
                Description = $"Since when {of.Title} is as it is; missing when it never changed.", Part = AttributePart.Since, Of = of.Column,
            },
        ],
        ScdType.Hybrid =>
        [
            of with { Name = $"current_{of.Name}", Column = $"current_{of.Column}", Title = $"{of.Title} now", Description = $"{of.Title} as it is now, whenever the fact happened.", Part = AttributePart.Current, Of = of.Column },
        ],
        _ => [],
    };
}
