using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Writes what can be asked, as Cube's <c>/v1/meta</c> has it. A dimension stands as a cube without measures under each name it plays a role by; a cube's
/// <c>joins</c> say which of them it reaches.
/// </summary>
/// <param name="json">Where to.</param>
/// <param name="catalogue">What is declared.</param>
/// <param name="asker">Who asks: members that they may not see are not there for them.</param>
internal sealed class MetaAnswer(Utf8JsonWriter json, Catalogue catalogue, SecurityContext? asker)
{
    /// <summary>Writes the document.</summary>
    public void Write()
    {
        json.WriteStartObject();
        json.WriteStartArray("cubes");
        foreach (var cube in catalogue.Cubes.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            WriteCube(cube);
        }

        foreach (var (role, dimension) in Roles().OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            WriteDimension(role, dimension);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private Dictionary<string, Dimension> Roles()
    {
        var roles = catalogue.Dimensions.Values.Where(d => !catalogue.Cubes.ContainsKey(d.Name)).ToDictionary(d => d.Name);
        foreach (var role in catalogue.Facts.Values.SelectMany(f => f.Roles))
        {
            if (!catalogue.Cubes.ContainsKey(role.Role) && catalogue.Dimensions.TryGetValue(role.Dimension, out var dimension))
            {
                roles.TryAdd(role.Role, dimension);
            }
        }

        foreach (var (dimension, tree) in catalogue.Dimensions.Values.SelectMany(d => d.Hierarchies.Where(h => h.Parent is not null).Select(h => (d, h))))
        {
            if (!catalogue.Cubes.ContainsKey(tree.Name))
            {
                roles.TryAdd(tree.Name, dimension);
            }
        }

        return roles;
    }

    private void WriteCube(Cube cube)
    {
        Begin(cube.Name, cube.Title, cube.Description, cube.IsPublic);
        json.WriteStartArray("joins");
        foreach (var join in cube.Joins)
        {
            json.WriteStringValue(join.Name);
        }

        json.WriteEndArray();
        json.WriteStartArray("measures");
        foreach (var measure in cube.Measures.Where(m => Sees(cube, m.Name)))
        {
            Member($"{cube.Name}.{measure.Name}", cube.Title, measure.Title, measure.Description, measure.Format, measure.IsPublic);
            json.WriteString("type", "number");
            json.WriteString("aggType", AggregateOf(measure.Type));
            json.WriteBoolean("cumulative", measure.Window is not null);
            json.WriteStartArray("drillMembers");
            foreach (var member in measure.DrillMembers)
            {
                json.WriteStringValue(member.Contains('.', StringComparison.Ordinal) ? member : $"{cube.Name}.{member}");
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("dimensions");
        foreach (var dimension in cube.Dimensions.Where(d => Sees(cube, d.Name)))
        {
            Member($"{cube.Name}.{dimension.Name}", cube.Title, dimension.Title, dimension.Description, dimension.Format, dimension.IsPublic);
            json.WriteString("type", MemberTypes.Of(dimension.Type));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("segments");
        foreach (var segment in cube.Segments.Where(s => Sees(cube, s.Name)))
        {
            Member($"{cube.Name}.{segment.Name}", cube.Title, segment.Title, null, null, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteHierarchies(cube.Hierarchies.Select(h => (h.Name, (IEnumerable<string>)h.Levels)));
        json.WriteEndObject();
    }

    private void WriteDimension(string role, Dimension dimension)
    {
        Begin(role, dimension.Title, null, true);
        json.WriteStartArray("joins");
        json.WriteEndArray();
        json.WriteStartArray("measures");
        json.WriteEndArray();
        json.WriteStartArray("dimensions");
        foreach (var attribute in dimension.Attributes)
        {
            Member($"{role}.{attribute.Name}", dimension.Title, attribute.Title, attribute.Description, attribute.Format, true);
            json.WriteString("type", MemberTypes.Of(attribute.Type));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("segments");
        json.WriteEndArray();
        WriteHierarchies(dimension.Hierarchies.Select(h => (h.Name, h.Levels.Select(l => $"{role}.{l}"))));
        json.WriteEndObject();
    }

    private void WriteHierarchies(IEnumerable<(string Name, IEnumerable<string> Levels)> hierarchies)
    {
        json.WriteStartArray("hierarchies");
        foreach (var (name, levels) in hierarchies)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteStartArray("levels");
            foreach (var level in levels)
            {
                json.WriteStringValue(level);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Begin(string name, string title, string? description, bool isPublic)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("title", title);
        json.WriteString("type", "cube");
        json.WriteString("description", description);
        json.WriteBoolean("public", isPublic);
        json.WriteBoolean("isVisible", isPublic);
    }

    private void Member(string name, string group, string title, string? description, string? format, bool isPublic)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("title", $"{group} {title}");
        json.WriteString("shortTitle", title);
        json.WriteString("description", description);
        json.WriteString("format", format);
        json.WriteBoolean("public", isPublic);
        json.WriteBoolean("isVisible", isPublic);
    }

    private bool Sees(Cube cube, string member) => CubeVisibility.Sees(cube, $"{cube.Name}.{member}", asker);

    private static string AggregateOf(MeasureType type) => type switch
    {
        MeasureType.CountDistinct => "countDistinct",
        MeasureType.CountDistinctApprox => "countDistinctApprox",
        _ => type.ToString().ToLowerInvariant(),
    };
}
