using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Quality;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>One stream on its way through a run: what landed of it, the rows it makes of each contract, and what became of its records.</summary>
internal sealed class StreamLoad
{
    private const string ContentKey = "_content";
    private static readonly SqlFile Sql = SqlFile.Beside<StreamLoad>();
    private readonly Dictionary<string, LoadedFile> files = new(StringComparer.Ordinal);
    private readonly List<LandedBatch> batches;
    private readonly Project project;
    private readonly string name;
    private readonly int run;
    private readonly ConformedStream conformed;
    private readonly StreamShape shape;
    private readonly IReadOnlyList<DescribedColumn> columns;
    private readonly IReadOnlyList<DescribedColumn> absent;
    private readonly bool isKeyedByContent;

    /// <summary>Takes landed batches on; new files are numbered on from <paramref name="nextFile"/> in the order of their paths.</summary>
    /// <param name="project">The project.</param>
    /// <param name="stream">The stream with what the warehouse knows of it; columns that it had and no record has now are NULL.</param>
    /// <param name="batches">What landed, in order.</param>
    /// <param name="session">A session that may read the landing.</param>
    /// <param name="nextFile">The number the next new file gets.</param>
    /// <param name="run">The run.</param>
    public StreamLoad(
        Project project, KnownStream stream, IReadOnlyList<LandedBatch> batches, ISession session, ref int nextFile, int run)
    {
        (this.project, Origin, Source, Known, this.run) = (project, stream, stream.Source, stream.Files, run);
        this.batches = [.. batches];

        // A table without a key that is read whole: a record is known by what it says, and by which of those that say the same it is.
        isKeyedByContent = stream.Stream.Key.Count == 0 && batches.Any(b => b.IsSnapshot);
        Stream = isKeyedByContent ? stream.Stream with { Key = [ContentKey] } : stream.Stream;
        name = $"{Source.Name}_{Stream.Name}";
        foreach (var batch in batches)
        {
            Number(batch, ref nextFile);
        }

        var present = ColumnsOf(session);
        absent = [.. ColumnDriftGate.Read(stream.Before?.Columns).Where(c => !present.Any(p => string.Equals(p.Name, c.Name, StringComparison.OrdinalIgnoreCase)))];
        columns = [.. present, .. absent];
        shape = new StreamShape(Source, Stream, isKeyedByContent ? [.. columns, new(ContentKey, "VARCHAR")] : columns);
        Drift = present.Count == 0 ? [] : ColumnDriftGate.Compare(stream.Before?.Columns, [.. present.Select(c => new LandedColumn(c.Name, c.Type))]);
        conformed = Conformed();
        Keys = KeyIndex.Has(Stream) ? new KeyIndex(shape, stream.IsOfVersions) : null;
    }

    /// <summary>The stream as it was when the run began.</summary>
    public KnownStream Origin { get; }

    /// <summary>The source.</summary>
    public Source Source { get; }

    /// <summary>The stream.</summary>
    public SourceStream Stream { get; }

    /// <summary>What landed, in order.</summary>
    public IReadOnlyList<LandedBatch> Batches => batches;

    /// <summary>The raw columns of all batches together, and those the stream had before.</summary>
    public IReadOnlyList<LandedColumn> Columns => [.. columns.Select(c => new LandedColumn(c.Name, c.Type))];

    /// <summary>What the warehouse knew of the stream before.</summary>
    public IReadOnlyList<LoadedFile> Known { get; }

    /// <summary>The rows it makes, by contract.</summary>
    public IReadOnlyList<ConformedRows> Maps => conformed.Rows;

    /// <summary>What the rules judge of it.</summary>
    public JudgedStream Judged => new(Source, Stream, conformed, ChangedTable, Files, IsRecalled);

    /// <summary>The batches' files as the warehouse will know them.</summary>
    public IReadOnlyCollection<LoadedFile> Files => files.Values;

    /// <summary>The index of the stream's keys; null when its records have none.</summary>
    public KeyIndex? Keys { get; }

    /// <summary>What the delivery said of the stream's keys; after <see cref="Conform"/>.</summary>
    public KeyCounts KeyCounts { get; private set; }

    /// <summary>True when nothing that landed is other than it was known, so that the batches need not be kept.</summary>
    public bool IsNothingNew => Keys is not null && KeyCounts.IsNothingNew && Changed.Count == 0 && batches.TrueForAll(b => b.Rejects.Count == 0) && !hasKeyless;

    /// <summary>Ids of files that the warehouse knew with another content.</summary>
    public IReadOnlyList<int> Changed => Only is null ? [.. Known.Where(k => files.ContainsKey(k.Path)).Select(k => k.FileId)] : [];

