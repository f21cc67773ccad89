using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of a cube's drill paths, rollups and access policies.</summary>
internal static class CubePartFormat
{
    private static readonly Key name = new("name", ScalarShape.Name, "Its name.", Required: true);
    private static readonly ListShape members = new(ScalarShape.Reference);

    public static readonly MapShape Hierarchy = new("a hierarchy",
    [
        name, new("title", ScalarShape.Text, "Name for people; default: from its name."),
        new("levels", new ListShape(ScalarShape.Reference, AtLeast: 2), "Members, coarsest first.", Required: true),
    ]);

    public static readonly MapShape Rollup = new("a pre-aggregation",
    [
        name, new("type", ScalarShape.Choice("a type", "rollup"), "Only rollup, the default."),
        new("measures", members, "Measures that are stored: counts, sums, smallest and largest values.", Required: true),
        new("dimensions", members, "Members it is grouped by, beside time."),
        new("segments", members, "Only rows that meet these are in it."),
        new("time_dimension", ScalarShape.Reference, "The date it is grouped by, as date.day."),
        new("granularity", ScalarShape.Choice("a granularity", "day", "week", "month", "quarter", "year"), "Its periods; default day."),
        new("partition_granularity", ScalarShape.Choice("a granularity", "day", "week", "month", "quarter", "year"), "As in Cube; the periods that a run touched are made anew whatever it says."),
    ]);

    private static readonly MapShape level = new("members", [new("includes", members, "Only these."), new("excludes", members, "All but these.")]);

    private static readonly MapShape rule = new("a condition on rows",
    [
        new("member", ScalarShape.Reference, "A dimension that the cube reaches.", Required: true),
        new("operator", ScalarShape.Text, "Operator as in questions, as equals.", Required: true),
        new("values", new ListShape(ScalarShape.AnyText), "Values; {securityContext.NAME} stands for what is known of the person."),
    ]);

    public static readonly MapShape Policy = new("an access policy",
    [
        new("group", ScalarShape.Text, "Name of the group; * for everybody.", Required: true),
        new("member_level", level, "Members they may see."),
        new("member_masking", new MapShape("members", [new("includes", members, "Members whose values are put out of sight.", Required: true)]), "Members they may name but not see."),
        new("row_level", new MapShape("rows", [new("filters", new ListShape(rule), "Conditions, all of which must hold.", Required: true)]), "Rows they may see."),
    ]);

    public static CubeHierarchy HierarchyOf(YamlMap map) => new(map.Text("name") ?? "", map.Text("title") ?? Identifier.Title(map.Text("name") ?? ""),
        [.. map.ScalarsOf("levels").Select(l => l.Text)], map.Where);

    public static Rollup RollupOf(YamlMap map, string cube)
    {
        var time = map.Text("time_dimension");
        string Full(string member) => member.Contains('.') ? member : $"{cube}.{member}";
        return new(map.Text("name") ?? "", [.. map.ScalarsOf("measures").Select(m => Full(m.Text))], [.. map.ScalarsOf("dimensions").Select(m => Full(m.Text))], map.Where)
        {
            TimeRole = time?.Split('.')[0],
            Granularity = time is null ? null : map.Text("granularity") ?? "day",
            Segments = [.. map.ScalarsOf("segments").Select(m => Full(m.Text))],
        };
    }

    public static AccessPolicy PolicyOf(YamlMap map)
    {
        var level = map["member_level"] as YamlMap;
        return new(map.Text("group") ?? "*", map.Where)
        {
            Includes = level?["includes"] is null ? null : [.. level.ScalarsOf("includes").Select(m => m.Text)],
            Excludes = [.. level?.ScalarsOf("excludes").Select(m => m.Text) ?? []],
            Masked = [.. (map["member_masking"] as YamlMap)?.ScalarsOf("includes").Select(m => m.Text) ?? []],
            Rows = [.. (map["row_level"] as YamlMap)?.MapsOf("filters").Select(f => new RowRule(
                f.Text("member") ?? "", f.Text("operator") ?? "", [.. f.ScalarsOf("values").Select(v => v.Text)], f.Where)) ?? []],
        };
    }
}
