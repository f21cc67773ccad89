using System.Globalization;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors;

/// <summary>
/// A kind of source. A connector only reads: it finds what there is, says which columns it has, and writes raw rows to the Parquet file it is
/// told to. It knows nothing of contracts, quality or the star. Errors are <see cref="Warehouse.CrmException"/>. Stateless: one serves all streams.
/// </summary>
public interface IConnector
{
    /// <summary>The word sources name it by, e.g. <c>files</c>.</summary>
    string Kind => Options.Connector;

    /// <summary>The options it understands.</summary>
    ConnectorOptions Options { get; }

    /// <summary>What a source has to offer: its tables, endpoints or files, as streams that could be declared. For <c>crm source new</c>.</summary>
    /// <param name="source">The source; its streams need not be declared.</param>
    /// <param name="cancellation">Ends the search.</param>
    IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default);

    /// <summary>The stream's raw columns as they are now, without reading its data. Binds the SQL of maps in <c>crm check</c>.</summary>
    IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default);

    /// <summary>What is there now and not yet in the warehouse.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="committed">What the warehouse has committed of it.</param>
    /// <param name="cancellation">Ends the search.</param>
    Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default);

    /// <summary>Reads items into one Parquet file of raw rows, with <c>_file</c> and <c>_record</c> as <see cref="LandedBatch"/> describes.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="found">What to read, from <see cref="Discover"/>.</param>
    /// <param name="target">Where to write.</param>
    /// <param name="progress">Told how far it is; null when nobody asks.</param>
    /// <param name="cancellation">Stops it; nothing is left behind but the target's temporary files.</param>
    LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default);

    /// <summary>What people are told of a committed state: the mark, the place in a log; null when there is nothing to tell.</summary>
    /// <param name="state">The state, as the connector wrote it.</param>
    string? MarkOf(string state) => null;

    /// <summary>
    /// Writes the keys of all records that the source has now to a Parquet file with the stream's key columns, typed as <see cref="Extract"/> types them.
    /// Only asked of connectors whose <see cref="ConnectorOptions.ReadsKeys"/> is true.
    /// </summary>
    void ReadKeys(StreamContext stream, string parquetPath, CancellationToken cancellation = default) =>
        throw new NotSupportedException($"{Kind} reads no keys");
}

/// <summary>A source with what a connector needs to reach it.</summary>
/// <param name="ProjectFolder">Full path of the project folder.</param>
/// <param name="Source">The source.</param>
/// <param name="Scratch">A session of the scratch instance, the one that may read the outside world.</param>
/// <param name="Secrets">Where <c>${NAME}</c> is looked up.</param>
/// <param name="Shared">What the streams of the source share while they are read, e.g. a connection with one snapshot.</param>
/// <param name="Clock">The clock: when a delivery was read, when a token ends.</param>
public sealed record SourceContext(
    string ProjectFolder, Source Source, ISession Scratch, Secrets Secrets, SharedResources Shared, TimeProvider Clock)
{
    /// <summary>An option as the source says, with secrets put in; null when it is not given.</summary>
    public string? Text(string name) => Source.Options.GetValueOrDefault(name) is { } value ? Secrets.Resolve(value) : null;

    /// <summary>The context of one of its streams.</summary>
    public StreamContext Of(SourceStream stream) => new(ProjectFolder, Source, stream, Scratch) { Secrets = Secrets, Shared = Shared, Clock = Clock };
}

/// <summary>A stream with what a connector needs to read it.</summary>
/// <param name="ProjectFolder">Full path of the project folder.</param>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Scratch">A session of the scratch instance, the one that may read the outside world.</param>
public sealed record StreamContext(string ProjectFolder, Source Source, SourceStream Stream, ISession Scratch)
{
    /// <summary>Where <c>${NAME}</c> is looked up.</summary>
    public Secrets Secrets { get; init; } = Secrets.None;

    /// <summary>What the streams of the source share while they are read.</summary>
    public SharedResources Shared { get; init; } = new();

    /// <summary>The clock: when a delivery was read, when a token ends.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary><c>source/stream</c>, the way errors name it.</summary>
    public string Name => $"{Source.Name}/{Stream.Name}";

    /// <summary>An option as the stream says, else as the source says, else null; <c>${NAME}</c> as written.</summary>
    public OptionValue? Option(string name) => Stream.Options.GetValueOrDefault(name) ?? Source.Options.GetValueOrDefault(name);

