using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks a cube against its fact, the dimensions it reaches, and itself.</summary>
internal static class CubeCheck
{
    private static readonly string[] noColumns = [];

    public static void Check(Declared<Cube> declared, References references)
    {
        var (cube, node) = (declared.Value, declared.Node);
        var fact = FactOf(node, references);
        var columns = fact is null ? (IReadOnlyCollection<string>)noColumns : FactCheck.TableColumns(fact, references.Model);
        var noun = fact is null ? "" : $"a column of {fact.Table}";
        CheckName(cube, node, references);
        CheckMemberNames(node, references);
        foreach (var map in node.MapsOf("dimensions").Concat(node.MapsOf("segments")))
        {
            references.CheckSql(map.Scalar("sql"), noun, columns);
        }

        foreach (var map in node.MapsOf("measures"))
        {
            CheckMeasure(map, cube, noun, columns, references);
        }

        CheckCycles(cube, references);
        if (fact is not null)
        {
            references.CheckEach(node.MapsOf("joins").Where(j => j.Text("relationship") != "one_to_many").Select(j => j.Scalar("name")).OfType<YamlScalar>(),
                $"a dimension role of fact '{fact.Name}'", [.. fact.Roles.Select(r => r.Role)]);
            CheckDrillMembers(cube, fact, node, references);
            CubePartCheck.Check(cube, fact, node, references);
        }
    }

    private static Fact? FactOf(YamlMap node, References references)
    {
        if (node.Scalar("sql_table") is not { } at)
        {
            return null;
        }

        var facts = references.Model.Facts.Values.Select(f => f.Value).ToArray();
        var fact = Array.Find(facts, f => f.Table == at.Text);
        var stem = at.Text[(Math.Max(at.Text.IndexOf("fact_", StringComparison.Ordinal), at.Text.IndexOf("score_", StringComparison.Ordinal)) + 1)..];
        if (fact is null && !references.Model.Unreadable.Any(u => stem.EndsWith($"_{u}", StringComparison.Ordinal)))
        {
            references.Unknown(at.Where, at.Text, "the table of a fact", [.. facts.Select(f => f.Table)]);
        }

        return fact;
    }

    /// <summary>Members are <c>cube.member</c> and <c>dimension.attribute</c>: one name cannot be both.</summary>
    private static void CheckName(Cube cube, YamlMap node, References references)
    {
        var role = references.Model.Facts.Values.SelectMany(f => f.Value.Roles).FirstOrDefault(r => r.Role == cube.Name);
        if ((references.Model.Dimensions.ContainsKey(cube.Name) || role is not null) && node.Scalar("name") is { } at)
        {
            references.Add(at.Where, $"cube '{cube.Name}', which is also the name of a dimension", "a name of its own", "rename the cube, e.g. in the plural");
        }
    }

    private static void CheckMemberNames(YamlMap node, References references)
    {
        var lines = new Dictionary<string, int>();
        foreach (var key in (string[])["dimensions", "measures", "segments"])
        {
            foreach (var name in node.MapsOf(key).Select(m => m.Scalar("name")).OfType<YamlScalar>())
            {
                if (!lines.TryAdd(name.Text, name.Where.Line))
                {
                    references.Add(name.Where, $"member '{name.Text}' for the second time", $"each member once (the first is in line {lines[name.Text]})",
                        "rename or remove one of the two");
                }
            }
        }
    }

    private static void CheckMeasure(YamlMap map, Cube cube, string noun, IReadOnlyCollection<string> columns, References references)
    {
        foreach (var filter in map.MapsOf("filters"))
        {
            references.CheckSql(filter.Scalar("sql"), noun, columns);
        }

        var (type, sql) = (CubeFormat.TypeOf(map), map.Scalar("sql"));
        if (sql is null)
        {
            if (type is not (MeasureType.Count or MeasureType.Rank) && map["sql"] is null)
            {
                references.Add(map.Where, $"a measure of type {map.Text("type")} without 'sql'", "an expression to compute", "add `sql:`");
            }

            return;
        }

        if (type is not (MeasureType.Number or MeasureType.Share or MeasureType.Rank))
        {
            references.CheckSql(sql, noun, columns);
            return;
        }

        references.CheckSql(sql, "", [], Measures(cube, sql.Text, references));
        foreach (var (name, offset) in SqlWords.Of(sql.Text).Columns)
        {
            references.Add(sql.At(offset), $"{Quoted.Text(name)} in a measure of type number", "measures in braces, as {revenue}", $"write {{{name}}} if it is a measure");
        }

        if (map.MapsOf("filters").FirstOrDefault() is { } needless)
        {
            references.Add(needless.Where, "filters in a measure of type number", "filters in the measures it is made of", "move the filters there");
        }
    }

    /// <summary>Measures that an expression may name: the cube's own, and those of other cubes by their full names.</summary>
    private static IReadOnlyCollection<string> Measures(Cube cube, string sql, References references) => [.. cube.Measures.Select(m => m.Name),
        .. SqlWords.Of(sql).Placeholders.Select(p => p.Name).Distinct().Where(name => references.Model.Cubes.Values.Any(c => c.Value.Measures.Any(m => $"{c.Value.Name}.{m.Name}" == name)))];

    /// <summary>A measure over measures must come to an end.</summary>
    private static void CheckCycles(Cube cube, References references)
    {
        var uses = new Dictionary<string, string[]>();
        foreach (var measure in cube.Measures)
        {
            uses.TryAdd(measure.Name, measure is { Type: MeasureType.Number or MeasureType.Share, Sql: { } sql }
                ? [.. SqlWords.Of(sql).Placeholders.Select(p => p.Name).Distinct()] : []);
        }

        var done = new HashSet<string>();
        foreach (var measure in cube.Measures)
        {
            if (PathBackTo(measure.Name, uses, done) is { } path)
            {
                references.Add(measure.Where, $"measures that need each other: {string.Join(" → ", path)}", "measures that end in sums, counts or other plain ones",
                    "write one of them without the others");
                done.UnionWith(path);
            }

            done.Add(measure.Name);
        }
    }

    /// <summary>The way from a measure back to itself, or null. Walks with a stack of its own: a file may hold thousands of measures in a row.</summary>
    private static List<string>? PathBackTo(string start, Dictionary<string, string[]> uses, HashSet<string> done)
    {
        var cameFrom = new Dictionary<string, string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var name))
        {
            foreach (var next in uses.GetValueOrDefault(name) ?? [])
            {
                if (next == start)
                {
                    var path = new List<string> { start };
                    for (var step = name; step != start; step = cameFrom[step])
                    {
                        path.Insert(0, step);
                    }

                    path.Insert(0, start);
                    return path;
                }

                if (!done.Contains(next) && cameFrom.TryAdd(next, name))
                {
                    open.Push(next);
                }
            }
        }

        return null;
    }

    private static void CheckDrillMembers(Cube cube, Fact fact, YamlMap node, References references)
    {
        var members = cube.Dimensions.Select(d => d.Name).ToList();
        foreach (var join in cube.Joins)
        {
            var role = fact.Roles.FirstOrDefault(r => r.Role == join.Name);
            if (role is not null && references.Model.Dimensions.TryGetValue(role.Dimension, out var dimension))
            {
                members.AddRange(dimension.Value.Attributes.Select(a => $"{role.Role}.{a.Name}"));
            }
        }

        foreach (var measure in node.MapsOf("measures"))
        {
            references.CheckEach(measure.ScalarsOf("drill_members"), $"a dimension that cube '{cube.Name}' reaches", [.. members.Distinct()]);
        }
    }
}
