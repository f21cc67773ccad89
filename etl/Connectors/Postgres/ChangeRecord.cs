namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>What happened to a record.</summary>
internal enum ChangeKind
{
    /// <summary>A transaction begins.</summary>
    Begin,

    /// <summary>A transaction ended; what it did counts.</summary>
    Commit,

    Insert,
    Update,
    Delete,

    /// <summary>All records of the table are gone.</summary>
    Truncate,
}

/// <summary>One entry of the log of changes.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Table">The table as <c>schema.table</c>, unquoted; empty for transactions.</param>
/// <param name="Old">The record before, as far as the log tells: the key, or all of it.</param>
/// <param name="New">The record after.</param>
internal sealed record ChangeRecord(ChangeKind Kind, string Table, IReadOnlyDictionary<string, ChangedValue>? Old, IReadOnlyDictionary<string, ChangedValue>? New);

/// <summary>A value in the log.</summary>
/// <param name="Text">The value as the server writes it; null for NULL.</param>
/// <param name="IsUnchanged">The value was long, did not change, and is not in the log.</param>
internal readonly record struct ChangedValue(string? Text, bool IsUnchanged);

/// <summary>Reads what an output plugin wrote.</summary>
internal interface IChangeReader
{
    /// <summary>The function that shows the log without moving on in it.</summary>
    string PeekPart { get; }

    /// <summary>The entries of a message, in their order.</summary>
    IEnumerable<ChangeRecord> Read(object data);
}
