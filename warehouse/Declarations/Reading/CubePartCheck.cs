using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks what a cube's measures do over time, its drill paths, rollups and access policies.</summary>
internal static class CubePartCheck
{
    public static void Check(Cube cube, Fact fact, YamlMap node, References references)
    {
        var dimensions = Reached(cube, fact, references);
        var measures = cube.Measures.Select(m => m.Name).ToList();
        foreach (var join in node.MapsOf("joins").Where(j => j.Text("relationship") == "one_to_many"))
            CheckBridge(join, fact, references);
        foreach (var map in node.MapsOf("measures"))
            CheckMeasure(map, cube, fact, dimensions, references);
        foreach (var hierarchy in node.MapsOf("hierarchies"))
            references.CheckEach(hierarchy.ScalarsOf("levels"), $"a dimension that cube '{cube.Name}' reaches", dimensions);
        foreach (var rollup in node.MapsOf("pre_aggregations"))
        {
            references.CheckEach(rollup.ScalarsOf("measures"), "a measure of the cube", [.. measures, .. measures.Select(m => $"{cube.Name}.{m}")]);
            references.CheckEach(rollup.ScalarsOf("dimensions"), $"a dimension that cube '{cube.Name}' reaches", dimensions);
            references.CheckEach(rollup.ScalarsOf("segments"), "a segment of the cube", [.. cube.Segments.SelectMany(s => new[] { s.Name, $"{cube.Name}.{s.Name}" })]);
            references.Check(rollup.Scalar("time_dimension"), "a day of the cube", [.. dimensions.Where(d => d.EndsWith(".day", StringComparison.Ordinal))]);
            CheckStored(rollup, cube, references);
        }

        List<string> members = [.. dimensions, .. measures, .. measures.Select(m => $"{cube.Name}.{m}"), "*"];
        foreach (var policy in node.MapsOf("access_policy"))
        {
            foreach (var key in (string[])["includes", "excludes"])
                references.CheckEach((policy["member_level"] as YamlMap)?.ScalarsOf(key) ?? [], "a member of the cube", members);
            references.CheckEach((policy["member_masking"] as YamlMap)?.ScalarsOf("includes") ?? [], "a member of the cube", members);
            foreach (var rule in (policy["row_level"] as YamlMap)?.MapsOf("filters") ?? [])
            {
                references.Check(rule.Scalar("member"), $"a dimension that cube '{cube.Name}' reaches", dimensions);
                references.Check(rule.Scalar("operator"), "an operator", RowRule.Operators);
            }
        }
    }

    /// <summary>Only what adds up from stored parts can be stored.</summary>
    private static void CheckStored(YamlMap rollup, Cube cube, References references)
    {
        foreach (var at in rollup.ScalarsOf("measures"))
        {
            var stored = cube.Measures.FirstOrDefault(m => m.Name == at.Text || $"{cube.Name}.{m.Name}" == at.Text);
            if (stored is not null && !(stored.Type is MeasureType.Count or MeasureType.Sum or MeasureType.Min or MeasureType.Max && stored.Window is null && stored.Shift is null && stored.NonAdditive is null))
            {
                references.Add(at.Where, $"measure '{stored.Name}', whose parts do not add up to the whole", "counts, sums, smallest and largest values",
                    "leave it out; what it is computed from may be stored");
            }
        }
    }

    private static void CheckBridge(YamlMap join, Fact fact, References references)
    {
        if (join.Scalar("name") is not { } at || references.Find(at, "the cube of a bridge", references.Model.Cubes) is not { } through)
            return;
        var bridge = references.Model.Facts.Values.FirstOrDefault(f => f.Value.Table == through.Table)?.Value;
        if (bridge is null)
            return;
        if (bridge.Weight is null)
            references.Add(at.Where, $"cube '{through.Name}' over {bridge.Table}, which is no bridge", "the cube of a fact of kind bridge", "ask the two cubes in one question instead");
        else if (bridge.Weight.Of.FirstOrDefault(k => fact.Columns.All(c => c.Name != k)) is { } missing)
            references.Add(at.Where, $"bridge '{through.Name}' by '{missing}', which {fact.Table} does not have", "a bridge of things that the fact names", "correct the name");
    }

    private static void CheckMeasure(YamlMap map, Cube cube, Fact fact, List<string> dimensions, References references)
    {
        foreach (var key in (string[])["group_by", "reduce_by"])
            references.CheckEach(map.ScalarsOf(key), $"a dimension that cube '{cube.Name}' reaches", dimensions);
        foreach (var order in map.MapsOf("order_by"))
            references.CheckSql(order.Scalar("sql"), "", [], [.. cube.Measures.Select(m => m.Name)]);
        foreach (var shift in map.MapsOf("time_shift"))
            references.Check(shift.Scalar("time_dimension"), $"a date that cube '{cube.Name}' reaches", [.. dimensions, .. fact.Roles.Select(r => r.Role)]);
        if (map["non_additive_dimension"] is YamlMap over)
        {
            references.Check(over.Scalar("name"), "a date role or column of the fact", [.. fact.Roles.Select(r => r.Role), .. fact.Columns.Select(c => c.Name), .. dimensions]);
            references.CheckEach(over.ScalarsOf("window_groupings"), "a role or column of the fact", [.. fact.Roles.Select(r => r.Role), .. fact.Columns.Select(c => c.Name), .. dimensions]);
        }

        if (CubeFormat.TypeOf(map) == MeasureType.Percentile && map["percentile"] is null)
            references.Add(map.Where, "a measure of type percentile without 'percentile'", "the share of values below it", "add `percentile: 0.9`");
        if (CubeFormat.TypeOf(map) == MeasureType.Rank && map["order_by"] is null && map["sql"] is null)
            references.Add(map.Where, "a measure of type rank without 'order_by'", "measures to rank by", "add `order_by: [{sql: \"{revenue}\"}]`");
    }

    /// <summary>The dimensions that a cube reaches, as its parts name them.</summary>
    private static List<string> Reached(Cube cube, Fact fact, References references)
    {
        var members = cube.Dimensions.SelectMany(d => new[] { d.Name, $"{cube.Name}.{d.Name}" }).ToList();
        foreach (var join in cube.Joins)
        {
            var role = fact.Roles.FirstOrDefault(r => r.Role == join.Name);
            if (role is not null && references.Model.Dimensions.TryGetValue(role.Dimension, out var dimension))
                members.AddRange(dimension.Value.Attributes.Select(a => $"{role.Role}.{a.Name}"));
            if (join.IsBridge && references.Model.Cubes.TryGetValue(join.Name, out var through))
                members.AddRange(through.Value.Dimensions.Select(d => $"{join.Name}.{d.Name}"));
        }

        return members;
    }
}
