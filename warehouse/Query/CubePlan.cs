using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// A question, resolved: which table, which joins, which expressions, which typed values. Immutable, knows no engine, and holds no text that the
/// asker wrote but values, which travel as parameters. Expressions come from declarations; column names in them are as declared or quoted by the planner.
/// </summary>
public sealed record CubePlan
{
    /// <summary>The question.</summary>
    public required CubeQuery Query { get; init; }

    /// <summary>
    /// What is read: one block for every fact, span of time or other grain that a measure needs. Each is aggregated on its own and then joined on the
    /// dimensions, so that no row of one is counted for the rows of another. A question without measures has one block of one table.
    /// </summary>
    public required IReadOnlyList<PlannedBlock> Blocks { get; init; }

    /// <summary>What rows are grouped by: the dimensions as asked, then the time dimensions with a granularity.</summary>
    public required IReadOnlyList<PlannedDimension> Dimensions { get; init; }

    /// <summary>What is computed for each group, as asked.</summary>
    public required IReadOnlyList<PlannedMeasure> Measures { get; init; }

    /// <summary>Conditions on measures: which groups are shown; all must hold. Totals stand over what the row filters leave.</summary>
    public required IReadOnlyList<PlannedCondition> GroupFilters { get; init; }

    /// <summary>Sort keys, ending with every dimension so that the order is total. Nulls last.</summary>
    public required IReadOnlyList<PlannedOrder> Order { get; init; }

    /// <summary>Totals, none where there is nothing to total over.</summary>
    public required Totals Totals { get; init; }

    /// <summary>Most rows of the grain asked.</summary>
    public required int Limit { get; init; }

    /// <summary>Rows of the grain asked to leave out at the start.</summary>
    public required int Offset { get; init; }

    /// <summary>Which stored coarser grain serves the question, and why the others do not.</summary>
    public RollupChoice Rollup { get; init; } = RollupChoice.None;

    /// <summary>The past run whose warehouse is read; null: now.</summary>
    public int? AsOfRun => Query.AsOfRun;

    /// <summary>The plan, reading the warehouse as a run left it; null: as it is planned.</summary>
    public CubePlan At(int? run) => run is null ? this : this with { Query = Query with { AsOfRun = run } };

    /// <summary>The most rows answered when the question sets no limit.</summary>
    public const int DefaultLimit = 10_000;
}

/// <summary>Something that is aggregated on its own: one fact (or a rollup of it) over one span of time around each group.</summary>
/// <param name="Name">Its name in the statement.</param>
/// <param name="Cube">The cube; null for the members of a dimension.</param>
/// <param name="From">The fact, or the dimension whose members are listed.</param>
/// <param name="Joins">The dimension roles that some member needs; none else.</param>
/// <param name="Segments">Declared conditions on rows (segments), as SQL over the table's columns; all must hold.</param>
/// <param name="RowFilters">Conditions on dimensions: which rows count, those of access policies among them; all must hold.</param>
/// <param name="Leaves">The aggregates that it computes.</param>
public sealed record PlannedBlock(
    string Name, string? Cube, PlannedTable From, IReadOnlyList<PlannedJoin> Joins, IReadOnlyList<string> Segments,
    IReadOnlyList<PlannedCondition> RowFilters, IReadOnlyList<PlannedMeasure> Leaves)
{
    /// <summary>The span of time around each group that counts; null: the group itself.</summary>
    public TimeFrame? Frame { get; init; }

    /// <summary>The calendar of the frame, when there is one.</summary>
    public PlannedCalendar? Calendar { get; init; }

    /// <summary>The calendar whose periods all have a row, when the question asks for missing ones and the block has no frame.</summary>
    public PlannedCalendar? Spine { get; init; }

    /// <summary>How one value over time stands for all; null: values are added.</summary>
    public PlannedChoice? Choice { get; init; }

    /// <summary>The dimensions of the question that it is grouped by, by number of leading dimensions that a row of the answer has; null: all of those.</summary>
    public GroupChange? Regroup { get; init; }

    /// <summary>Bridges through which some member is reached.</summary>
    public IReadOnlyList<PlannedBridge> Bridges { get; init; } = [];

    /// <summary>When a rollup serves it: for each aggregate's column the stored one with its parts; null otherwise.</summary>
    public IReadOnlyDictionary<string, string>? StoredColumns { get; init; }
}

/// <summary>Which of the question's dimensions an aggregate is grouped by.</summary>
/// <param name="Name">What it is called in names of columns.</param>
/// <param name="Only">The dimensions that stay if they are asked; null: all.</param>
/// <param name="Without">The dimensions that go.</param>
/// <param name="Of">For shares: what they are a share of; then the other two do not count.</param>
public sealed record GroupChange(string Name, IReadOnlyList<string>? Only, IReadOnlyList<string> Without, ShareOf? Of)
{
    /// <summary>The positions of the dimensions that stay in a row grouped by the first <paramref name="leading"/> of them.</summary>
    public IReadOnlyList<int> Kept(IReadOnlyList<PlannedDimension> dimensions, int leading) => Of switch
    {
        ShareOf.Total => [],
        ShareOf.Parent => [.. Enumerable.Range(0, Math.Max(0, leading - 1))],
        _ => [.. Enumerable.Range(0, leading).Where(i => (Only is null || Names(Only, dimensions[i])) && !Names(Without, dimensions[i]))],
    };

    private static bool Names(IReadOnlyList<string> names, PlannedDimension dimension)
        => names.Contains(dimension.Member) || (dimension.Granularity is { } granularity && names.Contains(dimension.Member[..^(granularity.Length + 1)]));

