namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>How a measure is computed.</summary>
public enum MeasureType
{
    /// <summary>Number of rows (or of rows where <c>sql</c> is not null).</summary>
    Count,

    /// <summary>Number of different values of <c>sql</c>.</summary>
    CountDistinct,

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

    /// <summary>An expression over other measures, written <c>{measure}</c>; computed after aggregation, at the grain of the row it stands in.</summary>
    Number,
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
    IReadOnlyList<CubeDimension> Dimensions, IReadOnlyList<Measure> Measures, IReadOnlyList<CubeSegment> Segments, SourceLocation Where);

/// <summary>A dimension role that a cube offers.</summary>
/// <param name="Name">The role's name in the fact.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeJoin(string Name, SourceLocation Where);

/// <summary>A dimension of the fact itself.</summary>
/// <param name="Name">Member name.</param>
/// <param name="Sql">Expression over the fact's columns.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it means.</param>
/// <param name="Format">As in <see cref="DimensionAttribute.Format"/>.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeDimension(
    string Name, string Sql, ColumnType Type, string Title, string? Description, string? Format, SourceLocation Where);

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
    IReadOnlyList<string> DrillMembers, SourceLocation Where);

/// <summary>A named filter over the fact's columns.</summary>
/// <param name="Name">Member name.</param>
/// <param name="Sql">Condition.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record CubeSegment(string Name, string Sql, string Title, SourceLocation Where);
