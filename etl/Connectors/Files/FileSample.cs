using System.Globalization;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>The beginnings of some files of a family, landed beside everything: what their values look like.</summary>
/// <param name="folder">A folder of its own.</param>
/// <param name="scratch">A session of the scratch instance.</param>
/// <param name="context">Makes a stream with options.</param>
internal sealed class FileSample(
    string folder, ISession scratch, Func<IReadOnlyList<(string Option, IReadOnlyList<string> Values)>, StreamContext> context)
{
    private const int FilesLookedAt = 3;
    private const int BytesLookedAt = 2 << 20;
    private const int RecordsLookedAt = 20_000;
    private static readonly SqlFile sql = SqlFile.Beside<FileFamilies>();
    private long sampled;
    private long records;
    private bool isWhole = true;

    /// <summary>The delimiter of CSV files; null for other formats.</summary>
    public char? Delimiter { get; private set; }

    /// <summary>Lands the sample; with another encoding when the files are not UTF-8, which is then named.</summary>
    public (LandedBatch Batch, string? Encoding) Land(IReadOnlyList<(string Path, string Location)> files, CancellationToken cancellation)
    {
        var some = files.Count <= FilesLookedAt ? files : [files[0], files[files.Count / 2], files[^1]];
        foreach (var (index, file) in some.Index())
        {
            Take(FilePlace.Parse(file.Location), index, cancellation);
        }

        var (batch, encoding) = (LandAs([], cancellation), (string?)null);
        if (batch.Rejects.Any(r => r.Reason == FileFacts.NotUtf8) || batch.Rejects.Any(r => r.Record == 0 && r.Reason.Contains("not valid UTF-8", StringComparison.Ordinal)))
        {
            (batch, encoding) = (LandAs([("encoding", ["windows-1252"])], cancellation), "windows-1252");
        }

        records = batch.Files.Sum(f => f.Records + f.Rejected);
        return (batch, encoding);
    }

    /// <summary>How many records the files have, as the sample's density suggests; null when it tells nothing.</summary>
    public long? Records(IReadOnlyList<(string Path, string Location)> files)
    {
        var total = files.Sum(f => FilePlace.Parse(f.Location).Length());
        return isWhole && files.Count <= FilesLookedAt ? records : sampled == 0 ? null : (long)((double)records * total / sampled);
    }

    private LandedBatch LandAs(IReadOnlyList<(string Option, IReadOnlyList<string> Values)> options, CancellationToken cancellation)
    {
        var stream = context([("path", [Path.Combine(folder, "s*").Replace('\\', '/')]), .. options]);
        var connector = new FilesConnector();
        var target = new ExtractTarget(Path.Combine(folder, "sample.parquet"), folder);
        return connector.Extract(stream, connector.Discover(stream, CommittedStream.Nothing, cancellation), target, null, cancellation) with { ReadOption = scratch.Key?.ReadOption ?? "" };
    }

    private void Take(FilePlace place, int index, CancellationToken cancellation)
    {
        var options = FilesOptions.Read(context([("path", ["s*"])]));
        var probe = FileProbe.Look(place.Location, options);
        var extension = Path.GetExtension(place.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? place.Name[..^3] : place.Name);
        var target = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"s{index}{extension}"));
        if (probe.Format == FileFormat.Parquet && place.Entry is null)
        {
            scratch.Execute(sql.Fill("some", ("file", EnginePath.Literal(place.Path)), ("limit", RecordsLookedAt.ToString(CultureInfo.InvariantCulture)), ("target", SqlName.Literal(target))));
            isWhole = false;
            return;
        }

        if (probe.Format is FileFormat.Parquet or FileFormat.Sheet)
        {
            place.Unpack(target, cancellation);
            sampled += place.Length();
            return;
        }

        Delimiter = probe.Format == FileFormat.Csv ? (char)CsvDialect.DelimiterOf(probe.Head, 0, (byte)'"') : null;
        using var file = place.Open();
        using var text = probe.Gzip ? FilePlace.Gunzip(file, place.Length(), options, leaveOpen: true) : file;
        var bytes = new byte[BytesLookedAt];
        var read = text.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var isAll = read < bytes.Length;
        var kept = isAll ? read : bytes.AsSpan(0, read).LastIndexOf((byte)'\n') is > 0 and var end ? end + 1 : read;
        File.WriteAllBytes(target, bytes[..kept]);
        (sampled, isWhole) = (sampled + (isAll ? place.Length() : kept), isWhole && isAll);
    }
}
