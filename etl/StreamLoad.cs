using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Quality;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>One stream on its way through a run: what landed of it, the rows it makes of each contract, and what became of its records.</summary>
internal sealed class StreamLoad
{
    private static readonly SqlFile Sql = SqlFile.Beside<StreamLoad>();
    private readonly Dictionary<string, LoadedFile> files;
    private readonly ConformedStream conformed;
    private readonly string name;

    /// <summary>Takes a landed batch on; new files are numbered on from <paramref name="nextFile"/> in the order of their paths.</summary>
    public StreamLoad(Project project, Source source, SourceStream stream, LandedBatch batch, IReadOnlyList<LoadedFile> known, ref int nextFile, int run)
    {
        (Source, Stream, Batch, Known) = (source, stream, batch, known);
        name = $"{source.Name}_{stream.Name}";
        var ids = known.ToDictionary(f => f.Path, f => f.FileId, StringComparer.Ordinal);
        var landing = Path.GetFileNameWithoutExtension(batch.ParquetPath);
        files = new(StringComparer.Ordinal);
        foreach (var file in batch.Files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var id = ids.TryGetValue(file.Path, out var old) ? old : nextFile++;
            files.Add(file.Path, new(id, file.Path, file.Size, Unzoned(file.Modified), file.Sha256, file.Records + file.Rejected, file.Rejected, landing, run));
        }

        var shape = new StreamShape(source, stream, [.. batch.Columns.Select(c => new DescribedColumn(c.Name, c.Type))]);
        conformed = new(shape, [.. source.Maps.Where(m => m.From == stream.Name).Select(m => RowsOf(project, shape, m))], $"conformed_{name}");
    }

    /// <summary>The source.</summary>
    public Source Source { get; }

    /// <summary>The stream.</summary>
    public SourceStream Stream { get; }

    /// <summary>What landed.</summary>
    public LandedBatch Batch { get; }

    /// <summary>What the warehouse knew of the stream before.</summary>
    public IReadOnlyList<LoadedFile> Known { get; }

    /// <summary>The rows it makes, by contract.</summary>
    public IReadOnlyList<ConformedRows> Maps => conformed.Rows;

    /// <summary>What the rules judge of it.</summary>
    public JudgedStream Judged => new(Source, Stream, conformed, ChangedTable, Files);

    /// <summary>The batch's files as the warehouse will know them.</summary>
    public IReadOnlyCollection<LoadedFile> Files => files.Values;

    /// <summary>Ids of files that the warehouse knew with another content.</summary>
    public IReadOnlyList<int> Changed => [.. Known.Where(k => files.ContainsKey(k.Path)).Select(k => k.FileId)];

    /// <summary>Temporary table (file_id) of the batch's files.</summary>
    public string FilesTable => $"files_{name}";

    /// <summary>Temporary table (file_id) of the files delivered again.</summary>
    public string ChangedTable => $"changed_{name}";

    /// <summary>Temporary table (file_id) of all files of the source.</summary>
    public string SourceTable => $"source_{name}";

    /// <summary>Makes the rows of every contract and notes the bad records; answers the records conformed.</summary>
    public long Conform(ISession session, CancellationToken cancellation)
    {
        MakeFilesTable(session, FilesTable, files.Values.Select(f => f.FileId));
        MakeFilesTable(session, ChangedTable, Changed);
        foreach (var reject in Batch.Rejects)
        {
            session.Execute(Sql.Fill("reject", ("bad", ConformedStream.BadTable)), new
            {
                file_id = files[reject.Path].FileId,
                record = reject.Record,
                line = reject.Line,
                column = reject.ColumnName,
                number = reject.Column,
                reason = reject.Reason,
                raw = reject.RawText,
            });
        }

        var raw = $"raw_{name}";
        session.Execute(Sql.Fill("view", ("view", raw), ("rows", LandedRelation.Sql(Batch, f => files[f.Path].FileId))));
        conformed.Fill(session, raw, cancellation);
        return Batch.Files.Sum(f => f.Records);
    }

    /// <summary>Makes a temporary table of file ids.</summary>
    public static void MakeFilesTable(ISession session, string table, IEnumerable<int> ids) =>
        session.Execute(Sql.Fill("files", ("files", table)), new { ids = ids.ToList() });

