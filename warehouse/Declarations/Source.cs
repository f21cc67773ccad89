namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>One source system: how to reach it, its streams, and how its records become contract rows.</summary>
/// <param name="Name">Name in snake_case, unique in the project.</param>
/// <param name="Connector">Connector kind, e.g. <c>files</c>.</param>
/// <param name="Options">The connector's own options at source level, as written (scalars only), by name.</param>
/// <param name="TimeZone">IANA zone of timestamps without one; null for the project's.</param>
/// <param name="Streams">Its streams.</param>
/// <param name="Maps">How streams become contract rows.</param>
/// <param name="Rules">Quality rules.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Source(
    string Name, string Connector, IReadOnlyDictionary<string, OptionValue> Options, string? TimeZone,
    IReadOnlyList<SourceStream> Streams, IReadOnlyList<ContractMap> Maps, IReadOnlyList<QualityRule> Rules, SourceLocation Where);

/// <summary>An option's value with its place, so that a connector can point at it. Lists hold their items, scalars one item.</summary>
/// <param name="Items">The scalar, or the items of the list, as written.</param>
/// <param name="Where">Where the value stands.</param>
public sealed record OptionValue(IReadOnlyList<string> Items, SourceLocation Where)
{
    /// <summary>The only item.</summary>
    public string Text => Items[0];
}

/// <summary>One stream of records of a source: a table, a set of files, an endpoint.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Options">The connector's options for the stream (for files: path, format, delimiter, quote, encoding, compression, header …).</param>
/// <param name="Key">Columns that identify a record; empty when none do (then file and record number do).</param>
/// <param name="Columns">Declared types of raw columns; columns not named here stay as the connector gives them.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record SourceStream(
    string Name, IReadOnlyDictionary<string, OptionValue> Options, IReadOnlyList<string> Key,
    IReadOnlyList<StreamColumn> Columns, SourceLocation Where);

/// <summary>The declared type of a raw column.</summary>
/// <param name="Name">The column as the source spells it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Format">strptime pattern for dates and timestamps; null for ISO 8601.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record StreamColumn(string Name, ColumnType Type, string? Format, SourceLocation Where);

/// <summary>How a stream's records become rows of one contract.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="From">The stream (later: a join of streams).</param>
/// <param name="Filter">Condition over the stream's columns (<c>where</c>); records that do not meet it make no row of this contract. Null: all do.</param>
/// <param name="Columns">Contract column → SQL expression over the stream's columns; empty when the stream bears the contract's name and columns itself.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record ContractMap(
    string Contract, string From, MappedExpression? Filter, IReadOnlyDictionary<string, MappedExpression> Columns, SourceLocation Where);

/// <summary>An SQL expression with its place.</summary>
/// <param name="Sql">The expression.</param>
/// <param name="Where">Where it stands.</param>
public sealed record MappedExpression(string Sql, SourceLocation Where);

/// <summary>What happens to a record that breaks a quality rule.</summary>
public enum RuleSeverity
{
    /// <summary>It is loaded and counted.</summary>
    Warn,

    /// <summary>It goes to the quarantine.</summary>
    Quarantine,

    /// <summary>The run fails, and nothing that readers see changes.</summary>
    Fail,
}

/// <summary>A condition that contract rows of a source must meet.</summary>
/// <param name="Contract">The contract it is about; null: every contract that has all its columns.</param>
/// <param name="Rule">Condition over contract columns; a row passes unless it is false.</param>
/// <param name="Severity">What happens to a row that does not pass.</param>
/// <param name="Name">Name for people; the condition itself when not given.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record QualityRule(string? Contract, string Rule, RuleSeverity Severity, string Name, SourceLocation Where);
