using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Etl.Quality;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>What a run works with.</summary>
/// <param name="Warehouse">A session of the warehouse, its schema migrated; used by the run alone while it lasts.</param>
/// <param name="Scratch">The scratch instance, which may read the outside world.</param>
/// <param name="Landing">The landing; the warehouse's instance may read and write its folder.</param>
/// <param name="Connectors">The connectors there are.</param>
/// <param name="Secrets">Where <c>${NAME}</c> is looked up.</param>
/// <param name="Steps">Models that write scores back, in order.</param>
/// <param name="Program">Version of the program, for the run log.</param>
/// <param name="Clock">The clock.</param>
public sealed record RunEnvironment(
    ISession Warehouse, DuckDbInstance Scratch, LandingStore Landing, IReadOnlyList<IConnector> Connectors, Secrets Secrets, IReadOnlyList<IRunStep> Steps,
    string Program, TimeProvider Clock)
{
    /// <summary>Who was erased and is left out of every load; null when nobody was.</summary>
    public SuppressionList? Suppressed { get; init; }

    /// <summary>The connector of a source.</summary>
    public IConnector ConnectorOf(Source source) => Connectors.First(c => c.Kind == source.Connector);
}

/// <summary>
/// A run: lands what is new in every stream, conforms it, and publishes dimensions, facts, scores, high-water marks and the run log in one commit.
/// Killed at any moment it leaves what readers see as it was, and the next run goes on from what landed. With nothing new it changes nothing.
/// </summary>
public sealed class EtlRun
{
    private readonly Project project;
    private readonly RunEnvironment environment;
    private readonly RunLog log;
    private readonly RunClock clock;
    private readonly List<string> warnings = [];
    private Judgement judgement = Judgement.None;
    private readonly List<StreamLoad> joined = [];
    private MemberResolution? resolution;
    private int nextFile;

    /// <summary>Prepares a run.</summary>
    /// <param name="project">The project, checked.</param>
    /// <param name="environment">What the run works with.</param>
    /// <param name="progress">Told how far the run is; null when nobody asks.</param>
    public EtlRun(Project project, RunEnvironment environment, IProgress<RunProgress>? progress = null)
    {
        (this.project, this.environment) = (project, environment);
        log = new(environment.Warehouse);
        clock = new(environment.Clock, progress);
    }

    /// <summary>Runs. Throws <see cref="CrmException"/> with nothing changed when a source cannot be read, a declaration does not fit, or a rule says fail.</summary>
    public RunSummary Execute(CancellationToken cancellation = default) => Execute(new RunRequest(), cancellation);

    /// <summary>Runs what is asked for.</summary>
    /// <inheritdoc cref="Execute(CancellationToken)"/>
    public RunSummary Execute(RunRequest request, CancellationToken cancellation = default)
    {
        var started = clock.Now;
        if (StarSchema.Apply(environment.Warehouse, project.Catalogue))
        {
            StarSchema.Checkpoint(environment.Warehouse);
        }

        var latest = log.Latest();
        var run = (latest?.Run ?? 0) + 1;
        nextFile = log.NextFile();
        resolution = MemberResolution.Of(project, environment, run);
        var landed = request.Replays || request.IsDecided ? [] : LeaveOut(new StreamLanding(project, environment, log, clock).Land(request, cancellation));
        var streams = request.Replays ? new StreamReplay(project, environment, log, run).Recall(request) : Take(landed, run);
        var declarations = DeclarationsHash.Of(project, environment.Program);
        if (streams.Count == 0 && (latest?.Declarations == declarations || request.Replays) && resolution?.IsDue != true)
        {
            warnings.AddRange(QualityGate.JudgeNothingNew(environment.Warehouse, project, clock.Now));
            Forget(landed, streams, request);
            return new(latest?.Run, false, default, [], clock.Done, [], warnings);
        }

        Conform(streams, run, cancellation);
        streams.RemoveAll(s => s.IsNothingNew);
        if (streams.Count == 0 && latest?.Declarations == declarations && resolution?.IsDue != true)
        {
            Forget(landed, streams, request);
            return new(latest?.Run, false, default, [], clock.Done, [], warnings);
        }

        if (resolution is not null)
        {
            var known = project.Sources.SelectMany(s => s.Streams.Select(t => KnownStream.Of(s, t, log, environment)).Concat(s.Joins.Select(j => KnownStream.Of(s, j, log))));
            clock.Step("identity", () => resolution.Resolve(streams, known, cancellation));
            warnings.AddRange(resolution.Messages);
        }

        var summary = Publish(streams, landed, run, started, declarations, request, cancellation);
        clock.Report("tidy up", null, 0);
        Forget(landed, streams, request);
        return summary with { Steps = clock.Done, Run = summary.Published && !request.IsDry ? run : latest?.Run };
    }