    /// <summary>What became of the stream's records; after everything is loaded.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="appended">Rows of a fact that has one for every good record and that held none of them before; 0 when there is no such fact.</param>
    /// <param name="facts">Tables of the facts that the stream's contracts feed.</param>
    /// <param name="run">The run.</param>
    /// <param name="removed">Fact rows that went.</param>
    public RecordCounts Count(ISession session, long appended, IEnumerable<string> facts, int run, long removed)
    {
        var read = files.Values.Sum(f => f.Records);
        var quarantined = session.Scalar<long>(Sql.Fill("bad_records", ("bad", ConformedStream.BadTable), ("files", FilesTable)));
        if (appended == read - quarantined)
        {
            return new(read, appended, 0, quarantined, removed);
        }

        var of = string.Concat(facts.Select(f => Sql.Fill("loaded_fact", ("table", f), ("run", run.ToString(CultureInfo.InvariantCulture)))));
        var loaded = session.Scalar<long>(Sql.Fill("loaded", ("facts", of), ("files", FilesTable)));
        return new(read, loaded, read - quarantined - loaded, quarantined, removed);
    }

    /// <summary>Why records of the stream are bad.</summary>
    public IEnumerable<QuarantineReason> Reasons(ISession session) =>
        session.Query<ReasonRow>(Sql.Fill("reasons", ("bad", ConformedStream.BadTable), ("files", FilesTable)))
            .Select(r => new QuarantineReason(Source.Name, Stream.Name, r.Rule, r.Column, r.Records, r.Example));

    /// <summary>What is odd about the batch.</summary>
    public IEnumerable<string> Warnings() =>
        Batch.Files.SelectMany(f => f.Warnings.Select(w => $"{f.Path}: {w}"))
            .Concat(Batch.Drift.Select(d => $"{Source.Name}/{Stream.Name}: column {d.Column} is {(d.Kind == DriftKind.Added ? "new" : "missing")} in {d.Files} file(s), first in {d.Path}"));

    /// <summary>
    /// A query for every accepted row ever landed of some members in one contract, this run's among them, or null when a landed batch is gone.
    /// </summary>
    /// <param name="store">The landing.</param>
    /// <param name="map">The map; one of <see cref="Maps"/>.</param>
    /// <param name="key">The contract's column with the business key.</param>
    /// <param name="members">Temporary table with the column <c>member</c>.</param>
    public string? AllOf(LandingStore store, ConformedRows map, string key, string members)
    {
        var current = Known.Where(k => !files.ContainsKey(k.Path)).Concat(files.Values);
        return Landed(store, map, current, rows => Sql.Fill(
            "some_members", ("rows", rows.Sql), ("ids", rows.Ids), ("key", SqlName.Quote(key)), ("members", members)));
    }

    /// <summary>Makes a temporary table of the members that the earlier content of changed files spoke of; false when there are none to ask.</summary>
    public bool MakeWithdrawn(ISession session, LandingStore store, ConformedRows map, string key, string table)
    {
        var old = Known.Where(k => files.ContainsKey(k.Path));
        if (Landed(store, map, old, rows => Sql.Fill("member_of", ("rows", rows.Sql), ("ids", rows.Ids), ("key", SqlName.Quote(key)))) is not { Length: > 0 } query)
        {
            return false;
        }

        session.Execute(Sql.Fill("members", ("view", table), ("rows", query)));
        return true;
    }

    private string? Landed(LandingStore store, ConformedRows map, IEnumerable<LoadedFile> wanted, Func<(string Sql, string Ids), string> select)
    {
        var queries = new List<string>();
        foreach (var group in wanted.Where(f => f.Records > f.Rejected).GroupBy(f => f.Landing, StringComparer.Ordinal))
        {
            if (store.Find(Source.Name, Stream.Name, group.Key) is not { } batch)
            {
                return null;
            }

            var ids = group.ToDictionary(f => f.Path, f => f.FileId, StringComparer.Ordinal);
            var rows = LandedRelation.Sql(batch, f => ids.GetValueOrDefault(f.Path, -1));
            var list = SqlName.List(ids.Values.Order().Select(i => i.ToString(CultureInfo.InvariantCulture)));
            var shape = new StreamShape(Source, Stream, [.. batch.Columns.Select(c => new DescribedColumn(c.Name, c.Type))]);
            var relation = ConformedStream.Landed(map, shape, $"({Sql.Fill("not_quarantined", ("rows", $"({rows})"))})");
            queries.Add(select((relation, list)));
        }

        return string.Join("\nUNION ALL\n", queries);
    }

    private static ConformedRows RowsOf(Project project, StreamShape shape, ContractMap map)
    {
        var contract = project.Catalogue.Contracts[map.Contract];
        var rules = shape.Source.Rules.Where(r => RuleScope.Covers(r, contract, project.Catalogue)).ToList();
        return new(shape.Resolve(map, contract), contract, rules, $"rows_{shape.Source.Name}_{shape.Stream.Name}_{contract.Name}");
    }

    private static DateTime Unzoned(DateTime moment) => new(moment.Ticks / 10 * 10, DateTimeKind.Unspecified);

    private sealed record ReasonRow(string Rule, string? Column, long Records, string Example);
}
