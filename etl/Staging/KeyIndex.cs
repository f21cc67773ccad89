using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>What a delivery says of the keys of its stream.</summary>
/// <param name="Unchanged">Records that are as they were known.</param>
/// <param name="Current">Records that are now what their key stands for.</param>
/// <param name="Superseded">Records that another one of the same delivery has replaced already; only histories hear of them.</param>
/// <param name="Late">Records older than what their key stands for; only histories hear of them.</param>
/// <param name="Deleted">Of the current ones, those that say that their key is deleted.</param>
public readonly record struct KeyCounts(long Unchanged, long Current, long Superseded, long Late, long Deleted)
{
    /// <summary>True when nothing is other than it was known.</summary>
    public bool IsNothingNew => Current + Superseded + Late == 0;
}

/// <summary>
/// The keys of one stream: which record each stands for now, and which record its fact rows came from. A record that comes again (the same delivery after
/// a crash, the overlap below a mark, a full load) is recognised and loaded once; a changed one takes the place of its predecessor; one that comes
/// late changes histories only. The index is the table <c>stage.SOURCE__STREAM</c>.
/// </summary>
/// <param name="shape">The stream.</param>
/// <param name="isOfVersions">
/// True when records are versions that can come in any order, so that the stream's cursor says which is newer (files, events); false when a record is what the
/// source holds at the moment, so that the later delivery is right whatever its cursor says (tables).
/// </param>
public sealed class KeyIndex(StreamShape shape, bool isOfVersions)
{
    private static readonly SqlFile Sql = SqlFile.Beside<KeyIndex>();
    private readonly string name = $"{shape.Source.Name}__{shape.Stream.Name}";

    /// <summary>The table of known keys.</summary>
    public string Table => TableOf(shape.Source.Name, shape.Stream.Name);

    /// <summary>Temporary table of what the delivery says of each record: key, ord, hash, is_deleted, file_id, source_record, status, good_file, good_record.</summary>
    public string Delta => SqlName.Quote($"delta_{name}");

    /// <summary>Temporary table (old_file, old_record, file_id, source_record) of the records that took another one's place, or ended it (source_record NULL).</summary>
    public string Moved => SqlName.Quote($"moved_{name}");

    /// <summary>Temporary table (file_id, source_record) of records that a good one has replaced: if they were bad, that is mended.</summary>
    public string Replaced => SqlName.Quote($"replaced_{name}");

    /// <summary>Temporary table (key, old_file, old_record, file_id, source_record negative) of records that stand in another place now, as they were.</summary>
    public string Relocated => SqlName.Quote($"relocated_{name}");

    /// <summary>True when <see cref="Relocated"/> has any; after <see cref="Compare"/>.</summary>
    public bool HasRelocated { get; private set; }

    /// <summary>True for streams whose records have a key.</summary>
    public static bool Has(SourceStream stream) => stream.Key.Count > 0;

    /// <summary>The table of known keys of a stream.</summary>
    public static string TableOf(string source, string stream) => $"stage.{SqlName.Quote($"{source}__{stream}")}";

    /// <summary>True when the table of known keys of a stream is there.</summary>
    public static bool IsThere(ISession session, string source, string stream) => session.Scalar<long>(Sql.Fill("is_there"), new { name = $"{source}__{stream}" }) > 0;

    /// <summary>Makes the table of known keys when it is not there; outside a transaction. Answers true when it was made.</summary>
    public bool Make(ISession session)
    {
        if (IsThere(session, shape.Source.Name, shape.Stream.Name))
        {
            return false;
        }

        session.Execute(Sql.Fill("make", ("table", Table), ("ord_type", OrderType())));
        return true;
    }

    /// <summary>Compares a delivery with what is known; answers what it says.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="raw">Relation of the delivery's records: raw columns, <c>_file</c>, <c>_record</c>, <c>_deleted</c>.</param>
    /// <param name="changed">Temporary table (file_id) of files that are delivered again; null for none.</param>
    /// <param name="cancellation">Stops the work.</param>
    public KeyCounts Compare(ISession session, string raw, string? changed, CancellationToken cancellation)
    {
        session.Execute(Fill("said", raw), null, cancellation);
        session.Execute(Fill("delta", raw), null, cancellation);
        if (changed is not null)
        {
            session.Execute(Fill("judged_again", raw, ("files", changed)), null, cancellation);
            session.Execute(Fill("relocated", raw, ("files", changed)), null, cancellation);
            HasRelocated = session.Scalar<long>(Fill("relocated_count", raw)) > 0;
        }

        session.Execute(Fill("status", raw), null, cancellation);
        var c = session.Query<CountsRow>(Fill("counts", raw))[0];
        return new(c.Unchanged, c.Current, c.Superseded, c.Late, c.Deleted);
    }

    /// <summary>
    /// For records that landed in earlier runs: those that their key stands for now are current, the others superseded; nothing is unchanged.
    /// </summary>
    public KeyCounts Recall(ISession session, string raw, CancellationToken cancellation)
    {
        session.Execute(Fill("said", raw), null, cancellation);
        session.Execute(Fill("recall", raw), null, cancellation);
        var c = session.Query<CountsRow>(Fill("counts", raw))[0];
        return new(c.Unchanged, c.Current, c.Superseded, c.Late, c.Deleted);
    }

    /// <summary>The records of a relation that have something new to say, with <c>_current</c> (BOOLEAN): whether they are what their key stands for.</summary>
    public string New(string raw, KeyCounts counts) => counts.Unchanged + counts.Superseded + counts.Late == 0
        ? Fill("all", raw) : Fill("new", raw);