    /// <summary>An option as the stream says, else as the source says, with secrets put in; null when it is not given.</summary>
    public string? Text(string name) => Option(name) is { } value ? Secrets.Resolve(value) : null;
}

/// <summary>A stream that a source could have.</summary>
/// <param name="Name">A name for it in snake_case.</param>
/// <param name="Options">The connector's options that reach it.</param>
/// <param name="Columns">Its raw columns.</param>
/// <param name="Key">Columns that identify a record, as far as the source knows.</param>
/// <param name="Cursor">A column that grows with every change, as far as it can be told; null when there is none.</param>
/// <param name="Records">How many records there are, roughly; null when that is not known.</param>
public sealed record FoundStream(
    string Name, IReadOnlyDictionary<string, string> Options, IReadOnlyList<LandedColumn> Columns, IReadOnlyList<string> Key, string? Cursor, long? Records);

/// <summary>What the warehouse has committed of a stream.</summary>
/// <param name="Files">Its files and deliveries.</param>
/// <param name="State">
/// What the connector said at the end of the last committed batch (<see cref="LandedBatch.State"/>): a mark, a bookmark, a place in a log; null before the
/// first. Only the connector reads it.
/// </param>
public sealed record CommittedStream(IReadOnlyList<KnownFile> Files, string? State)
{
    /// <summary>Nothing is committed.</summary>
    public static CommittedStream Nothing { get; } = new([], null);
}

/// <summary>What the warehouse has committed of a file.</summary>
/// <param name="Path">Path as <see cref="LandedFile.Path"/> spells it.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Modified">Last modification, UTC.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hexadecimal.</param>
public sealed record KnownFile(string Path, long Size, DateTime Modified, string Sha256);

/// <summary>Something to read.</summary>
/// <param name="Path">Path as <see cref="LandedFile.Path"/> spells it.</param>
/// <param name="Location">Where it really is: the full path.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Modified">Last modification, UTC.</param>
/// <param name="Change">New, or changed since it was read.</param>
public sealed record SourceItem(string Path, string Location, long Size, DateTime Modified, FileChange Change);

/// <summary>What is there now.</summary>
/// <param name="Items">What is to be read, in ordinal order of path.</param>
/// <param name="Unchanged">How many files are there as they were read before.</param>
/// <param name="Touched">Known files whose time changed and whose content did not: the new facts to remember.</param>
public sealed record Discovery(IReadOnlyList<SourceItem> Items, int Unchanged, IReadOnlyList<KnownFile> Touched)
{
    /// <summary>The state that reading goes on from; for connectors that deliver. See <see cref="CommittedStream.State"/>.</summary>
    public string? State { get; init; }

    /// <summary>
    /// What a connector finds that cannot know what is new before it asks: one delivery, named <c>source/stream#NUMBER</c>, numbered on from those committed.
    /// It reads on from the committed state, and the batch says where it ended.
    /// </summary>
    public static Discovery Delivery(StreamContext stream, CommittedStream committed)
    {
        var prefix = $"{stream.Name}#";
        var number = committed.Files.Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(f => long.TryParse(f.Path.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .DefaultIfEmpty(0).Max() + 1;
        var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}");
        return new([new SourceItem(name, name, 0, DateTime.UnixEpoch, FileChange.New)], 0, []) { State = committed.State };
    }
}

/// <summary>Where an extract writes.</summary>
/// <param name="ParquetPath">The file of raw rows to write.</param>
/// <param name="WorkFolder">A folder for temporary files; emptied afterwards by its owner.</param>
public sealed record ExtractTarget(string ParquetPath, string WorkFolder)
{
    /// <summary>Most records wanted, for a preview; null for all. A connector that cannot stop early may write more.</summary>
    public long? Limit { get; init; }

    /// <summary>
    /// For a backfill: only records whose cursor is at least this, as text the cursor's type reads; null for no bound. The batch's state is then the state it
    /// began with, since a backfill moves no mark.
    /// </summary>
    public string? From { get; init; }

    /// <summary>For a backfill: only records whose cursor is less than this; null for no bound.</summary>
    public string? To { get; init; }
}

/// <summary>How far an extract is.</summary>
/// <param name="Files">Files read.</param>
/// <param name="FilesTotal">Files to read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="BytesTotal">Bytes to read.</param>
/// <param name="Records">Records met, rejected ones counted.</param>
/// <param name="Rejected">How many of them could not be read, as far as known.</param>
public readonly record struct ExtractProgress(int Files, int FilesTotal, long Bytes, long BytesTotal, long Records, long Rejected = 0);