    /// <summary>Temporary table (file_id) of the batch's files.</summary>
    public string FilesTable => $"files_{name}";

    /// <summary>Temporary table (file_id) of the files delivered again.</summary>
    public string ChangedTable => $"changed_{name}";

    /// <summary>Temporary table (file_id) of all files of the source.</summary>
    public string SourceTable => $"source_{name}";

    /// <summary>The join that made the records; null for a stream of the source.</summary>
    public StreamJoin? Join { get; init; }

    /// <summary>Temporary table (key) of joined keys that are gone unless the join made them again; null when the records are all there are.</summary>
    public string? Affected { get; init; }

    /// <summary>How many of the batches an earlier run that died had landed; they stand first.</summary>
    public int Resumed { get; init; }

    /// <summary>Temporary table (old_file, old_record, file_id, source_record) of records that stand in another place now; null for none.</summary>
    public string? Relocated { get; private set; }

    /// <summary>Parquet file of all keys the source has now; null when it was not asked.</summary>
    public string? KeyList { get; init; }

    /// <summary>True when the records landed in earlier runs and are loaded again.</summary>
    public bool IsRecalled { get; init; }

    /// <summary>True when whole files are loaded, so that they are remembered as loaded by this run.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The records of the quarantine that alone are loaded; null for all records.</summary>
    public QuarantineChoice? Only { get; init; }

    /// <summary>How the stream's columns are other than they were.</summary>
    public IReadOnlyList<ColumnChange> Drift { get; }

    private string Raw => $"raw_{name}";

    private string OnlyTable => $"only_{name}";

    private bool hasKeyless;

    /// <summary>
    /// Makes the rows of every contract and notes the bad records; answers the records conformed. Of a stream with keys only what is new is conformed,
    /// and keys that are gone land as records of their own.
    /// </summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="store">The landing, for the records of keys that are gone.</param>
    /// <param name="nextFile">The number the next new file gets.</param>
    /// <param name="cancellation">Stops the work.</param>
    public long Conform(ISession session, LandingStore store, ref int nextFile, CancellationToken cancellation)
    {
        MakeFilesTable(session, ChangedTable, Changed);
        if (Keys is not null && !IsRecalled && MakeGone(session))
        {
            var tombstones = new Tombstones(shape, store, run).Land(session, batches, History(store).Gone(session));
            Number(tombstones, ref nextFile);
            batches.Add(tombstones);
        }

        MakeFilesTable(session, FilesTable, files.Values.Select(f => f.FileId));
        NoteRejects(session);
        NoteDrift(session, MakeRaw(session));
        var relation = Raw;
        if (Keys is not null)
        {
            KeyCounts = IsRecalled ? Keys.Recall(session, Raw, cancellation) : Keys.Compare(session, Raw, Changed.Count > 0 ? ChangedTable : null, cancellation);
            hasKeyless = Keys.RejectKeyless(session, Raw, ConformedStream.BadTable) > 0;
            session.Execute(Sql.Fill("view", ("view", $"new_{name}"), ("rows", Keys.New(Raw, KeyCounts))));
            relation = $"new_{name}";
            Relocated = Keys.HasRelocated ? Keys.Relocated : null;
        }
        else if (Changed.Count > 0 && !IsRecalled)
        {
            Relocated = new Relocations(shape with { Columns = columns }).Find(session, Raw, History(store).Replaced(), $"relocated_{name}");
        }

        conformed.Fill(session, relation, cancellation);
        return batches.Sum(b => b.Files.Sum(f => f.Records));
    }

    /// <summary>Settles which records take whose place; after the rules have judged, since a bad record takes nobody's.</summary>
    public void Settle(ISession session) => Keys?.Settle(session, ConformedStream.BadTable);

    /// <summary>Takes out of the quarantine what is judged anew: the records of files that were delivered again, or those that are replayed.</summary>
    public void Release(RunLog log)
    {
        if (Only is null)
        {
            log.Release(ChangedTable);
        }
        else
        {
            log.ReleaseRecords(OnlyTable);
        }

        if (Keys is not null)
        {
            log.ReleaseRecords(Keys.Replaced);
        }
    }

    /// <summary>Makes a temporary table of file ids.</summary>
    public static void MakeFilesTable(ISession session, string table, IEnumerable<int> ids) =>
        session.Execute(Sql.Fill("files", ("files", table)), new { ids = ids.ToList() });

