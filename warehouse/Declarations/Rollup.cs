namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>
/// A stored coarser grain of a cube (<c>pre_aggregations</c>), in the table <c>star.rollup_CUBE_NAME</c>; made and kept by the run that changes the fact.
/// </summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Measures">Measures of the cube that are stored; additive ones.</param>
/// <param name="Dimensions">Members it is grouped by, beside time.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Rollup(string Name, IReadOnlyList<string> Measures, IReadOnlyList<string> Dimensions, SourceLocation Where)
{
    /// <summary>The date role it is grouped by; null for none.</summary>
    public string? TimeRole { get; init; }

    /// <summary><c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c> or <c>year</c>; null for none.</summary>
    public string? Granularity { get; init; }

    /// <summary>Only rows that meet these segments of the cube are in it.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>Its table's name without schema.</summary>
    public static string TableOf(string cube, string name) => $"rollup_{cube}_{name}";
}

/// <summary>A drill path of a cube.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Levels">Members, coarsest first.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeHierarchy(string Name, string Title, IReadOnlyList<string> Levels, SourceLocation Where);