    /// <summary>Records without a key: they can be told from no other, so they are bad. Answers how many.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="raw">The relation.</param>
    /// <param name="bad">The table of bad records.</param>
    public long RejectKeyless(ISession session, string raw, string bad) => session.Execute(Fill(
        "keyless", raw, ("bad", bad), ("column", SqlName.Literal(string.Join(", ", shape.Stream.Key))),
        ("reason", SqlName.Literal($"{string.Join(", ", shape.Stream.Key)}: missing, expected the key of the record"))));

    /// <summary>Query (key, good_file, good_record) of the known keys that a delivery lacks which holds everything there is.</summary>
    /// <param name="raw">The delivery.</param>
    public string GoneFromSnapshot(string raw) => Fill("gone", raw, ("present", Fill("keys", raw)));

    /// <summary>Query of the keys that the source's own list of keys lacks; those that just came are there.</summary>
    /// <param name="listed">Relation with the stream's key columns.</param>
    /// <param name="came">What this run read.</param>
    /// <param name="resumed">What an earlier run that died had read; null for nothing.</param>
    public string Gone(string listed, string came, string? resumed)
    {
        var present = $"{Fill("listed", came, ("listed", listed), ("listed_key", Key(SqlName.Quote)))}\nUNION ALL\n{Fill("keys", came)}";
        return Fill("gone", came, ("present", present)) + (resumed is null ? "" : "\n" + Fill("gone_again", came, ("present", present), ("came", Fill("keys", resumed))));
    }

    /// <summary>Query of the known keys of some files that a relation lacks.</summary>
    /// <param name="raw">The relation.</param>
    /// <param name="files">Temporary table (file_id) of files that were delivered again.</param>
    public string GoneFrom(string raw, string files) => Fill("gone_from", raw, ("present", Fill("keys", raw)), ("files", files));

    /// <summary>Query of those of some known keys that a relation lacks.</summary>
    /// <param name="raw">The relation.</param>
    /// <param name="among">Temporary table (key) of the keys that are looked for.</param>
    public string GoneAmong(string raw, string among) => Fill("gone_among", raw, ("present", Fill("keys", raw)), ("among", among));

    /// <summary>Makes <see cref="Moved"/>, once it is known which records are bad: a bad record takes nobody's place.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="bad">The table of bad records.</param>
    public void Settle(ISession session, string bad) => session.Execute(Fill("settle", "", ("bad", bad)));

    /// <summary>True when any record takes another one's place, or ends it; after <see cref="Settle"/>.</summary>
    public bool HasMoved(ISession session) => session.Scalar<long>(Fill("moved_count", "")) > 0;

    /// <summary>Puts what the delivery said into the index; inside the run's transaction, after <see cref="Settle"/>.</summary>
    public void Write(ISession session)
    {
        session.Execute(Fill("write", ""));
        if (HasRelocated)
        {
            session.Execute(Fill("relocate", ""));
        }
    }

    /// <summary>The key of a record as one text, unambiguous whatever the values hold; NULL when any part of it is missing.</summary>
    private string Key(Func<string, string> column)
    {
        var parts = shape.Stream.Key.Select(k => $"CAST({column(k)} AS VARCHAR)").ToList();
        return parts.Count == 1 ? parts[0] : $"CASE WHEN {string.Join(" AND ", parts.Select(p => $"{p} IS NOT NULL"))} THEN CAST(to_json([{SqlName.List(parts)}]) AS VARCHAR) END";
    }

    /// <summary>What is compared: every raw column with a value, under its name, so that a new column without values changes nothing.</summary>
    private string Hash() => $"hash(list_filter([{SqlName.List(shape.Columns.OrderBy(c => c.Name, StringComparer.Ordinal)
        .Select(c => $"{SqlName.Literal(c.Name + "=")} || CAST({RawName(c.Name)} AS VARCHAR)"))}], x -> x IS NOT NULL))";

    private string RawName(string column) => shape.Declared(column) is null ? SqlName.Quote(column) : StreamShape.Raw(column);

    private string? CursorType() => isOfVersions && shape.Stream.Sync.Cursor is { } cursor
        ? shape.Declared(cursor)?.Type.Sql ?? shape.Columns.FirstOrDefault(c => string.Equals(c.Name, cursor, StringComparison.OrdinalIgnoreCase))?.Type
        : null;

    private string OrderType() => CursorType() switch
    {
        null or "VARCHAR" => "VARCHAR",
        "DATE" => "TIMESTAMP",
        var type when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => "TIMESTAMP",
        "DOUBLE" or "FLOAT" => "DOUBLE",
        _ => "DECIMAL(38,6)",
    };

    private string Order() => CursorType() is null ? "NULL"
        : $"TRY_CAST({SqlName.Quote(shape.Stream.Sync.Cursor!)} AS {OrderType()})";

    private string Fill(string part, string raw, params ReadOnlySpan<(string, string)> more) => Sql.Fill(
        part,
        [
            ("table", Table), ("delta", Delta), ("moved", Moved), ("replaced", Replaced), ("relocated", Relocated), ("said", SqlName.Quote($"said_{name}")), ("raw", raw), ("typed", shape.TypedColumns()), ("key", Key(RawName)), ("ord", Order()),
            ("ord_type", OrderType()), ("hash", Hash()), ("is_deleted", shape.IsDeleted()), .. more,
        ]);

    private sealed record CountsRow(long Unchanged, long Current, long Superseded, long Late, long Deleted);
}
