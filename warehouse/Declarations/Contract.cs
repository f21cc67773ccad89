namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>A conformed contract: the columns that every source maps its records to, whatever they are called there.</summary>
/// <param name="Name">Name in snake_case, e.g. <c>order_line</c>.</param>
/// <param name="Grain">What one row means, in one sentence.</param>
/// <param name="Key">Columns that identify a row within its source. A source that cannot map all of them is keyed by file and record instead.</param>
/// <param name="Time">The column that says when the row happened or became valid; null when the contract has none.</param>
/// <param name="Columns">All columns, in declared order.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Contract(
    string Name, string Grain, IReadOnlyList<string> Key, string? Time, IReadOnlyList<ContractColumn> Columns, SourceLocation Where)
{
    /// <summary>
    /// The column that says when a row changed last: of several states of one row the newest stands, in whatever order they come. Null: the last to come stands.
    /// </summary>
    public string? Changed { get; init; }
}

/// <summary>One column of a contract.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Required">A record whose value is missing here is quarantined.</param>
/// <param name="Default">SQL literal used when a source does not map the column; null for NULL.</param>
/// <param name="Description">What it means, with its unit.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record ContractColumn(
    string Name, ColumnType Type, bool Required, string? Default, string? Description, SourceLocation Where)
{
    /// <summary>True when the values tell who a person is, or something of one person that is nobody else's business.</summary>
    public bool IsPersonal { get; init; }
}
