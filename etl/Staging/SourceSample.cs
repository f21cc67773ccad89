using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Staging;

/// <summary>Records of a stream, read as a run would read them, into a temporary folder that goes with the sample. Nothing is stored in the project.</summary>
public sealed class SourceSample : IDisposable
{
    private const int MostItems = 20;
    private readonly DirectoryInfo folder;
    private readonly List<LandedBatch> batches = [];

    private SourceSample(DirectoryInfo folder) => this.folder = folder;

    /// <summary>Files, tables or deliveries that the stream has now.</summary>
    public int Items { get; private set; }

    /// <summary>Their size in bytes, as far as it is known.</summary>
    public long Bytes { get; private set; }

    /// <summary>The raw columns that were found.</summary>
    public IReadOnlyList<LandedColumn> Columns { get; private set; } = [];

    /// <summary>The files that were read.</summary>
    public IReadOnlyList<LandedFile> Files => [.. batches.SelectMany(b => b.Files)];

    /// <summary>Records that were read.</summary>
    public long Records => Files.Sum(f => f.Records);

    /// <summary>Records that could not be read.</summary>
    public IReadOnlyList<RejectedRecord> Rejects => [.. batches.SelectMany(b => b.Rejects)];

    /// <summary>
    /// A query for the records: <c>_file</c> (the place of their file in <see cref="Files"/>, from 0), <c>_path</c>, <c>_record</c>, <c>_modified</c> and the
    /// raw columns.
    /// </summary>
    public string Relation
    {
        get
        {
            var first = 0;
            return string.Join("\nUNION ALL BY NAME\n", batches.Select(b =>
            {
                var from = first;
                first += b.Files.Count;
                return LandedRelation.Sql(b, f => from + b.Files.ToList().FindIndex(o => o.Number == f.Number));
            }));
        }
    }

    /// <summary>Reads a sample.</summary>
    /// <param name="connector">How the stream is read.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="limit">Records wanted; null for all there are. One item after the other is read until there are enough.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CrmException">The stream cannot be reached or read.</exception>
    public static SourceSample Read(IConnector connector, StreamContext stream, long? limit, CancellationToken cancellation = default)
    {
        var sample = new SourceSample(Directory.CreateTempSubdirectory("crm-sample-"));
        try
        {
            sample.Take(connector, stream, limit, cancellation);
            return sample;
        }
        catch
        {
            sample.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);

    private void Take(IConnector connector, StreamContext stream, long? limit, CancellationToken cancellation)
    {
        var found = connector.Discover(stream, CommittedStream.Nothing, cancellation);
        (Items, Bytes) = (found.Items.Count, found.Items.Sum(i => i.Size));
        var portions = limit is null ? [found] : found.Items.Take(MostItems).Select(i => found with { Items = [i] });
        CrmException? refused = null;
        foreach (var portion in portions)
        {
            try
            {
                Take(connector, stream, portion, limit, cancellation);
            }
            catch (CrmException e) when (limit is not null && Items > 1 && e.Kind == FailureKind.Failed)
            {
                // One unreadable file of many does not hide the others.
                refused ??= e;
            }

            if (Records >= limit)
            {
                break;
            }
        }

        if (batches.Count == 0)
        {
            throw refused ?? new CrmException(FailureKind.Failed, "nothing to read", stream.Name, "at least one file, table or answer", "Correct the stream's options");
        }
    }

    private void Take(IConnector connector, StreamContext stream, Discovery portion, long? limit, CancellationToken cancellation)
    {
        var parquet = Path.Combine(folder.FullName, $"{batches.Count}.parquet");
        var work = Directory.CreateDirectory(Path.Combine(folder.FullName, $"{batches.Count}")).FullName;
        var batch = connector.Extract(stream, portion, new ExtractTarget(parquet, work) { Limit = limit - Records }, null, cancellation);
        batches.Add(batch with { ParquetPath = parquet, ReadOption = stream.Scratch.Key?.ReadOption ?? "" });
        Columns = [.. Columns.Concat(batch.Columns).DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase)];
    }
}
