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
        new("scd", ScalarShape.Integer(0, 2), "How it follows changes: 0 the first value stays, 1 the newest replaces, 2 a change begins a new version; default 0 for the key, else 1."),
        new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("description", ScalarShape.Text, "What it means."),
        new("format", ScalarShape.Choice("a format", "day", "week", "month", "quarter", "year", "currency", "percent", "number"), "How values are shown."),
    ]);

    private static readonly MapShape hierarchy = new("a hierarchy",
    [
        new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("levels", new ListShape(ScalarShape.Reference, AtLeast: 2), "Attributes, coarsest first.", Required: true),
    ]);

    public static readonly MapShape Shape = new("a dimension",
    [
        new("dimension", ScalarShape.Name, "Name of the dimension.", Required: true),
        new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("from", ScalarShape.Reference, "The contract its members come from; without it the dimension is the generated calendar."),
        new("key", ScalarShape.Reference, "The contract column that identifies a member."),
        new("effective", ScalarShape.Reference, "The contract column that says since when values hold; needed when an attribute has scd 2."),
        new("attributes", new MapShape("attributes", [], new FreeKeys("an attribute", attribute)), "The attributes, by name.", Required: true),
        new("hierarchies", new MapShape("hierarchies", [], new FreeKeys("a hierarchy", hierarchy)), "Drill paths, by name."),
    ]);

    public static Dimension Build(YamlMap map, Model model)
    {
        var name = map.Text("dimension") ?? "";
        var (from, key) = (map.Text("from"), map.Text("key"));
        var contract = from is not null && model.Contracts.TryGetValue(from, out var declared) ? declared.Value : null;
        var attributes = new List<DimensionAttribute>();
        foreach (var (attribute, value) in map.MapOf("attributes"))
        {
            attributes.Add(Attribute(attribute, value as YamlMap, key, contract, from is null));
        }

        var hierarchies = new List<Hierarchy>();
        foreach (var (hierarchy, value) in map.MapOf("hierarchies"))
        {
            var path = value as YamlMap;
            hierarchies.Add(new(hierarchy.Text, path?.Text("title") ?? Identifier.Title(hierarchy.Text),
                [.. path?.ScalarsOf("levels").Select(l => l.Text) ?? []], hierarchy.Where));
        }

        return new(name, map.Text("title") ?? Identifier.Title(name), from, key, map.Text("effective"), attributes, hierarchies, map.Where);
    }

    private static DimensionAttribute Attribute(YamlScalar name, YamlMap? map, string? key, Contract? contract, bool generated)
    {
        var column = map?.Text("column") ?? name.Text;
        var type = ContractFormat.TypeOf(map) ?? contract?.Columns.FirstOrDefault(c => c.Name == column)?.Type
            ?? (generated && DateColumns.Types.TryGetValue(column, out var known) ? known : new ColumnType(TypeKind.Text));
        var scd = map?.Text("scd") switch
        {
            "0" => ScdType.Fixed,
            "1" => ScdType.Overwrite,
            "2" => ScdType.NewVersion,
            _ => column == key || generated ? ScdType.Fixed : ScdType.Overwrite,
        };
        return new(name.Text, column, type, scd, map?.Text("title") ?? Identifier.Title(name.Text), map?.Text("description"), map?.Text("format"), name.Where);
    }
}
