using Crm.Analytics.Etl.Connectors.Databases;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>Writes entries of the log as records: an insert or update is the record after it, a delete its key; a key that changes is a delete and an insert.</summary>
internal sealed class ChangeRows(ChangeSlot slot, StreamContext stream, IReadOnlyList<SourceColumn> columns, RowSink rows) : IDisposable
{
    private readonly IReadOnlyList<string> keys = stream.Stream.Key;
    private NpgsqlConnection? now;

    /// <summary>Whether an entry is about the stream's table.</summary>
    public bool IsOurs(ChangeRecord change) => change.Table == $"{slot.Table.Schema}.{slot.Table.Name}";

    /// <summary>Writes an entry, if it is about the table's records.</summary>
    public void Write(ChangeRecord change)
    {
        if (!IsOurs(change) || change.Kind == ChangeKind.Truncate)
        {
            return;
        }

        if (change.Kind == ChangeKind.Delete)
        {
            Deleted(change.Old!);
            return;
        }

        if (change.Old is { } old && keys.Any(k => old.TryGetValue(k, out var before) && before.Text != change.New!.GetValueOrDefault(k).Text))
        {
            Deleted(old);
        }

        if (Whole(change) is { } record)
        {
            Row(record, isDeleted: false);
        }
    }

    public void Dispose() => now?.Dispose();

    private void Deleted(IReadOnlyDictionary<string, ChangedValue> old)
    {
        if (keys.FirstOrDefault(k => !old.ContainsKey(k)) is { } missing)
        {
            throw slot.Refusal(
                $"a log that does not tell the key column {missing} of deleted records", "a replica identity with every column of the key",
                $"Run as the table's owner: ALTER TABLE \"{slot.Table.Schema}\".\"{slot.Table.Name}\" REPLICA IDENTITY FULL; or declare its primary key as key");
        }

        Row(keys.ToDictionary(k => k, k => old[k], StringComparer.Ordinal), isDeleted: true);
    }

    /// <summary>
    /// Long values that did not change are not in the log: they are taken from the record before, where the log has it all, else from the table as it is now.
    /// When the record is gone from there, the log tells so further on, and this entry is left out.
    /// </summary>
    private Dictionary<string, ChangedValue>? Whole(ChangeRecord change)
    {
        var record = new Dictionary<string, ChangedValue>(change.New!, StringComparer.Ordinal);
        foreach (var name in record.Where(v => v.Value.IsUnchanged).Select(v => v.Key).ToList())
        {
            if (change.Old is { } old && old.TryGetValue(name, out var before) && !before.IsUnchanged)
            {
                record[name] = before;
            }
        }

        string[] unknown = [.. record.Where(v => v.Value.IsUnchanged).Select(v => v.Key)];
        if (unknown.Length == 0)
        {
            return record;
        }

        now ??= PostgresConnection.Open(stream);
        var found = slot.Row(now, unknown, [.. keys.Select(k => (k, record.GetValueOrDefault(k).Text))]);
        for (var i = 0; i < unknown.Length && found is not null; i++)
        {
            record[unknown[i]] = new(found[i], false);
        }

        return found is null ? null : record;
    }

    private void Row(IReadOnlyDictionary<string, ChangedValue> record, bool isDeleted)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (record.TryGetValue(columns[i].Name, out var value) && value.Text is { } text)
            {
                rows[i].Text(text);
            }
            else
            {
                rows[i].Null();
            }
        }

        rows[columns.Count].Boolean(isDeleted);
        rows.EndRow();
    }
}