    /// <summary>What became of the stream's records; after everything is loaded.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="appended">Rows of a fact that has one for every good record and that held none of them before; 0 when there is no such fact.</param>
    /// <param name="facts">Tables of the facts that the stream's contracts feed.</param>
    /// <param name="removed">Fact rows that went.</param>
    public RecordCounts Count(ISession session, long appended, IEnumerable<string> facts, long removed)
    {
        var read = Only is null ? files.Values.Sum(f => f.Records) : session.Scalar<long>(Sql.Fill("only_count", ("only", OnlyTable)));
        var quarantined = session.Scalar<long>(Sql.Fill("bad_records", ("bad", ConformedStream.BadTable), ("files", FilesTable)));
        if (Maps.Count == 0)
        {
            // Records that are loaded joined with others, or not at all: those that are new are taken.
            var taken = read - quarantined - (Keys is null ? 0 : KeyCounts.Unchanged);
            return new(read, taken, read - quarantined - taken, quarantined, removed);
        }

        if (Keys is null && appended == read - quarantined)
        {
            return new(read, appended, 0, quarantined, removed);
        }

        var of = string.Concat(facts.Select(f => Sql.Fill("loaded_fact", ("table", f), ("run", run.ToString(CultureInfo.InvariantCulture)))));
        if (Keys is not null)
        {
            of += Sql.Fill("loaded_deletion", ("moved", Keys.Delta));
        }

        var loaded = session.Scalar<long>(Sql.Fill("loaded", ("facts", of), ("files", FilesTable)));
        return new(read, loaded, read - quarantined - loaded, quarantined, removed);
    }

    /// <summary>Why records of the stream are bad.</summary>
    public IEnumerable<QuarantineReason> Reasons(ISession session) =>
        session.Query<ReasonRow>(Sql.Fill("reasons", ("bad", ConformedStream.BadTable), ("files", FilesTable)))
            .Select(r => new QuarantineReason(Source.Name, Stream.Name, r.Rule, r.Column, r.Records, r.Example));

    /// <summary>What is odd about the batches.</summary>
    public IEnumerable<string> Warnings() => batches.SelectMany(b => b.Warnings.Select(w => $"{Source.Name}/{Stream.Name}: {w}"))
        .Concat(batches.SelectMany(b => b.Files.SelectMany(f => f.Warnings.Select(w => $"{f.Path}: {w}"))))
        .Concat(batches.SelectMany(b => b.Drift.Select(d => $"{Source.Name}/{Stream.Name}: column {d.Column} is {(d.Kind == DriftKind.Added ? "new" : "missing")} in {d.Files} file(s), first in {d.Path}")));

    /// <summary>What landed of the stream before, read as it is read now.</summary>
    public StreamHistory History(LandingStore store) => new(shape, Known, Only is null ? files : new Dictionary<string, LoadedFile>(), [.. files.Values], store);

    private void Number(LandedBatch batch, ref int nextFile)
    {
        var ids = Known.ToDictionary(f => f.Path, f => f.FileId, StringComparer.Ordinal);
        var landing = Path.GetFileNameWithoutExtension(batch.ParquetPath);
        foreach (var file in batch.Files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var id = ids.TryGetValue(file.Path, out var old) ? old : nextFile++;
            files.Add(file.Path, new(id, file.Path, file.Size, Unzoned(file.Modified), file.Sha256, file.Records + file.Rejected, file.Rejected, landing, run));
        }
    }

    private int IdOf(LandedFile file) => files[file.Path].FileId;

    private IReadOnlyList<DescribedColumn> ColumnsOf(ISession session) => batches.Count == 0 ? [] : batches.Count == 1
        ? [.. batches[0].Columns.Select(c => new DescribedColumn(c.Name, c.Type))]
        : [.. session.Describe(LandedRelation.Sql(batches, (_, f) => IdOf(f))).Where(c => !LandedRelation.LineageColumns.Contains(c.Name) && c.Name != ContentKey)];

    private ConformedStream Conformed() =>
        new(shape, [.. Source.Maps.Where(m => m.From == Stream.Name).Select(m => RowsOf(project, shape, m))], $"conformed_{name}") { Lined = $"lined_{name}" };

