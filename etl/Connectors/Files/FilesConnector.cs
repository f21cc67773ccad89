using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads files: CSV in any dialect and encoding, JSON lines and arrays, Parquet, workbooks, XML, fixed-width text; plain, gzip or in zip archives; by names
/// and patterns.
/// </summary>
public sealed class FilesConnector : IConnector
{
    /// <summary>Of more files than this only the first and last are looked at for their columns.</summary>
    private const int FilesLookedAt = 500;

    /// <inheritdoc/>
    public ConnectorOptions Options => FilesOptions.Declared;

    /// <inheritdoc/>
    /// <remarks>Where to look is the option <c>path</c> of the source, which only a search has: paths and patterns as <see cref="FileFamilies"/> takes them.</remarks>
    public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default) =>
        source.Source.Options.GetValueOrDefault("path") is { } path
            ? [.. new FileFamilies(source.ProjectFolder, source.Scratch).Describe(path.Items, cancellation).Select(f => f.Stream)]
            : [];

    /// <inheritdoc/>
    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default)
    {
        var options = FilesOptions.Read(stream);
        var items = FoundFiles.Of(stream, options, []);
        var some = items.Count <= FilesLookedAt ? items : [.. items.Take(FilesLookedAt / 2), .. items.TakeLast(FilesLookedAt / 2)];
        return new FileColumns(stream, options).Of(some, cancellation);
    }

    /// <inheritdoc/>
    public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default)
    {
        var options = FilesOptions.Read(stream);
        var known = committed.Files;
        var knownByPath = known.ToDictionary(k => k.Path, StringComparer.Ordinal);
        var items = new List<SourceItem>();
        var touched = new List<KnownFile>();
        var unchanged = 0;
        var now = stream.Clock.GetUtcNow().UtcDateTime;
        foreach (var (path, location) in FoundFiles.Of(stream, options, [.. knownByPath.Keys]))
        {
            cancellation.ThrowIfCancellationRequested();
            var (size, modified) = FileState.Of(location, path);
            var before = knownByPath.GetValueOrDefault(path);
            if (before is not null && before.Size == size && FileState.SameMoment(before.Modified, modified))
            {
                unchanged++;
            }
            else if (modified < options.ModifiedSince || (options.Settle > TimeSpan.Zero && modified > now - options.Settle))
            {
                // Older than asked for, or perhaps not finished yet: then the next run looks again.
                continue;
            }
            else if (before is null)
            {
                items.Add(new SourceItem(path, location, size, modified, FileChange.New));
            }
            else if (before.Size == size && FileState.Sha256Of(location, path, cancellation) == before.Sha256)
            {
                touched.Add(before with { Modified = modified });
            }
            else
            {
                items.Add(new SourceItem(path, location, size, modified, FileChange.Changed));
            }
        }

        return new Discovery(items, unchanged, touched);
    }

    /// <inheritdoc/>
    public LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
        => new FilesExtract(stream, FilesOptions.Read(stream), target, progress, cancellation).Run(found);
}
