namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>Kimball's kinds of fact table.</summary>
public enum FactKind
{
    /// <summary>One row per event.</summary>
    Transaction,

    /// <summary>One row per entity and period.</summary>
    PeriodicSnapshot,

    /// <summary>One row per process instance, updated as it passes its milestones.</summary>
    AccumulatingSnapshot,

    /// <summary>Scores that a model writes back, one dated snapshot at a time.</summary>
    Score,
}

/// <summary>
/// A fact table <c>star.TABLE</c>. Beside its declared columns it has one key per dimension role (<c>ROLE_key</c>, and <c>ROLE_version_key</c> when the
/// dimension is versioned) and the audit columns <c>run_id</c>, <c>source_file</c> (key into <c>meta.source_file</c>), <c>source_record</c>. Rows that
/// a later run changes or removes move to <c>star.TABLE_history</c> with <c>run_from</c> (inclusive) and <c>run_to</c> (exclusive).
/// </summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="TableName">Table name without schema: <c>fact_NAME</c> or <c>score_NAME</c>.</param>
/// <param name="Kind">Kind of fact table.</param>
/// <param name="Grain">What one row means, in one sentence.</param>
/// <param name="From">The contract its rows come from; null when a model writes it.</param>
/// <param name="Time">The column that dates the row.</param>
/// <param name="Roles">Its dimension roles.</param>
/// <param name="Columns">Its own columns: degenerate dimensions and measures.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Fact(
    string Name, string TableName, FactKind Kind, string Grain, string? From, string? Time,
    IReadOnlyList<FactRole> Roles, IReadOnlyList<FactColumn> Columns, SourceLocation Where)
{
    /// <summary>The table with its schema.</summary>
    public string Table => $"star.{TableName}";

    /// <summary>Where superseded rows are kept, with the schema.</summary>
    public string HistoryTable => $"star.{TableName}_history";
}

/// <summary>The role a dimension plays in a fact.</summary>
/// <param name="Role">Name of the role; equals the dimension's name unless the dimension plays several.</param>
/// <param name="Dimension">The dimension.</param>
/// <param name="Column">The column of the fact's contract that holds the member's business key (or, for dates, the moment).</param>
/// <param name="Where">Where it is declared.</param>
public sealed record FactRole(string Role, string Dimension, string Column, SourceLocation Where);

/// <summary>A column of a fact.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Sql">Expression over the contract's columns.</param>
/// <param name="Description">What it means, with its unit.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record FactColumn(string Name, ColumnType Type, string Sql, string? Description, SourceLocation Where);
