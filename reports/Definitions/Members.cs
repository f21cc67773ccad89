using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>The members a report may name, and what is wrong with those it does name.</summary>
internal sealed class Members
{
    private readonly Dictionary<string, HashSet<string>> dimensionsOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> measures = new(StringComparer.Ordinal);
    private readonly HashSet<string> segments = new(StringComparer.Ordinal);
    private readonly List<Problem> problems;

    public Members(Catalogue catalogue, List<Problem> problems)
    {
        this.problems = problems;
        var facts = catalogue.Facts.Values.GroupBy(f => f.Table).ToDictionary(g => g.Key, g => g.First());
        foreach (var cube in catalogue.Cubes.Values)
        {
            measures.UnionWith(cube.Measures.Select(m => $"{cube.Name}.{m.Name}"));
            segments.UnionWith(cube.Segments.Select(s => $"{cube.Name}.{s.Name}"));
            var own = dimensionsOf[cube.Name] = [.. cube.Dimensions.Select(d => $"{cube.Name}.{d.Name}")];
            foreach (var join in cube.Joins)
            {
                var role = facts.GetValueOrDefault(cube.Table)?.Roles.FirstOrDefault(r => r.Role == join.Name);
                if (catalogue.Dimensions.TryGetValue(role?.Dimension ?? join.Name, out var dimension))
                {
                    own.UnionWith(dimension.Attributes.Select(a => $"{join.Name}.{a.Name}"));
                }
            }
        }
    }

    /// <summary>Notes names that are no named filters.</summary>
    public void CheckSegments(IEnumerable<YamlScalar> names)
    {
        foreach (var name in names.Where(n => !segments.Contains(n.Text)))
        {
            Unknown(name, "a named filter (segment) of a cube", segments);
        }
    }

    /// <summary>Notes names that are no measures, measures of two cubes in one question, and dimensions that the question's cube does not reach.</summary>
    public void Check(IEnumerable<YamlScalar> measureNames, IEnumerable<YamlScalar> dimensionNames, IEnumerable<YamlScalar> either)
    {
        string? cube = null;
        foreach (var name in measureNames)
        {
            if (!measures.Contains(name.Text))
            {
                Unknown(name, "a measure", measures);
            }
            else if (cube is null)
            {
                cube = CubeOf(name.Text);
            }
            else if (cube != CubeOf(name.Text))
            {
                problems.Add(new(name.Where, $"measure '{name.Text}' beside measures of cube '{cube}'", "measures of one cube in one block",
                    "make a block of its own for it"));
            }
        }

        var reachable = cube is null ? [.. dimensionsOf.Values.SelectMany(d => d)] : dimensionsOf[cube];
        foreach (var name in dimensionNames.Where(n => !reachable.Contains(n.Text)))
        {
            Unknown(name, cube is null ? "a dimension" : $"a dimension that cube '{cube}' reaches", reachable);
        }

        foreach (var name in either.Where(n => !reachable.Contains(n.Text) && !measures.Contains(n.Text)))
        {
            Unknown(name, "a member", [.. reachable, .. measures]);
        }
    }

    /// <summary>True when the cube of a question (a measure's, or a dimension's own) reaches a dimension.</summary>
    public bool Reaches(string cube, string dimension) =>
        dimensionsOf.TryGetValue(cube, out var own) ? own.Contains(dimension) : cube == BlockQuestions.Owner(dimension);

    /// <summary>True for a dimension that any cube reaches.</summary>
    public bool IsDimension(string name) => dimensionsOf.Values.Any(d => d.Contains(name));

    private static string CubeOf(string member) => member[..member.IndexOf('.')];

    private void Unknown(YamlScalar name, string noun, IReadOnlyCollection<string> known) =>
        problems.Add(new(name.Where, $"unknown name {Quoted.Text(name.Text)}", NearestName.Expected(noun, name.Text, known), "correct the name, or declare it in a cube"));
}