    /// <summary>By what it changes.</summary>
    public bool Equals(GroupChange? other) => other is not null && other.Name == Name;

    /// <summary>By what it changes.</summary>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
}

/// <summary>A table that is read.</summary>
/// <param name="Table">Table with its schema.</param>
/// <param name="HistoryTable">Where its superseded rows are, with the schema.</param>
/// <param name="Alias">Its name in the statement.</param>
/// <param name="Columns">Its columns that any expression of the plan uses, in name order.</param>
/// <param name="Condition">A condition that always holds for what is read of it; null for none.</param>
public sealed record PlannedTable(string Table, string HistoryTable, string Alias, IReadOnlyList<string> Columns, string? Condition);

/// <summary>A dimension joined in one role. Every fact row has exactly one member (the unknown one has key 0), so the join neither drops nor doubles rows.</summary>
/// <param name="Table">The dimension's table; the alias is the role.</param>
/// <param name="FactColumn">The fact's key column.</param>
/// <param name="KeyColumn">The dimension's key column.</param>
public sealed record PlannedJoin(PlannedTable Table, string FactColumn, string KeyColumn);

/// <summary>A member of the question, resolved.</summary>
/// <param name="Member">Its name as asked: <c>cube.member</c> or <c>role.attribute</c>.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Group">Name for people of the cube or dimension it belongs to.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Format">How values are shown.</param>
public abstract record PlannedMember(string Member, string Title, string Group, string? Description, ColumnType Type, string? Format);

/// <summary>A dimension, resolved.</summary>
/// <param name="Member">Name as asked.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Group">Name for people of what it belongs to.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Format">How values are shown.</param>
/// <param name="Sql">The expression over the plan's table, or the column that a join brings.</param>
public sealed record PlannedDimension(
    string Member, string Title, string Group, string? Description, ColumnType Type, string? Format, string Sql)
    : PlannedMember(Member, Title, Group, Description, Type, Format)
{
    /// <summary>The role (or bridge) that brings it; null for the fact's own.</summary>
    public string? Role { get; init; }

    /// <summary>For attributes of the calendar: the grain of its values; null for parts of periods (weekdays, months of the year) and all else.</summary>
    public PeriodGrain? Grain { get; init; }

    /// <summary>For attributes of the calendar: the grain that a value has together with its year; null for all else.</summary>
    public PeriodGrain? PartGrain { get; init; }

    /// <summary>The period that a time dimension is grouped by; null for other dimensions.</summary>
    public string? Granularity { get; init; }

    /// <summary>True when it orders groups in time.</summary>
    public bool IsTime => Type.Kind is TypeKind.Date or TypeKind.Timestamp || Format is "day" or "week" or "month" or "quarter" or "year";
}

/// <summary>A measure, resolved.</summary>
/// <param name="Member">Name as asked.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Group">Name for people of its cube.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Format">How values are shown.</param>
/// <param name="Aggregate">How it is computed.</param>
/// <param name="Sql">The expression over the fact's columns; for <see cref="MeasureType.Number"/> over <c>{parts}</c>, divisions made safe; null for a plain count.</param>
/// <param name="Filters">Conditions over the fact's columns; only rows that meet all count.</param>
/// <param name="Parts">For <see cref="MeasureType.Number"/>: the measures it is computed from, by the name it calls them.</param>
public sealed record PlannedMeasure(
    string Member, string Title, string Group, string? Description, ColumnType Type, string? Format,
    MeasureType Aggregate, string? Sql, IReadOnlyList<string> Filters, IReadOnlyDictionary<string, PlannedMeasure> Parts)
    : PlannedMember(Member, Title, Group, Description, Type, Format)
{
    /// <summary>The cube that it belongs to.</summary>
    public string Cube { get; init; } = "";

    /// <summary>For <see cref="MeasureType.Percentile"/>: the share, 0–1.</summary>
    public double Percentile { get; init; }

    /// <summary>The span of time it is computed over, for aggregates; null: the group itself.</summary>
    public TimeFrame? Frame { get; init; }

    /// <summary>How one value over time stands for all, for aggregates; null: values are added.</summary>
    public NonAdditive? NonAdditive { get; init; }

    /// <summary>The dimensions it is grouped by, for aggregates; null: those of the question.</summary>
    public GroupChange? Regroup { get; init; }

    /// <summary>For ranks: sort keys over <c>{parts}</c>.</summary>
    public IReadOnlyList<RankOrder> OrderBy { get; init; } = [];

    /// <summary>For ranks: dimensions that are ranked among each other; null: all.</summary>
    public IReadOnlyList<string>? RankedAmong { get; init; }

    /// <summary>Members that a list of the rows behind it shows.</summary>
    public IReadOnlyList<string> DrillMembers { get; init; } = [];

    /// <summary>For aggregates that a rollup serves: the column that holds its parts; null otherwise.</summary>
    public string? Stored { get; init; }

    /// <summary>True for what a block aggregates; false for what is computed from aggregates.</summary>
    public bool IsLeaf => Aggregate is not (MeasureType.Number or MeasureType.Rank or MeasureType.Share);

    /// <summary>The name of its column in its block.</summary>
    public string Column => $"{Member}{(Frame is null ? "" : $" {Frame}")}{(Regroup is null ? "" : $" {Regroup.Name}")}";

    /// <summary>The aggregates that it is computed from; itself when it is one.</summary>
    public IEnumerable<PlannedMeasure> Leaves => IsLeaf ? [this] : Parts.Values.SelectMany(p => p.Leaves);
}

/// <summary>A sort key.</summary>
/// <param name="Member">A member of the answer.</param>
/// <param name="Descending">True for the largest first.</param>
public sealed record PlannedOrder(string Member, bool Descending);
