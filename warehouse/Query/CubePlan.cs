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

    /// <summary>The fact, or the dimension whose members are listed.</summary>
    public required PlannedTable From { get; init; }

    /// <summary>The dimension roles that some member needs; none else.</summary>
    public required IReadOnlyList<PlannedJoin> Joins { get; init; }

    /// <summary>What rows are grouped by, as asked.</summary>
    public required IReadOnlyList<PlannedDimension> Dimensions { get; init; }

    /// <summary>What is computed for each group, as asked.</summary>
    public required IReadOnlyList<PlannedMeasure> Measures { get; init; }

    /// <summary>Declared conditions on rows (segments), as SQL over the table's columns; all must hold.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>Conditions on dimensions: which rows count; all must hold.</summary>
    public required IReadOnlyList<PlannedCondition> RowFilters { get; init; }

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

    /// <summary>The past run whose warehouse is read; null: now.</summary>
    public int? AsOfRun => Query.AsOfRun;

    /// <summary>The most rows answered when the question sets no limit.</summary>
    public const int DefaultLimit = 10_000;
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
    : PlannedMember(Member, Title, Group, Description, Type, Format);

/// <summary>A sort key.</summary>
/// <param name="Member">A member of the answer.</param>
/// <param name="Descending">True for the largest first.</param>
public sealed record PlannedOrder(string Member, bool Descending);