    /// <summary>Takes out of what landed who was erased, before anything else looks at it.</summary>
    private IReadOnlyList<LandedStream> LeaveOut(IReadOnlyList<LandedStream> landed)
    {
        if (environment.Suppressed is not { IsEmpty: false } list || landed.All(l => l.Extracted.Batches.Count == 0))
        {
            return landed;
        }

        var kept = landed;
        clock.Step("leave out the erased", () =>
        {
            using var scratch = environment.Scratch.Connect();
            (kept, var records) = new SuppressedLoad(scratch, environment.Landing, project.Catalogue, list).LeaveOut(landed);
            return records;
        });
        return kept;
    }

    private List<StreamLoad> Take(IReadOnlyList<LandedStream> landed, int run)
    {
        var streams = new List<StreamLoad>();
        using var scratch = environment.Scratch.Connect();
        foreach (var stream in landed.Where(l => l.HasNews))
        {
            if (!stream.HasShape && stream.Stream.Before?.Columns is null)
            {
                warnings.Add($"{stream.Stream.Source.Name}/{stream.Stream.Stream.Name}: no record yet that would tell its columns; its maps wait for the first");
                continue;
            }

            streams.Add(new(project, stream.Stream, stream.Extracted.Batches, scratch, ref nextFile, run)
            {
                KeyList = stream.KeyList,
                Resumed = stream.Extracted.Resumed,
                IsWhole = true,
            });
            warnings.AddRange(ColumnDriftGate.Judge(streams[^1].Source.Name, streams[^1].Stream, streams[^1].Drift));
        }

        var problems = streams.SelectMany(s => MapCheck.Check(scratch, project, s.Source, s.Stream, s.Columns)).ToList();
        return problems.Count == 0 ? streams : throw new DeclarationException(problems);
    }

    private void Conform(StreamLoad stream, CancellationToken cancellation)
    {
        var session = environment.Warehouse;
        if (stream.Keys?.Make(session) == true)
        {
            StarSchema.Checkpoint(session);
        }

        clock.Step($"conform {stream.Source.Name}/{stream.Stream.Name}", () => stream.Conform(session, environment.Landing, ref nextFile, cancellation));
        warnings.AddRange(stream.Warnings());
    }

    private void Conform(List<StreamLoad> streams, int run, CancellationToken cancellation)
    {
        var session = environment.Warehouse;
        ConformedStream.MakeBadTable(session);
        streams.ForEach(s => Conform(s, cancellation));
        foreach (var (source, join) in project.Sources.SelectMany(s => s.Joins.Select(j => (s, j))))
        {
            StreamLoad? made = null;
            if (streams.TrueForAll(s => !s.IsRecalled))
            {
                clock.Step($"join {source.Name}/{join.Name}", () => (made = new JoinLoad(project, environment, log, run).Land(source, join, streams, ref nextFile))?.Files.Sum(f => f.Records) ?? 0);
            }

            if (made is not null)
            {
                joined.Add(made);
                streams.Add(made);
                Conform(made, cancellation);
            }
        }

        clock.Step("judge", () =>
        {
            judgement = QualityGate.Judge(session, project, [.. streams.Select(s => s.Judged)], clock.Now, cancellation);
            streams.ForEach(s => s.Settle(session));
            return judgement.Results.Sum(r => r.Quarantined);
        });
        warnings.AddRange(judgement.Warnings);
    }

    /// <summary>One transaction: what readers see changes at its end, or, in a dry run, not at all.</summary>
    private RunSummary Publish(
        List<StreamLoad> streams, IReadOnlyList<LandedStream> landed, int run, DateTime started, string declarations, RunRequest request,
        CancellationToken cancellation)
    {
        RunSummary? summary = null;
        try
        {
            environment.Warehouse.InTransaction(() =>
            {
                summary = Publish(streams, landed, run, started, declarations, cancellation);
                if (request.IsDry)
                {
                    throw new DryRunException();
                }
            });
        }
        catch (DryRunException)
        {
            // What the run would have done is known, and undone.
        }

        return summary!;
    }

