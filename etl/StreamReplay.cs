using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>Takes records from the landing again, without asking their source: all of a stream, those of a range of time, or those in the quarantine.</summary>
/// <param name="project">The project.</param>
/// <param name="environment">What the run works with.</param>
/// <param name="log">The log of the warehouse.</param>
/// <param name="run">The run.</param>
internal sealed class StreamReplay(Project project, RunEnvironment environment, RunLog log, int run)
{
    /// <summary>The streams that have any such records.</summary>
    /// <exception cref="CrmException">The landing no longer has what is asked for.</exception>
    public List<StreamLoad> Recall(RunRequest request)
    {
        var streams = new List<StreamLoad>();
        using var scratch = environment.Scratch.Connect();
        foreach (var source in project.Sources.Where(s => request.Source is null || s.Name == request.Source))
        {
            foreach (var known in source.Streams.Where(s => request.Stream is null || s.Name == request.Stream).Select(s => KnownStream.Of(source, s, log, environment))
                .Concat(source.Joins.Where(j => request.Stream is null || j.Streams.Contains(request.Stream)).Select(j => Joined(source, j))))
            {
                var stream = known.Stream;
                var wanted = Wanted(source, stream, known.Files, request);
                if (wanted.Count == 0)
                {
                    continue;
                }

                var none = 0;
                var load = new StreamLoad(project, known, Batches(source, stream, wanted), scratch, ref none, run)
                {
                    IsRecalled = true,
                    IsWhole = request.Quarantined is null,
                    Only = request.Quarantined,
                };
                streams.Add(load);
            }
        }

        return streams;
    }

    /// <summary>A join as it landed.</summary>
    private KnownStream Joined(Source source, StreamJoin join)
    {
        var before = log.State(source.Name, join.Name);
        var columns = ColumnDriftGate.Read(before?.Columns).Select(c => c.Name).ToList();
        return new(JoinColumns.Source(source, join, columns), JoinColumns.Stream(source, join, columns), log.Files(source.Name, join.Name), before, false);
    }

    private List<LoadedFile> Wanted(Source source, SourceStream stream, IReadOnlyList<LoadedFile> known, RunRequest request)
    {
        if (request.Quarantined is { } choice)
        {
            var files = log.QuarantinedFiles(source.Name, stream.Name, choice.Rule).ToHashSet();
            return [.. known.Where(f => files.Contains(f.FileId))];
        }

        var (from, to) = (Moment(request.Range.From, DateTime.MinValue), Moment(request.Range.To, DateTime.MaxValue));
        return [.. known.Where(f => f.Modified >= from && f.Modified < to)];
    }

    private static DateTime Moment(string? text, DateTime otherwise) => text is null ? otherwise
        : DateTime.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var moment) ? DateTime.SpecifyKind(moment, DateTimeKind.Unspecified)
        : throw new CrmException(FailureKind.WrongUse, $"'{text}'", "--from, --to", "a date, as 2026-03-01, or a date and time (UTC)", "Correct the option");

    private List<LandedBatch> Batches(Source source, SourceStream stream, List<LoadedFile> wanted)
    {
        var batches = new List<LandedBatch>();
        foreach (var group in wanted.GroupBy(f => f.Landing, StringComparer.Ordinal).OrderBy(g => g.Min(f => f.FileId)))
        {
            var paths = group.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
            var batch = environment.Landing.Find(source.Name, stream.Name, group.Key) ?? throw new CrmException(
                FailureKind.Failed, $"the landing no longer has {group.First().Path}", $"{source.Name}/{stream.Name}", $"the landed batch {group.Key}",
                "Load it from its source again, or choose a later --from");
            batches.Add(batch with
            {
                Files = [.. batch.Files.Where(f => paths.Contains(f.Path))],
                Rejects = [.. batch.Rejects.Where(r => paths.Contains(r.Path))],
            });
        }

        return batches;
    }
}
