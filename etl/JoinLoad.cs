using System.Globalization;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>
/// Joins streams of a source: lands the joined records that the run's news touch as a delivery of their own, which then goes the way of every stream. A record
/// is touched when a record that it is made of is new or changed; joined records that are not made any more are taken for deleted.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="environment">What the run works with.</param>
/// <param name="log">The log of the warehouse.</param>
/// <param name="run">The run.</param>
internal sealed class JoinLoad(Project project, RunEnvironment environment, RunLog log, int run)
{
    private static readonly SqlFile Sql = SqlFile.Beside<JoinLoad>();
    private readonly ISession session = environment.Warehouse;

    /// <summary>A stream of the join.</summary>
    /// <param name="Stream">The stream and what was known of it.</param>
    /// <param name="Load">What the run brought of it; null for nothing.</param>
    /// <param name="Columns">Its raw columns.</param>
    private sealed record Part(KnownStream Stream, StreamLoad? Load, IReadOnlyList<LandedColumn> Columns)
    {
        public string Name => Stream.Stream.Name;

        public string Table => KeyIndex.TableOf(Stream.Source.Name, Name);
    }

    /// <summary>Lands what the run's news make of a join; null when they touch nothing.</summary>
    /// <exception cref="DeclarationException">The join or a map over it does not fit the streams' columns.</exception>
    /// <param name="source">The source.</param>
    /// <param name="join">The join.</param>
    /// <param name="loads">The streams of the run, their keys compared.</param>
    /// <param name="nextFile">The number the next new file gets.</param>
    public StreamLoad? Land(Source source, StreamJoin join, IReadOnlyList<StreamLoad> loads, ref int nextFile)
    {
        var parts = join.Streams.Select(s => PartOf(source, source.Streams.First(t => t.Name == s), loads)).ToList();
        var before = log.State(source.Name, join.Name);
        var isWhole = before?.State != join.Sql || !KeyIndex.IsThere(session, source.Name, join.Name);
        if (parts.Exists(p => p.Columns.Count == 0) || (!isWhole && parts.TrueForAll(p => p.Load is null)))
        {
            return null;
        }

        IReadOnlyList<LandedColumn> ColumnsOf(string stream) => parts.First(p => p.Name == stream).Columns;
        if (MapCheck.Check(session, project, source, join, ColumnsOf) is { Count: > 0 } problems)
        {
            throw new DeclarationException(problems);
        }

        var columns = JoinColumns.Of(join, ColumnsOf);
        parts.ForEach(MakePart);
        var affected = $"affected_{source.Name}_{join.Name}";
        var touched = isWhole ? null : MakeTouched(source, join, parts, affected);
        var batch = Write(source, join, parts, columns, touched);
        if (batch.Records == 0 && (isWhole ? before is null : session.Scalar<long>(Sql.Fill("count", ("affected", affected))) == 0))
        {
            environment.Landing.Discard(source.Name, join.Name, batch.Id);
            return null;
        }

        var names = columns.Select(c => c.Name).ToList();
        var known = new KnownStream(
            JoinColumns.Source(source, join, names), JoinColumns.Stream(source, join, names), log.Files(source.Name, join.Name), before, false);
        return new StreamLoad(project, known, [batch], session, ref nextFile, run) { Join = join, Affected = isWhole ? null : affected, IsWhole = true };
    }

    private Part PartOf(Source source, SourceStream stream, IReadOnlyList<StreamLoad> loads)
    {
        var load = loads.FirstOrDefault(l => l.Source.Name == source.Name && l.Stream.Name == stream.Name);
        var known = load?.Origin ?? KnownStream.Of(source, stream, log, environment);
        return new(known, load, load?.Columns ?? [.. ColumnDriftGate.Read(known.Before?.Columns).Select(c => new LandedColumn(c.Name, c.Type))]);
    }

    /// <summary>Makes the temporary view of a stream's records as they are now: <c>_key</c>, <c>_new</c> (this run brought it), and its columns.</summary>
    private void MakePart(Part part)
    {
        var isKeyed = part.Load is null ? KeyIndex.IsThere(session, part.Stream.Source.Name, part.Name) : part.Load.Keys is not null;
        var places = !isKeyed ? null : part.Load is null ? Sql.Fill("known_places", ("table", part.Table))
            : Sql.Fill("places", ("table", part.Table), ("delta", part.Load.Keys!.Delta), ("bad", Conforming.ConformedStream.BadTable), ("relocated", part.Load.Relocated ?? Sql.Fill("nowhere")));
        var files = part.Load is null ? part.Stream.Files : [.. part.Stream.Files.ExceptBy(part.Load.Files.Select(f => f.Path), f => f.Path, StringComparer.Ordinal), .. part.Load.Files];
        if (places is not null)
        {
            var wanted = session.Query<int>(Sql.Fill("files", ("places", places))).ToHashSet();
            files = [.. files.Where(f => wanted.Contains(f.FileId))];
        }

        var landed = Landed(part, [.. files.Where(f => f.Records > f.Rejected)]);
        var there = landed is null ? [] : session.Describe(landed).Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var columns = string.Concat(part.Columns.Select(c => there.Contains(c.Name) ? $", r.{SqlName.Quote(c.Name)}" : $", CAST(NULL AS {c.Type}) AS {SqlName.Quote(c.Name)}"));
        var now = SqlName.List(part.Load?.Files.Select(f => f.FileId.ToString(CultureInfo.InvariantCulture)).DefaultIfEmpty("-1") ?? ["-1"]);
        session.Execute(Sql.Fill("part", ("view", ViewOf(part)), ("rows",
            landed is null ? Sql.Fill("none", ("columns", columns))
            : places is null ? Sql.Fill("unkeyed", ("columns", columns), ("landed", landed), ("now", now), ("bad", Conforming.ConformedStream.BadTable))
            : Sql.Fill("keyed", ("columns", columns), ("landed", landed), ("places", places)))));
    }

