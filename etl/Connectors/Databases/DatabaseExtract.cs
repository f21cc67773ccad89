using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Reads one delivery of a table: all of it, what its cursor says is new, a range of it, or some records to look at.</summary>
/// <param name="database">The open database.</param>
/// <param name="stream">The stream.</param>
/// <param name="target">Where to write.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class DatabaseExtract(
    IDatabase database, StreamContext stream, ExtractTarget target, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
{
    /// <summary>Records of one chunk of an incremental stream, when it does not say.</summary>
    public const long ChunkRows = 5_000_000;

    private readonly DateTime began = stream.Clock.GetUtcNow().UtcDateTime;
    private readonly IReadOnlyList<SourceColumn> columns = database.Columns(cancellation);

    /// <summary>Reads what <paramref name="found"/> names, on from its state.</summary>
    public LandedBatch Run(Discovery found)
    {
        var sync = stream.Stream.Sync;
        return target.From is not null || target.To is not null ? Range(found)
            : target.Limit is { } limit ? Part(found, null, limit)
            : sync.Load == LoadMode.Incremental ? new CursorExtract(this, database, stream, cancellation).Run(found)
            : sync.ChunkRows is { } chunk && stream.Stream.Key.Count > 0 ? new CursorExtract(this, database, stream, cancellation).RunByKey(found, chunk)
            : Full(found);
    }

    /// <summary>Writes the keys of all records.</summary>
    public void Keys()
    {
        var keys = stream.Stream.Key.Select(Column).ToList();
        using var table = new LandingTable(stream.Scratch, keys);
        table.Fill(stream.Name, rows => database.Read(database.Select(new(keys, null, [], null)), keys, rows, cancellation), progress, cancellation);
        table.CopyColumns(target.ParquetPath, cancellation);
    }

    /// <summary>A column of the relation by the name that the declaration uses.</summary>
    public SourceColumn Column(string name) =>
        columns.FirstOrDefault(c => c.Name == name) ?? columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new CrmException(
            FailureKind.CheckFailed, $"no column '{name}'", $"{stream.Stream.Where} ({stream.Name})",
            NearestName.Expected("a column of the stream", name, [.. columns.Select(c => c.Name)]), "Correct the name in key or cursor");

    /// <summary>A table to gather a delivery in.</summary>
    public LandingTable Table() => new(stream.Scratch, columns);

    /// <summary>Adds the records of a condition to a delivery.</summary>
    public void Read(RowSink rows, string? condition, IReadOnlyList<SourceColumn> order, long? limit) =>
        database.Read(database.Select(new(columns, condition, order, limit)), columns, rows, cancellation);

    /// <summary>Fills the table.</summary>
    public RowSink Fill(LandingTable table, Discovery found, Action<RowSink> read) => table.Fill(found.Items[0].Path, read, progress, cancellation);

    /// <summary>Writes the delivery and says what it is.</summary>
    public LandedBatch Batch(Discovery found, LandingTable table, RowSink rows, bool numbered = false)
    {
        table.Copy(target.ParquetPath, numbered || rows.Rejects.Count > 0, cancellation);
        progress?.Report(new(1, 1, rows.Bytes, rows.Bytes, rows.Records));
        string[] warnings = [.. table.Warnings, .. rows.Warnings];
        var item = found.Items[0];
        var file = new LandedFile(
            0, item.Path, rows.Bytes, began, "", item.Change, 0, rows.Records - rows.Rejects.Count, rows.Rejects.Count, warnings);
        return new(target.ParquetPath, [file], rows.Rejects, table.Landed, []) { State = found.State, Warnings = warnings };
    }

    /// <summary>Everything, as one delivery.</summary>
    public LandedBatch Full(Discovery found)
    {
        using var table = Table();
        var rows = Fill(table, found, r => Read(r, null, [], null));
        var state = new DatabaseState { Hash = table.Hash() + rows.RejectsHash() };

        // A key that is only in a rejected record is not gone.
        return Batch(found, table, rows) with { State = state.ToString(), IsSnapshot = rows.Rejects.Count == 0 };
    }

    private LandedBatch Range(Discovery found)
    {
        var cursor = Column(stream.Stream.Sync.Cursor ?? throw new CrmException(
            FailureKind.WrongUse, "a range of a stream without a cursor", $"{stream.Stream.Where} ({stream.Name})", "cursor: a column that grows with every change",
            "Add it, or load the stream as a whole"));
        var bounds = new List<string> { $"NOT ({cursor.Missing})" };
        if (target.From is { } from)
        {
            bounds.Add($"{cursor.Compared} >= {database.Bound(cursor, from)}");
        }

        if (target.To is { } to)
        {
            bounds.Add($"{cursor.Compared} < {database.Bound(cursor, to)}");
        }

        return Part(found, string.Join(" AND ", bounds), target.Limit);
    }

    private LandedBatch Part(Discovery found, string? condition, long? limit)
    {
        using var table = Table();
        return Batch(found, table, Fill(table, found, r => Read(r, condition, [], limit)));
    }
}
