using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Pages;

/// <summary>A member of a cube, for choosing.</summary>
/// <param name="Name">As in questions.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it means; null when nobody said.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Format">How they are shown; null: plainly.</param>
public sealed record CubeMember(string Name, string Title, string? Description, ColumnType? Type, string? Format);

/// <summary>Members that belong together.</summary>
/// <param name="Title">What they belong to.</param>
/// <param name="Members">The members.</param>
public sealed record MemberGroup(string Title, IReadOnlyList<CubeMember> Members);

/// <summary>What somebody may ask of a cube.</summary>
/// <param name="Cube">The cube.</param>
/// <param name="Measures">Its measures.</param>
/// <param name="Groups">The dimensions that it reaches, its own first.</param>
public sealed record CubeMembers(Cube Cube, IReadOnlyList<CubeMember> Measures, IReadOnlyList<MemberGroup> Groups)
{
    /// <summary>The cubes that somebody may ask, those of most measures first within the standard order of names.</summary>
    /// <param name="catalogue">What is declared.</param>
    /// <param name="asker">Who asks; null for the owner.</param>
    /// <param name="language">Language of the titles.</param>
    public static IReadOnlyList<CubeMembers> All(Catalogue catalogue, SecurityContext? asker, string language)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return [.. catalogue.Cubes.Values.Where(c => c.IsPublic).OrderBy(c => c.Title, StringComparer.Ordinal).Select(c => Of(c, catalogue, asker, language)).Where(c => c.Measures.Count > 0)];
    }

    /// <summary>What somebody may ask of a cube.</summary>
    public static CubeMembers Of(Cube cube, Catalogue catalogue, SecurityContext? asker, string language)
    {
        ArgumentNullException.ThrowIfNull(cube);
        ArgumentNullException.ThrowIfNull(catalogue);
        var measures = cube.Measures.Where(m => m.IsPublic).Select(m => new CubeMember($"{cube.Name}.{m.Name}", m.Title, m.Description, null, m.Format)).Where(Sees).Select(Titled).ToList();
        var groups = new List<MemberGroup>
        {
            new(cube.Title, [.. cube.Dimensions.Where(d => d.IsPublic).Select(d => new CubeMember($"{cube.Name}.{d.Name}", d.Title, d.Description, d.Type, d.Format)).Where(Sees).Select(Titled)]),
        };
        var fact = catalogue.Facts.Values.FirstOrDefault(f => f.Table == cube.Table);
        foreach (var join in cube.Joins)
        {
            var role = fact?.Roles.FirstOrDefault(r => r.Role == join.Name);
            if (catalogue.Dimensions.TryGetValue(role?.Dimension ?? join.Name, out var dimension))
            {
                var title = join.Name == dimension.Name ? dimension.Title : $"{dimension.Title} ({join.Name})";
                groups.Add(new(title, [.. dimension.Attributes.Select(a => new CubeMember($"{join.Name}.{a.Name}", a.Title, a.Description, a.Type, a.Format)).Where(Sees).Select(Titled)]));
            }
        }

        return new CubeMembers(cube, measures, [.. groups.Where(g => g.Members.Count > 0)]);

        bool Sees(CubeMember member) => CubeVisibility.Sees(cube, member.Name, asker);

        CubeMember Titled(CubeMember member) => member with { Title = MemberTitles.Of(member.Name, language) ?? member.Title };
    }

    /// <summary>All dimensions.</summary>
    public IEnumerable<CubeMember> Dimensions => Groups.SelectMany(g => g.Members);

    /// <summary>A member; null when it is not there for the asker.</summary>
    public CubeMember? Find(string name) => Measures.Concat(Dimensions).FirstOrDefault(m => m.Name == name);

    /// <summary>True when the cube reaches a dimension.</summary>
    public bool Reaches(string dimension) => Dimensions.Any(d => d.Name == dimension);

    /// <summary>True for a dimension of periods.</summary>
    public static bool IsTime(CubeMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return member.Format is "day" or "week" or "month" or "quarter" or "year" || member.Type?.Kind is TypeKind.Date or TypeKind.Timestamp;
    }
}