    private RunSummary Publish(
        List<StreamLoad> streams, IReadOnlyList<LandedStream> landed, int run, DateTime started, string declarations, CancellationToken cancellation)
    {
        var session = environment.Warehouse;
        foreach (var stream in streams)
        {
            stream.Release(log);
            if (stream.IsWhole)
            {
                log.Write(stream.Source.Name, stream.Stream.Name, [.. stream.Files]);
            }

            stream.Keys?.Write(session);
        }

        log.Quarantine(run, ConformedStream.BadTable);
        Scorecard.Write(session, judgement, run, started);
        resolution?.Publish();
        var publishing = new Publishing(session, project, streams, environment.Landing, clock, run, resolution);
        var newest = publishing.Load();
        warnings.AddRange(publishing.Findings);
        var scored = 0L;
        foreach (var step in environment.Steps)
        {
            clock.Step(step.Name, () =>
            {
                var rows = step.Execute(new(session, project, run, cancellation));
                scored += rows;
                return rows;
            });
        }

        var summaries = streams.Select(s => new StreamSummary(s.Source.Name, s.Stream.Name, s.Files.Count, publishing.Count(s))).ToList();
        var counts = summaries.Aggregate(default(RecordCounts), (sum, s) => sum + s.Counts);
        var published = streams.Count > 0 || scored > 0 || resolution?.Changed == true;
        if (published)
        {
            WriteStates(landed, streams, run);
            joined.ForEach(j => log.WriteState(j.Source.Name, j.Stream.Name, j.Join!.Sql, ColumnDriftGate.Merged(null, j.Columns), run));
            summaries.ForEach(s => log.Write(run, s.Source, s.Stream, s.Files, s.Counts));
            clock.Write(log, run);
            log.Write(new PublishedRun(run, started, clock.Now, newest, declarations, environment.Program, counts));
        }

        var reasons = streams.SelectMany(s => s.Reasons(session)).OrderByDescending(r => r.Records).ToList();
        clock.Report("commit", null, 0);
        cancellation.ThrowIfCancellationRequested();
        return new(run, published, counts, summaries, [], reasons, warnings) { Tables = publishing.Tables };
    }

    /// <summary>Writes what streams go on from: with the rows of those that loaded any, and for the others where it moved.</summary>
    private void WriteStates(IEnumerable<LandedStream> landed, IReadOnlyList<StreamLoad> loaded, int? run)
    {
        foreach (var stream in landed)
        {
            var load = loaded.FirstOrDefault(l => l.Origin == stream.Stream);
            var columns = load is null ? stream.Stream.Before?.Columns : ColumnDriftGate.Merged(stream.Stream.Before?.Columns, load.Columns);
            if (stream.State != stream.Stream.Before?.State || columns != stream.Stream.Before?.Columns)
            {
                log.WriteState(stream.Stream.Source.Name, stream.Stream.Stream.Name, stream.State, columns, load is null ? stream.Stream.Before?.RunId : run);
            }
        }
    }

    /// <summary>
    /// Takes batches away that nothing will refer to, and moves the state of streams on that had nothing new, so that the next run does not look there again.
    /// </summary>
    private void Forget(IReadOnlyList<LandedStream> landed, IReadOnlyList<StreamLoad> loaded, RunRequest request)
    {
        if (environment.Suppressed is { IsEmpty: false })
        {
            // A list of all keys names those too who were left out.
            landed.Select(l => l.KeyList).OfType<string>().ToList().ForEach(File.Delete);
        }

        if (!request.IsDry && loaded.Count == 0 && landed.Any(l => l.State != l.Stream.Before?.State))
        {
            environment.Warehouse.InTransaction(() => WriteStates(landed, loaded, null));
        }

        foreach (var stream in landed)
        {
            var isLoaded = !request.IsDry && loaded.Any(l => l.Origin == stream.Stream);
            foreach (var batch in stream.Extracted.Batches.Skip(request.IsDry ? stream.Extracted.Resumed : 0).Where(_ => !isLoaded))
            {
                environment.Landing.Discard(stream.Stream.Source.Name, stream.Stream.Stream.Name, batch.Id);
            }
        }

        foreach (var stream in loaded.Concat(joined).Distinct().Where(s => request.IsDry || !loaded.Contains(s)))
        {
            foreach (var batch in stream.Batches.Where(b => (b.MarksDeleted || stream.Join is not null) && landed.All(l => !l.Extracted.Batches.Contains(b))))
            {
                environment.Landing.Discard(stream.Source.Name, stream.Stream.Name, batch.Id);
            }
        }
    }

    /// <summary>Ends the transaction of a dry run without a commit.</summary>
    private sealed class DryRunException : Exception;
}
