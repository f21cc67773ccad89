namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>
/// An open connection to a source database, for one stream: what differs between databases. Everything it is asked to run reads. Errors come as
/// <see cref="DatabaseException"/>.
/// </summary>
internal interface IDatabase : IDisposable
{
    /// <summary>The stream's relation as the database's FROM takes it: a quoted table, or a query in parentheses with a name.</summary>
    string Relation { get; }

    /// <summary>The columns of the relation, in its order.</summary>
    IReadOnlyList<SourceColumn> Columns(CancellationToken cancellation);

    /// <summary>A value that the engine spelled (a mark) as a literal that compares with the column.</summary>
    string Literal(SourceColumn column, string text);

    /// <summary>A text that a person wrote (the bound of a backfill) as a literal that compares with the column.</summary>
    string Bound(SourceColumn column, string text) => Literal(column, text);

    /// <summary>The statement that reads.</summary>
    string Select(SelectPlan plan);

    /// <summary>The condition that a record stands at a position or behind it, column by column.</summary>
    /// <param name="columns">The columns of the order, as <see cref="SourceColumn.Compared"/> spells them.</param>
    /// <param name="values">Their literals.</param>
    string AtOrBehind(IReadOnlyList<string> columns, IReadOnlyList<string> values);

    /// <summary>Runs a statement and hands every record to the sink.</summary>
    /// <param name="select">From <see cref="Select"/>.</param>
    /// <param name="columns">The columns it selects.</param>
    /// <param name="rows">Takes them.</param>
    /// <param name="cancellation">Stops it.</param>
    void Read(string select, IReadOnlyList<SourceColumn> columns, RowSink rows, CancellationToken cancellation);
}

/// <summary>A column of a relation in a source database.</summary>
/// <param name="Name">Its name in the source.</param>
/// <param name="Type">The type it lands in, as the engine spells it.</param>
/// <param name="Selected">The expression that is selected for it.</param>
/// <param name="Compared">The expression that is compared and ordered by.</param>
/// <param name="Form">How its values arrive; only the connector knows the numbers.</param>
internal sealed record SourceColumn(string Name, string Type, string Selected, string Compared, int Form)
{
    /// <summary>The type in which the engine compares two of its values, where it is not the landed one.</summary>
    public string OrderType { get; init; } = Type;

    /// <summary>The condition under which a value has no place in the order: NULL, infinity.</summary>
    public required string Missing { get; init; }

    /// <summary>Digits after the point of a decimal.</summary>
    public int Scale { get; init; }
}

/// <summary>What to select of a relation.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Condition">Which records; null for all.</param>
/// <param name="Order">The columns to order by; none for any order.</param>
/// <param name="Limit">Most records; null for all.</param>
internal sealed record SelectPlan(IReadOnlyList<SourceColumn> Columns, string? Condition, IReadOnlyList<SourceColumn> Order, long? Limit);
