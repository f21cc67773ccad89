namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question, as asked: names only, nothing resolved. Members are <c>cube.member</c> or <c>dimension.attribute</c>.</summary>
public sealed record CubeQuery
{
    /// <summary>Measures, in the order of the answer's columns.</summary>
    public IReadOnlyList<string> Measures { get; init; } = [];

    /// <summary>Dimensions to group by, in the order of the answer's columns.</summary>
    public IReadOnlyList<string> Dimensions { get; init; } = [];

    /// <summary>Time dimensions: periods to group by, and ranges of time; their columns stand after those of <see cref="Dimensions"/>.</summary>
    public IReadOnlyList<TimeDimension> TimeDimensions { get; init; } = [];

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

    /// <summary>Whether periods of the range asked in which nothing happened have a row.</summary>
    public MissingPeriods Missing { get; init; }

    /// <summary>Also count the rows that there are without limit and offset (<see cref="CubeResult.Total"/>).</summary>
    public RowCounting Counting { get; init; }

    /// <summary>Who asks; rows and members are narrowed to what the cubes' access policies let them see. Null: the owner of the warehouse, who sees all.</summary>
    public SecurityContext? Security { get; init; }

    /// <summary>Which stored coarser grains may serve the question.</summary>
    public RollupUse Rollups { get; init; }

    /// <summary>Members that rows are never ordered by, whatever else is said: their place would tell of values that are not shown.</summary>
    public IReadOnlyList<string> NeverOrderedBy { get; init; } = [];
}

/// <summary>A dimension of time in a question.</summary>
/// <param name="Dimension">A day such as <c>date.day</c>, or a moment such as <c>sales.ordered_at</c>.</param>
/// <param name="Granularity">
/// <c>second</c>, <c>minute</c>, <c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c>, <c>year</c>, <c>iso_week</c>, <c>fiscal_period</c>,
/// <c>fiscal_quarter</c> or <c>fiscal_year</c>: rows are grouped by its periods, each named by its first moment, in the column <c>DIMENSION.GRANULARITY</c>.
/// Null: filter only.
/// </param>
public sealed record TimeDimension(string Dimension, string? Granularity = null)
{
    /// <summary>Only rows within it; null: all.</summary>
    public DateRange? Range { get; init; }

    /// <summary>Ask once for each of these instead (<see cref="CompareRanges"/>); empty: no comparison.</summary>
    public IReadOnlyList<DateRange> Compare { get; init; } = [];
}

/// <summary>A range of time as asked.</summary>
/// <param name="From">A date, a period such as <c>2011-Q1</c>, or a phrase such as <c>last 6 months</c>, <c>this week</c>, <c>from 3 days ago to now</c>.</param>
/// <param name="To">The last date, included as a whole day; null when <paramref name="From"/> says it all.</param>
public sealed record DateRange(string From, string? To = null);

/// <summary>Whether periods without rows are shown.</summary>
public enum MissingPeriods
{
    /// <summary>They are left out.</summary>
    LeaveOut,

    /// <summary>Each has a row, its measures missing.</summary>
    Show,
}

/// <summary>Whether the rows that limits leave out are counted.</summary>
public enum RowCounting
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>All rows of the grain asked are counted.</summary>
    All,
}

/// <summary>Which stored coarser grains may serve a question.</summary>
public enum RollupUse
{
    /// <summary>Any that gives the same answer and is thought to be faster.</summary>
    Allowed,

    /// <summary>None: the facts themselves are read.</summary>
    Refused,
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

    /// <summary>Begins with none of the values, ignoring case; missing values pass.</summary>
    NotStartsWith,

    /// <summary>Ends with none of the values, ignoring case; missing values pass.</summary>
    NotEndsWith,

    /// <summary>On that day, or within that period.</summary>
    OnTheDate,

    /// <summary>Before the end of the date.</summary>
    BeforeOrOnDate,

    /// <summary>From the beginning of the date.</summary>
    AfterOrOnDate,
}