    private string? Landed(Part part, IReadOnlyList<LoadedFile> files)
    {
        var ids = new Dictionary<(string, string), int>();
        var batches = new List<LandedBatch>();
        foreach (var group in files.GroupBy(f => f.Landing, StringComparer.Ordinal))
        {
            var batch = environment.Landing.Find(part.Stream.Source.Name, part.Name, group.Key) ?? throw new CrmException(
                FailureKind.Failed, $"the landing no longer has {group.First().Path}", $"{part.Stream.Source.Name}/{part.Name}", $"the landed batch {group.Key}, which a join reads",
                "Load the stream from its source again");
            foreach (var file in group)
            {
                ids[(batch.Id, file.Path)] = file.FileId;
            }

            batches.Add(batch with { Files = [.. batch.Files.Where(f => ids.ContainsKey((batch.Id, f.Path)))] });
        }

        return batches.Count == 0 ? null : LandedRelation.Sql(batches, (b, f) => ids[(b.Id, f.Path)]);
    }

    /// <summary>Makes the table of joined keys that may be made no more; answers the condition of the joined records that are made anew.</summary>
    private string MakeTouched(Source source, StreamJoin join, List<Part> parts, string affected)
    {
        var changed = parts.SelectMany((p, i) => Changed(p, $"json_extract_string(key, '$[{i.ToString(CultureInfo.InvariantCulture)}]')")).DefaultIfEmpty("false");
        session.Execute(Sql.Fill("affected", ("affected", affected), ("table", KeyIndex.TableOf(source.Name, join.Name)), ("changed", string.Join(" OR ", changed))));
        var news = string.Join(" OR ", parts.Select(p => $"coalesce({SqlName.Quote(p.Name)}._new, false)"));
        if (!join.KeepsAll)
        {
            return news;
        }

        // What a record of the first stream has no partner for depends on all of its partners: all that is made of it is made anew.
        var root = $"{SqlName.Quote(parts[0].Name)}._key";
        var roots = $"roots_{source.Name}_{join.Name}";
        session.Execute(Sql.Fill("roots", ("roots", roots), ("root", root), ("from", From(join, parts)), ("news", news), ("affected", affected)));
        session.Execute(Sql.Fill("affected_of_roots", ("affected", affected), ("table", KeyIndex.TableOf(source.Name, join.Name)), ("roots", roots)));
        return Sql.Fill("of_roots", ("root", root), ("roots", roots));
    }

    private static IEnumerable<string> Changed(Part part, string key)
    {
        if (part.Load is not { } load)
        {
            yield break;
        }

        if (load.Keys is { } keys)
        {
            yield return Sql.Fill("changed_keys", ("key", key), ("delta", keys.Delta));
        }
        else if (load.Changed.Count > 0)
        {
            yield return Sql.Fill("changed_files", ("key", key), ("paths", SqlName.List(load.Files.Where(f => load.Changed.Contains(f.FileId)).Select(f => SqlName.Literal(f.Path)))));
        }
    }

    private LandedBatch Write(Source source, StreamJoin join, List<Part> parts, IReadOnlyList<JoinColumn> columns, string? touched)
    {
        var keys = join.Streams.Select(s => $"coalesce({SqlName.Quote(s)}._key, '') AS {SqlName.Quote(StreamJoin.KeyOf(s))}");
        var rows = Sql.Fill(
            "rows", ("keys", SqlName.List(keys)), ("columns", string.Concat(columns.Select(c => $", {c.Sql} AS {SqlName.Quote(c.Name)}"))), ("from", From(join, parts)), ("touched", touched ?? "true"));
        var landed = session.Describe(rows).Where(c => !LandedRelation.LineageColumns.Contains(c.Name)).Select(c => new LandedColumn(c.Name, c.Type)).ToList();
        var modified = parts.SelectMany(p => p.Load?.Batches.SelectMany(b => b.Files.Select(f => f.Modified)) ?? p.Stream.Files.Select(f => f.Modified)).DefaultIfEmpty(DateTime.UnixEpoch).Max();
        var number = run.ToString(CultureInfo.InvariantCulture);
        return environment.Landing.Write(source.Name, join.Name, LandingStore.BatchId(["join", join.Sql, number]), (parquet, _) =>
        {
            session.Execute(Sql.Fill("copy", ("rows", rows), ("target", SqlName.Literal(parquet)), ("sealed", EnginePath.Sealed(session))));
            var records = session.Scalar<long>(Sql.Fill("records", ("file", EnginePath.Written(session, parquet))));
            return new LandedBatch(
                parquet, [new LandedFile(0, $"{source.Name}/{join.Name}#{number}", 0, DateTime.SpecifyKind(modified, DateTimeKind.Utc), "", FileChange.New, 0, records, 0, [])], [], landed, [])
            { State = join.Sql, IsSnapshot = touched is null };
        });
    }

    private static string From(StreamJoin join, List<Part> parts) => join.From(s => ViewOf(parts.First(p => p.Name == s)));

    private static string ViewOf(Part part) => SqlName.Quote($"part_{part.Stream.Source.Name}_{part.Name}");
}
