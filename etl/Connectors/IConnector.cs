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

    /// <summary>The stream's raw columns as they are now, without reading its data. Binds the SQL of maps in <c>crm check</c>.</summary>
    IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default);

    /// <summary>What is there now and not yet in the warehouse.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="known">What the warehouse has committed of it.</param>
    /// <param name="cancellation">Ends the search.</param>
    Discovery Discover(StreamContext stream, IReadOnlyList<KnownFile> known, CancellationToken cancellation = default);

    /// <summary>Reads items into one Parquet file of raw rows, with <c>_file</c> and <c>_record</c> as <see cref="LandedBatch"/> describes.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="found">What to read, from <see cref="Discover"/>.</param>
    /// <param name="target">Where to write.</param>
    /// <param name="progress">Told how far it is; null when nobody asks.</param>
    /// <param name="cancellation">Stops it; nothing is left behind but the target's temporary files.</param>
    LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default);
}

/// <summary>A stream with what a connector needs to read it.</summary>
/// <param name="ProjectFolder">Full path of the project folder.</param>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Scratch">A session of the scratch instance, the one that may read the outside world.</param>
public sealed record StreamContext(string ProjectFolder, Source Source, SourceStream Stream, ISession Scratch)
{
    /// <summary><c>source/stream</c>, the way errors name it.</summary>
    public string Name => $"{Source.Name}/{Stream.Name}";

    /// <summary>An option as the stream says, else as the source says, else null.</summary>
    public OptionValue? Option(string name) => Stream.Options.GetValueOrDefault(name) ?? Source.Options.GetValueOrDefault(name);
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
public sealed record Discovery(IReadOnlyList<SourceItem> Items, int Unchanged, IReadOnlyList<KnownFile> Touched);

/// <summary>Where an extract writes.</summary>
/// <param name="ParquetPath">The file of raw rows to write.</param>
/// <param name="WorkFolder">A folder for temporary files; emptied afterwards by its owner.</param>
public sealed record ExtractTarget(string ParquetPath, string WorkFolder);

/// <summary>How far an extract is.</summary>
/// <param name="Files">Files read.</param>
/// <param name="FilesTotal">Files to read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="BytesTotal">Bytes to read.</param>
/// <param name="Records">Records met, rejected ones counted.</param>
public readonly record struct ExtractProgress(int Files, int FilesTotal, long Bytes, long BytesTotal, long Records);
