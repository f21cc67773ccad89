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

    /// <summary>Events or coverage that are only counted.</summary>
    Factless,

    /// <summary>Several members of a dimension for one thing, each with its share; a table <c>bridge_NAME</c>.</summary>
    Bridge,
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
    /// <summary>How its rows follow from other facts; null when they come from a contract or a model.</summary>
    public DerivedFact? Derived { get; init; }

    /// <summary>For a bridge: the share of each member, which sums to 1 over the rows of one thing; null otherwise.</summary>
    public BridgeWeight? Weight { get; init; }

    /// <summary>The table with its schema.</summary>
    public string Table => $"star.{TableName}";

    /// <summary>Where superseded rows are kept, with the schema.</summary>
    public string HistoryTable => $"star.{TableName}_history";
}

/// <summary>The role a dimension plays in a fact.</summary>
/// <param name="Role">Name of the role; equals the dimension's name unless the dimension plays several.</param>
/// <param name="Dimension">The dimension.</param>
/// <param name="Column">
/// The column of the fact's contract that holds the member's business key (or its first part; for dates, the moment). In a derived fact the column of its
/// own with the moment, or the role that the facts it is made from play.
/// </param>
/// <param name="Where">Where it is declared.</param>
public sealed record FactRole(string Role, string Dimension, string Column, SourceLocation Where)
{
    /// <summary>The columns for all parts of the dimension's key, in its order.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [Column];
}

/// <summary>A column of a fact.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Sql">Expression over the contract's columns.</param>
/// <param name="Description">What it means, with its unit.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record FactColumn(string Name, ColumnType Type, string Sql, string? Description, SourceLocation Where)
{
    /// <summary>
    /// The contract column with the currency that the amount is in; the fact then holds it in the project's currency, by the rate of the fact's day. Null
    /// for what is not converted.
    /// </summary>
    public string? Currency { get; init; }

    /// <summary>SQL literal where a derived fact has no value; null for NULL.</summary>
    public string? Default { get; init; }
}

/// <summary>How rows of a fact follow from the rows of other facts, inside the run that changes those.</summary>
/// <param name="Each">What a row stands for: dimension roles and columns that all those facts have.</param>
/// <param name="Period">null, <c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c> or <c>year</c>: one row for each of them too, dated with its first day.</param>
/// <param name="Parts">What is taken from each fact.</param>
public sealed record DerivedFact(IReadOnlyList<string> Each, string? Period, IReadOnlyList<DerivedPart> Parts);

/// <summary>What a derived fact takes from one other fact.</summary>
/// <param name="Fact">The other fact.</param>
/// <param name="Columns">Column of the derived fact → aggregate over columns of the other.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record DerivedPart(string Fact, IReadOnlyDictionary<string, string> Columns, SourceLocation Where);

/// <summary>The share of each member in a bridge.</summary>
/// <param name="Column">The fact's column with the share, 0–1.</param>
/// <param name="Of">The columns that name the thing whose shares sum to 1.</param>
public sealed record BridgeWeight(string Column, IReadOnlyList<string> Of);
