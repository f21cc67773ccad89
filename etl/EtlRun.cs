using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Quality;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>What a run works with.</summary>
/// <param name="Warehouse">A session of the warehouse, its schema migrated; used by the run alone while it lasts.</param>
/// <param name="Scratch">A session of the scratch instance, which may read the outside world.</param>
/// <param name="Landing">The landing; the warehouse's instance may read its folder.</param>
/// <param name="Connectors">The connectors there are.</param>
/// <param name="Steps">Models that write scores back, in order.</param>
/// <param name="Program">Version of the program, for the run log.</param>
/// <param name="Clock">The clock.</param>
public sealed record RunEnvironment(
    ISession Warehouse, ISession Scratch, LandingStore Landing, IReadOnlyList<IConnector> Connectors, IReadOnlyList<IRunStep> Steps,
    string Program, TimeProvider Clock);

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
    public RunSummary Execute(CancellationToken cancellation = default)
    {
        var started = clock.Now;
        if (StarSchema.Apply(environment.Warehouse, project.Catalogue))
        {
            StarSchema.Checkpoint(environment.Warehouse);
        }

        var latest = log.Latest();
        var run = (latest?.Run ?? 0) + 1;
        var streams = Land(run, cancellation);
        var declarations = DeclarationsHash.Of(project, environment.Program);
        if (streams.Count == 0 && latest?.Declarations == declarations)
        {
            warnings.AddRange(QualityGate.JudgeNothingNew(environment.Warehouse, project, clock.Now));
            return new(latest?.Run, false, default, [], clock.Steps, [], warnings);
        }

        Conform(streams, cancellation);
        RunSummary? summary = null;
        environment.Warehouse.InTransaction(() => summary = Publish(streams, run, started, declarations, cancellation));
        return summary! with { Steps = clock.Steps, Run = summary!.Published ? run : latest?.Run };
    }

    private List<StreamLoad> Land(int run, CancellationToken cancellation)
    {
        var streams = new List<StreamLoad>();
        var nextFile = log.NextFile();
        foreach (var source in project.Sources)
        {
            var connector = environment.Connectors.First(c => c.Kind == source.Connector);
            foreach (var stream in source.Streams)
            {
                clock.Step($"land {source.Name}/{stream.Name}", () =>
                {
                    var known = log.Files(source.Name, stream.Name);
                    var extracted = new StreamExtract(connector, environment.Landing).Run(
                        new(project.Folder, source, stream, environment.Scratch),
                        new([.. known.Select(f => new KnownFile(f.Path, f.Size, DateTime.SpecifyKind(f.Modified, DateTimeKind.Utc), f.Sha256))], null),
                        new LandingProgress(clock, $"land {source.Name}/{stream.Name}"), cancellation);
                    if (extracted.Batches is not [var batch, ..])
                    {
                        return 0;
                    }

                    streams.Add(new(project, source, stream, batch, known, ref nextFile, run));
                    return batch.Files.Sum(f => f.Records + f.Rejected);
                });
            }
        }

        var problems = streams.SelectMany(s => MapCheck.Check(environment.Scratch, project, s.Source, s.Stream, s.Batch.Columns)).ToList();
        return problems.Count == 0 ? streams : throw new DeclarationException(problems);
    }

    private void Conform(List<StreamLoad> streams, CancellationToken cancellation)
    {
        var session = environment.Warehouse;
        ConformedStream.MakeBadTable(session);
        foreach (var stream in streams)
        {
            clock.Step($"conform {stream.Source.Name}/{stream.Stream.Name}", () => stream.Conform(session, cancellation));
            warnings.AddRange(stream.Warnings());
        }

        clock.Step("judge", () =>
        {
            judgement = QualityGate.Judge(session, project, [.. streams.Select(s => s.Judged)], clock.Now, cancellation);
            return judgement.Results.Sum(r => r.Quarantined);
        });
        warnings.AddRange(judgement.Warnings);
    }

    private RunSummary Publish(List<StreamLoad> streams, int run, DateTime started, string declarations, CancellationToken cancellation)
    {
        var session = environment.Warehouse;
        foreach (var stream in streams)
        {
            log.Release(stream.ChangedTable);
            log.Write(stream.Source.Name, stream.Stream.Name, [.. stream.Files]);
        }

        log.Quarantine(run, ConformedStream.BadTable);
        Scorecard.Write(session, judgement, run, started);
        var publishing = new Publishing(session, project, streams, environment.Landing, clock, run);
        var newest = publishing.Load();
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
        var published = streams.Count > 0 || scored > 0;
        if (published)
        {
            summaries.ForEach(s => log.Write(run, s.Source, s.Stream, s.Files, s.Counts));
            clock.Write(log, run);
            log.Write(new PublishedRun(run, started, clock.Now, newest, declarations, environment.Program, counts));
        }

        var reasons = streams.SelectMany(s => s.Reasons(session)).OrderByDescending(r => r.Records).ToList();
        cancellation.ThrowIfCancellationRequested();
        return new(run, published, counts, summaries, [], reasons, warnings);
    }

    private sealed class LandingProgress(RunClock clock, string step) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) =>
            clock.Report(step, value.BytesTotal == 0 ? null : (double)value.Bytes / value.BytesTotal, value.Records);
    }
}
