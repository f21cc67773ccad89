using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>What an erasure did.</summary>
/// <param name="Customers">Customers that are gone.</param>
/// <param name="Tables">What was taken out of which table of the warehouse.</param>
/// <param name="Landed">Landed records that are gone or were cleaned.</param>
/// <param name="Values">Texts that only they had; nothing of the project may hold them any more.</param>
public sealed record Erased(long Customers, IReadOnlyList<ErasedTable> Tables, long Landed, IReadOnlyList<string> Values);

/// <summary>Takes those on the suppression list out of the warehouse and the landing of a project.</summary>
/// <param name="project">The project.</param>
/// <param name="environment">What a run works with, alone in the warehouse.</param>
/// <param name="list">The list.</param>
public sealed class ProjectErasure(Project project, RunEnvironment environment, SuppressionList list)
{
    /// <summary>Erases. It can be done again at any time, and finishes what was broken off.</summary>
    /// <param name="before">Given the texts that tell who they are, before any is gone.</param>
    /// <param name="cancellation">Stops it before anything was changed.</param>
    public Erased Erase(Action<IReadOnlyList<string>> before, CancellationToken cancellation)
    {
        var session = environment.Warehouse;
        using var scratch = environment.Scratch.Connect();
        list.Fill(scratch);
        var log = new RunLog(session);
        var landed = new LandedPersons(scratch, environment.Landing, project.Catalogue, list);
        var found = Find(landed, log, cancellation);
        var erasure = new PersonErasure(session, project, list);
        var (members, values) = (erasure.Members, erasure.Values());
        before(values);
        IReadOnlyList<ErasedTable> tables = [];
        session.InTransaction(() => tables = erasure.Erase([.. found.SelectMany(f => f.Places)], values, log.Latest()?.Run ?? 0));
        var records = 0L;
        foreach (var (source, stream, batch, persons, _) in found.Where(f => f.Persons.Count > 0))
        {
            landed.Find(source, stream, batch);
            landed.Remove(source, stream, batch, persons);
            records += persons.Count;
        }

        records += Sweep(landed, values);
        return new(members, tables, records, values);
    }

    /// <summary>All that the project holds of those on the list: rows of the warehouse and landed records, as JSON, by table or stream.</summary>
    public IReadOnlyList<(string Where, IReadOnlyList<string> Rows)> Tell(CancellationToken cancellation)
    {
        using var scratch = environment.Scratch.Connect();
        list.Fill(scratch);
        var landed = new LandedPersons(scratch, environment.Landing, project.Catalogue, list);
        var told = new PersonErasure(environment.Warehouse, project, list).Tell().ToList();
        foreach (var (source, stream, batch, persons, _) in Find(landed, new RunLog(environment.Warehouse), cancellation).Where(f => f.Persons.Count > 0))
        {
            landed.Find(source, stream, batch);
            told.Add(($"landing/{source.Name}/{stream.Name}", landed.Tell(batch)));
        }

        return told;
    }

    private List<Found> Find(LandedPersons landed, RunLog log, CancellationToken cancellation)
    {
        var found = new List<Found>();
        foreach (var source in project.Sources)
        {
            var streams = source.Streams.Select(s => KnownStream.Of(source, s, log, environment)).Concat(source.Joins.Select(j => KnownStream.Of(source, j, log)));
            foreach (var known in streams)
            {
                foreach (var id in environment.Landing.Batches(known.Source.Name, known.Stream.Name))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (environment.Landing.Find(known.Source.Name, known.Stream.Name, id) is { } batch)
                    {
                        var persons = landed.Find(known.Source, known.Stream, batch);
                        var files = known.Files.Where(f => f.Landing == id).GroupBy(f => f.Path, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().FileId, StringComparer.Ordinal);
                        found.Add(new(known.Source, known.Stream, batch, persons, [.. persons.Select(p => new ErasedPlace(
                            known.Source.Name, known.Stream.Name, files.GetValueOrDefault(p.File, -1), p.Record, p.IsGone))]));
                    }
                }
            }
        }

        return found;
    }

    /// <summary>Also in what landed of sources that are not declared any more.</summary>
    private long Sweep(LandedPersons landed, IReadOnlyList<string> values)
    {
        var cells = 0L;
        foreach (var manifest in Directory.EnumerateFiles(environment.Landing.Folder, "*.json", SearchOption.AllDirectories))
        {
            if (Path.GetRelativePath(environment.Landing.Folder, manifest).Split(Path.DirectorySeparatorChar) is [var source, var stream, var file]
                && environment.Landing.Find(source, stream, Path.GetFileNameWithoutExtension(file)) is { } batch)
            {
                cells += landed.Sweep(source, stream, batch, values);
            }
        }

        // Lists of keys belong to the run that read them.
        foreach (var keys in Directory.EnumerateFiles(environment.Landing.Folder, "keys.parquet", SearchOption.AllDirectories))
        {
            File.Delete(keys);
        }

        return cells;
    }

    private sealed record Found(Source Source, SourceStream Stream, LandedBatch Batch, IReadOnlyList<LandedPerson> Persons, IReadOnlyList<ErasedPlace> Places);
}
