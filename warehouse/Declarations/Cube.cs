namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>How a measure is computed.</summary>
public enum MeasureType
{
    /// <summary>Number of rows (or of rows where <c>sql</c> is not null).</summary>
    Count,

    /// <summary>Number of different values of <c>sql</c>.</summary>
    CountDistinct,

    /// <summary>Number of different values of <c>sql</c>, by a sketch (HyperLogLog): about an eighth off (one standard error), and sketches of parts add up to that of the whole.</summary>
    CountDistinctApprox,

    /// <summary>Sum of <c>sql</c>.</summary>
    Sum,

    /// <summary>Mean of <c>sql</c>.</summary>
    Avg,

    /// <summary>Smallest value of <c>sql</c>.</summary>
    Min,

    /// <summary>Largest value of <c>sql</c>.</summary>
    Max,

    /// <summary>Median of <c>sql</c>.</summary>
    Median,

    /// <summary>The value below which the share <see cref="Measure.Percentile"/> of <c>sql</c> lies, interpolated.</summary>
    Percentile,

    /// <summary>An expression over other measures, written <c>{measure}</c>; computed after aggregation, at the grain of the row it stands in.</summary>
    Number,

    /// <summary>Place of the row among the others of the answer by <see cref="Measure.OrderBy"/>; 1 is the first, equal values share a place.</summary>
    Rank,

    /// <summary>The measure <c>{measure}</c> in <c>sql</c> divided by its value in the row above (<see cref="Measure.Of"/>), 0–1.</summary>
    Share,
}

/// <summary>A cube: measures over one fact table and the dimensions it reaches. Key names follow Cube's YAML data model.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it answers.</param>
/// <param name="Table">The fact's table with its schema (<c>sql_table</c>).</param>
/// <param name="Joins">The dimension roles of the fact that the cube offers.</param>
/// <param name="Dimensions">The cube's own dimensions: columns of the fact (degenerate dimensions).</param>
/// <param name="Measures">Its measures.</param>
/// <param name="Segments">Named filters.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Cube(
    string Name, string Title, string? Description, string Table, IReadOnlyList<CubeJoin> Joins,
    IReadOnlyList<CubeDimension> Dimensions, IReadOnlyList<Measure> Measures, IReadOnlyList<CubeSegment> Segments, SourceLocation Where)
{
    /// <summary>Stored coarser grains of it.</summary>
    public IReadOnlyList<Rollup> Rollups { get; init; } = [];

    /// <summary>Drill paths over its own dimensions and the attributes it reaches, coarsest first.</summary>
    public IReadOnlyList<CubeHierarchy> Hierarchies { get; init; } = [];

    /// <summary>Who may see what of it; empty: everybody everything.</summary>
    public IReadOnlyList<AccessPolicy> AccessPolicies { get; init; } = [];

    /// <summary>False: it is there for other cubes' measures and is not shown to people.</summary>
    public bool IsPublic { get; init; } = true;
}

/// <summary>A dimension role that a cube offers.</summary>
/// <param name="Name">The role's name in the fact; for <see cref="IsBridge"/> the cube of a bridge.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeJoin(string Name, SourceLocation Where)
{
    /// <summary>
    /// True (<c>relationship: one_to_many</c>) for a bridge: a fact row meets several of its rows, and counts in each with the row's weight.
    /// </summary>
    public bool IsBridge { get; init; }
}

/// <summary>A dimension of the fact itself.</summary>
/// <param name="Name">Member name.</param>
/// <param name="Sql">Expression over the fact's columns.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it means.</param>
/// <param name="Format">As in <see cref="DimensionAttribute.Format"/>.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeDimension(
    string Name, string Sql, ColumnType Type, string Title, string? Description, string? Format, SourceLocation Where)
{
    /// <summary>False: not shown to people.</summary>
    public bool IsPublic { get; init; } = true;

    /// <summary>SQL over the fact's columns that stands for the value where a policy masks it; null: the value is missing there.</summary>
    public string? Mask { get; init; }
}

/// <summary>A measure.</summary>
/// <param name="Name">Member name.</param>
/// <param name="Type">How it is computed.</param>
/// <param name="Sql">Expression over the fact's columns, or over <c>{measures}</c> for <see cref="MeasureType.Number"/>; null for a plain count.</param>
/// <param name="Filters">Conditions over the fact's columns; only rows that meet all of them count.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it means, with its unit.</param>
/// <param name="Format">null, <c>currency</c>, <c>percent</c>, <c>number</c>.</param>
/// <param name="DrillMembers">Members that a list of the rows behind it shows.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Measure(
    string Name, MeasureType Type, string? Sql, IReadOnlyList<string> Filters, string Title, string? Description, string? Format,
    IReadOnlyList<string> DrillMembers, SourceLocation Where)
{
    /// <summary>For <see cref="MeasureType.Percentile"/>: the share, 0–1.</summary>
    public double? Percentile { get; init; }

    /// <summary>The span of time around each period that counts for it; null: the period itself.</summary>
    public RollingWindow? Window { get; init; }

    /// <summary>How far in time the value is taken from; null: from the period itself.</summary>
    public TimeShift? Shift { get; init; }

    /// <summary>How values that must not be added over time are taken; null: they are added.</summary>
    public NonAdditive? NonAdditive { get; init; }

    /// <summary>Computed for these dimensions of the question only; null: for all.</summary>
    public IReadOnlyList<string>? GroupBy { get; init; }

    /// <summary>Computed without these dimensions of the question; for a rank: ranked within the other ones. Null: none.</summary>
    public IReadOnlyList<string>? ReduceBy { get; init; }

    /// <summary>For <see cref="MeasureType.Rank"/>: measures in braces, the first decides first.</summary>
    public IReadOnlyList<RankOrder> OrderBy { get; init; } = [];

    /// <summary>For <see cref="MeasureType.Share"/>: what the value is a share of.</summary>
    public ShareOf Of { get; init; }

    /// <summary>False: not shown to people.</summary>
    public bool IsPublic { get; init; } = true;
}

/// <summary>A named filter over the fact's columns.</summary>
/// <param name="Name">Member name.</param>
/// <param name="Sql">Condition.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeSegment(string Name, string Sql, string Title, SourceLocation Where);