    /// <summary>Makes the temporary table of keys that are gone (key, good_file, good_record); false when there are none.</summary>
    private bool MakeGone(ISession session)
    {
        var queries = new List<string>();
        MakeRaw(session);
        if (batches is [.., { IsSnapshot: true }])
        {
            queries.Add(Keys!.GoneFromSnapshot(Part(Snapshot())));
        }
        else if (Affected is not null)
        {
            queries.Add(Keys!.GoneAmong(Raw, Affected));
        }
        else if (KeyList is not null)
        {
            queries.Add(Keys!.Gone(Sql.Fill("key_list", ("file", EnginePath.Written(session, KeyList))), Part(batches.Skip(Resumed)), Resumed == 0 ? null : Part(batches.Take(Resumed))));
        }

        if (Changed.Count > 0)
        {
            queries.Add(Keys!.GoneFrom(Raw, ChangedTable));
        }

        if (queries.Count == 0)
        {
            return false;
        }

        session.Execute(Sql.Fill("gone", ("gone", Tombstones.Gone), ("rows", string.Join("\nUNION\n", queries))));
        return session.Scalar<long>(Sql.Fill("gone_count", ("gone", Tombstones.Gone))) > 0;
    }

    /// <summary>The batches that hold everything there is: the last one, with the chunks right before it.</summary>
    private IEnumerable<LandedBatch> Snapshot() => batches.SkipLast(1).Reverse().TakeWhile(b => b.HasMore).Prepend(batches[^1]);

    /// <summary>The raw rows of some of the batches.</summary>
    private string Part(IEnumerable<LandedBatch> of) =>
        Sql.Fill("snapshot", ("raw", Raw), ("files", SqlName.List(of.SelectMany(b => b.Files).Select(f => $"{IdOf(f)}").DefaultIfEmpty("NULL"))));

    private string MakeRaw(ISession session)
    {
        var rows = batches.Count == 0 ? Sql.Fill("nothing", ("empty", shape.Empty())) : LandedRelation.Sql(batches, (_, f) => IdOf(f));
        rows = WithAbsent(rows);
        if (isKeyedByContent)
        {
            // Deletions landed with the key of the record that is gone.
            var hasKeys = batches.Any(b => b.Columns.Any(c => c.Name == ContentKey));
            rows = Sql.Fill(hasKeys ? "with_some_content" : "with_content", ("rows", rows), ("key", ContentKey), ("record", (shape with { Columns = columns }).Record()));
        }

        if (Only is not null)
        {
            session.Execute(Sql.Fill("only", ("only", OnlyTable)), new { source = Source.Name, stream = Stream.Name, rule = Only.Rule });
            rows = Sql.Fill("raw_only", ("rows", rows), ("only", OnlyTable));
        }

        session.Execute(Sql.Fill("view", ("view", Raw), ("rows", rows)));
        session.Execute(Sql.Fill("view", ("view", conformed.Lined!), ("rows", WithAbsent(
            batches.Count == 0 ? Sql.Fill("nothing", ("empty", shape.Empty())) : LandedRelation.SqlWithLines(batches, IdOf, ConformedStream.AskedTable)))));
        return Raw;
    }

    private string WithAbsent(string rows) => absent.Count == 0 ? rows
        : Sql.Fill("with_absent", ("rows", rows), ("columns", SqlName.List(absent.Select(c => $"CAST(NULL AS {c.Type}) AS {SqlName.Quote(c.Name)}"))));

    private void NoteDrift(ISession session, string raw)
    {
        foreach (var (column, condition, reason) in ColumnDriftGate.Conditions(Stream, Drift))
        {
            session.Execute(Sql.Fill("drifted", ("bad", ConformedStream.BadTable), ("raw", raw), ("condition", condition)), new { column, reason });
        }
    }

    private void NoteRejects(ISession session)
    {
        var rejects = Only is null ? batches.SelectMany(b => b.Rejects).ToList() : [];
        if (rejects.Count == 0)
        {
            return;
        }

        session.InTransaction(() =>
        {
            using var append = session.Append("temp", ConformedStream.BadTable);
            foreach (var reject in rejects)
            {
                append.Row(
                    files[reject.Path].FileId, reject.Record, reject.Line, null, "unreadable", reject.ColumnName, reject.Reason, reject.RawText,
                    reject.Column == 0 ? null : reject.Column);
            }

            append.Complete();
        });
    }

    private static ConformedRows RowsOf(Project project, StreamShape shape, ContractMap map)
    {
        var contract = project.Catalogue.Contracts[map.Contract];
        var rules = shape.Source.Rules.Where(r => RuleScope.Covers(r, contract, project.Catalogue)).ToList();
        var view = $"rows_{shape.Source.Name}_{shape.Stream.Name}_{contract.Name}";
        return new(shape.Resolve(map, contract), contract, rules, view) { CurrentView = shape.TellsDeletes ? $"current_{view}" : view };
    }

    private static DateTime Unzoned(DateTime moment) => new(moment.Ticks / 10 * 10, DateTimeKind.Unspecified);

    private sealed record ReasonRow(string Rule, string? Column, long Records, string Example);
}
