using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>The replication slot of a stream, and what it needs; on a connection of its own.</summary>
internal sealed class ChangeSlot : IDisposable
{
    private static readonly SqlFile Sql = SqlFile.Beside<ChangeSlot>();
    private readonly StreamContext stream;
    private readonly NpgsqlConnection connection;
    private readonly string relation;
    private readonly string publication;
    private readonly string plugin;
    private readonly CancellationToken cancellation;

    public ChangeSlot(StreamContext stream, CancellationToken cancellation)
    {
        (this.stream, this.cancellation) = (stream, cancellation);
        var otherwise = $"crm_{stream.Source.Name}_{stream.Stream.Name}";
        otherwise = otherwise.Length > 63 ? otherwise[..63] : otherwise;
        Name = stream.Stream.Options.GetValueOrDefault("slot")?.Text ?? otherwise;
        publication = stream.Stream.Options.GetValueOrDefault("publication")?.Text ?? otherwise;
        plugin = stream.Stream.Options.GetValueOrDefault("decoder")?.Text ?? "pgoutput";
        var table = stream.Stream.Options.GetValueOrDefault("table")?.Text ?? throw Refusal("no table", "table: the table whose changes are read, not a query", "Add it");
        var parts = RelationName.Parts(table);
        Table = parts.Count > 1 ? (parts[^2], parts[^1]) : ("public", parts[0]);
        relation = $"{SqlName.Quote(Table.Schema)}.{SqlName.Quote(Table.Name)}";
        connection = PostgresConnection.Open(stream);
        try
        {
            Guarded(() =>
            {
                PostgresSnapshot.Settle(connection);
                return 0;
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The slot's name.</summary>
    public string Name { get; }

    /// <summary>The table.</summary>
    public (string Schema, string Name) Table { get; }

    /// <summary>What reads the log.</summary>
    public IChangeReader Reader() => plugin == "pgoutput" ? new PgOutputReader() : new TestDecodingReader();

    /// <summary>Where the slot stands; null when there is none.</summary>
    public ulong? Place() => Guarded<ulong?>(() =>
    {
        using var reader = Command("slot", ("name", Name)).ExecuteReader();
        return !reader.Read() ? null
            : reader.GetString(0) == plugin ? LogPlace.Parse(reader.GetString(1))
            : throw Refusal($"slot {Name} of {reader.GetString(0)}", $"a slot of {plugin}", "Name another slot, or correct the decoder");
    });

    /// <summary>Makes the slot, and the publication it needs. Answers where it stands.</summary>
    public ulong Create()
    {
        var level = Guarded(() => (string)Command("level").ExecuteScalar()!);
        if (level != "logical")
        {
            throw Refusal($"wal_level = {level}", "wal_level = logical", "Set wal_level = logical in postgresql.conf and start the server anew, or use load: incremental");
        }

        CheckIdentity();
        if (plugin == "pgoutput")
        {
            Publish();
        }

        return Place() ?? LogPlace.Parse(Allowed(
            () => (string)Command("create", ("name", Name), ("plugin", plugin)).ExecuteScalar()!,
            "ALTER ROLE … REPLICATION for the source's user"));
    }

    /// <summary>Lets the server forget what stands before a place.</summary>
    public void Advance(ulong place) => Guarded(() => Command("advance", ("name", Name), ("lsn", LogPlace.Text(place))).ExecuteScalar());

    /// <summary>The end of the log.</summary>
    public ulong End() => Guarded(() => LogPlace.Parse((string)Command("end").ExecuteScalar()!));

    /// <summary>Shows the log from the slot's place on, without moving it.</summary>
    /// <param name="reader">What reads it.</param>
    /// <param name="until">The last place wanted.</param>
    /// <param name="entry">Gets each entry: its place, its transaction, its data.</param>
    public void Peek(IChangeReader reader, ulong until, Action<ulong, uint, object> entry) => Guarded(() =>
    {
        using var rows = Command(reader.PeekPart, ("name", Name), ("until", LogPlace.Text(until)), ("publication", publication)).ExecuteReader();
        while (rows.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            entry(LogPlace.Parse(rows.GetString(0)), uint.Parse(rows.GetString(1), System.Globalization.CultureInfo.InvariantCulture), rows.GetValue(2));
        }

        return 0;
    });

    /// <summary>What the transaction of a connection sees, and the end of the log when it began.</summary>
    public (string Snapshot, string Until) Snapshot(NpgsqlConnection of) => Guarded(() =>
    {
        using var command = of.CreateCommand();
        command.CommandText = Sql.Fill("snapshot");
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetString(0), reader.GetString(1));
    });

    /// <summary>Some columns of a record as it is now, as text; null when it is gone.</summary>
    /// <param name="of">A connection that is free.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="key">Its key.</param>
    public string?[]? Row(NpgsqlConnection of, IReadOnlyList<string> columns, IReadOnlyList<(string Column, string? Value)> key) => Guarded(() =>
    {
        using var command = of.CreateCommand();
        command.CommandText = Sql.Fill(
            "row", ("columns", SqlName.List(columns.Select(c => $"{SqlName.Quote(c)}::text"))), ("relation", relation),
            ("condition", string.Join(" AND ", key.Select(k => k.Value is null ? $"{SqlName.Quote(k.Column)} IS NULL" : $"{SqlName.Quote(k.Column)} = {SqlName.Literal(k.Value)}"))));
        using var reader = command.ExecuteReader();
        return reader.Read() ? [.. Enumerable.Range(0, columns.Count).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))] : (string?[]?)null;
    });

    /// <summary>The error for what cannot be followed as declared.</summary>
    public CrmException Refusal(string found, string expected, string next) =>
        new(FailureKind.CheckFailed, found, $"{stream.Stream.Where} ({stream.Name})", expected, next);

    public void Dispose() => connection.Dispose();

    /// <summary>Without a replica identity the server would refuse its own users' updates as soon as the table is published.</summary>
    private void CheckIdentity()
    {
        var (identity, hasKey) = Guarded(() =>
        {
            using var reader = Command("identity", ("relation", relation)).ExecuteReader();
            return reader.Read() ? (reader.GetString(0), reader.GetBoolean(1)) : ("d", true);
        });
        if (identity == "n" || (identity == "d" && !hasKey))
        {
            throw Refusal(
                $"table {relation} without a primary key or replica identity", "a table whose log tells which record changed",
                $"Run as its owner: ALTER TABLE {relation} REPLICA IDENTITY FULL");
        }
    }

    private void Publish()
    {
        var isPublished = Guarded(() => (long)Command("publication", ("name", publication), ("schema", Table.Schema), ("table", Table.Name)).ExecuteScalar()! > 0);
        if (!isPublished)
        {
            var publish = Sql.Fill("publish", ("publication", SqlName.Quote(publication)), ("relation", relation)).Trim();
            Allowed(() => Command("publish", ("publication", SqlName.Quote(publication)), ("relation", relation)).ExecuteNonQuery(), publish);
        }
    }

    private T Allowed<T>(Func<T> work, string otherwise) => Guarded(() =>
    {
        try
        {
            return work();
        }
        catch (PostgresException e) when (e.SqlState is "42501" or "42710" or "55000")
        {
            throw Refusal($"{e.MessageText} ({e.SqlState})", $"a server that lets slot {Name} be made", $"Run as the owner or an administrator: {otherwise}");
        }
    });

    private NpgsqlCommand Command(string part, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = Sql.Fill(part, values);
        foreach (var (name, value) in values)
        {
            if (command.CommandText.Contains($"@{name}", StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue(name, value);
            }
        }

        return command;
    }

    private T Guarded<T>(Func<T> work) => PostgresConnection.Guarded(stream.Secrets, $"{stream.Stream.Where} ({stream.Name})", cancellation, work);
}
