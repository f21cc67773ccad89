namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question, as asked: names only, nothing resolved. Members are <c>cube.member</c> or <c>dimension.attribute</c>.</summary>
public sealed record CubeQuery
{
    /// <summary>Measures, in the order of the answer's columns.</summary>
    public IReadOnlyList<string> Measures { get; init; } = [];

    /// <summary>Dimensions to group by, in the order of the answer's columns.</summary>
    public IReadOnlyList<string> Dimensions { get; init; } = [];

    /// <summary>Filters; all must hold.</summary>
    public IReadOnlyList<CubeFilter> Filters { get; init; } = [];

    /// <summary>Named filters of the cube (<c>cube.segment</c>).</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>Order of the rows. Null: the first time dimension ascending, else the first measure descending, else the first dimension ascending.</summary>
    public IReadOnlyList<CubeOrder>? Order { get; init; }

    /// <summary>Most rows to answer (totals not counted); null: 10,000.</summary>
    public int? Limit { get; init; }

    /// <summary>Rows to leave out at the start.</summary>
    public int Offset { get; init; }

    /// <summary>Which totals are added, each computed at its own grain over all rows that the filters on dimensions leave, whatever limit or measure filter hides.</summary>
    public Totals Totals { get; init; }

    /// <summary>Which version of changing attributes a fact row is seen with.</summary>
    public AttributeReading Reading { get; init; }

    /// <summary>Read the warehouse as a past run left it; null: as it is now.</summary>
    public int? AsOfRun { get; init; }
}

/// <summary>Which totals an answer carries.</summary>
public enum Totals
{
    /// <summary>None.</summary>
    None,

    /// <summary>One row over everything.</summary>
    Grand,

    /// <summary>A row for every leading part of the dimensions, and the grand total.</summary>
    Subtotals,
}

/// <summary>Which version of a slowly changing attribute counts.</summary>
public enum AttributeReading
{
    /// <summary>The one that was valid when the fact happened.</summary>
    AsWas,

    /// <summary>The current one.</summary>
    AsIs,
}

/// <summary>One sort key.</summary>
/// <param name="Member">A member of the query.</param>
/// <param name="Descending">True for the largest first. Nulls come last either way.</param>
public sealed record CubeOrder(string Member, bool Descending);

/// <summary>A filter: one condition, or a group of them.</summary>
public abstract record CubeFilter;

/// <summary>A condition on one member.</summary>
/// <param name="Member">A dimension (filters rows) or a measure (filters groups).</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Values">Values as text; typed by the member. Empty for <see cref="FilterOperator.Set"/> and <see cref="FilterOperator.NotSet"/>.</param>
public sealed record MemberFilter(string Member, FilterOperator Operator, IReadOnlyList<string> Values) : CubeFilter;

/// <summary>Conditions joined by and / or; all on dimensions or all on measures.</summary>
/// <param name="Any">True: one must hold. False: all must hold.</param>
/// <param name="Filters">The conditions.</param>
public sealed record FilterGroup(bool Any, IReadOnlyList<CubeFilter> Filters) : CubeFilter;

/// <summary>Comparisons, named as in Cube's REST format.</summary>
public enum FilterOperator
{
    /// <summary>Equal to one of the values.</summary>
    Equals,

    /// <summary>Equal to none of the values; missing values pass.</summary>
    NotEquals,

    /// <summary>Contains one of the values, ignoring case.</summary>
    Contains,

    /// <summary>Contains none of the values, ignoring case; missing values pass.</summary>
    NotContains,

    /// <summary>Begins with one of the values, ignoring case.</summary>
    StartsWith,

    /// <summary>Ends with one of the values, ignoring case.</summary>
    EndsWith,

    /// <summary>Greater than the value.</summary>
    Gt,

    /// <summary>Greater than or equal to the value.</summary>
    Gte,

    /// <summary>Less than the value.</summary>
    Lt,

    /// <summary>Less than or equal to the value.</summary>
    Lte,

    /// <summary>Present.</summary>
    Set,

    /// <summary>Missing.</summary>
    NotSet,

    /// <summary>Within two dates, both included as whole days.</summary>
    InDateRange,

    /// <summary>Outside two dates.</summary>
    NotInDateRange,

    /// <summary>Before the date.</summary>
    BeforeDate,

    /// <summary>After the date (after the end of that day).</summary>
    AfterDate,
}
