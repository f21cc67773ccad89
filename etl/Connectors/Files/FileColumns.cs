using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Tells a stream's columns from headers, schemas and first records.</summary>
internal sealed class FileColumns(StreamContext stream, FilesOptions options)
{
    private const int RecordsLookedAt = 100;
    private readonly IReadOnlyList<string> names = [.. stream.Stream.Columns.Select(c => c.Name)];

    /// <summary>The columns of the files together, in the order they appear; files that cannot be read are passed over, unless none can.</summary>
    public IReadOnlyList<LandedColumn> Of(IReadOnlyList<(string Path, string Location)> files, CancellationToken cancellation)
    {
        var columns = new List<LandedColumn>();
        string? refusal = null;
        foreach (var (path, location) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var (size, modified) = FileState.Of(location, path);
            var probe = FileProbe.Look(location, options);
            if (probe.Refusal is null)
            {
                var facts = new FileFacts(new SourceItem(path, location, size, modified, FileChange.New), probe);
                refusal ??= Add(columns, facts, cancellation);
            }
            else
            {
                refusal ??= $"{path}: {probe.Refusal}";
            }
        }

        return columns.Count > 0 ? columns : throw new CrmException(
            FailureKind.Failed, refusal ?? "its files are empty", $"{stream.Stream.Where} ({stream.Name})",
            "at least one file with a header or a record", "Correct the files or the options");
    }

    private string? Add(List<LandedColumn> columns, FileFacts facts, CancellationToken cancellation)
    {
        try
        {
            foreach (var column in Of(facts, cancellation).Where(c => !columns.Exists(k => k.Name.Equals(c.Name, StringComparison.OrdinalIgnoreCase))))
            {
                columns.Add(column);
            }

            return null;
        }
        catch (Exception e) when (e is InvalidDataException or System.Text.DecoderFallbackException or EngineException)
        {
            return $"{facts.Item.Path}: {e.Message}";
        }
    }

    private IEnumerable<LandedColumn> Of(FileFacts facts, CancellationToken cancellation)
    {
        switch (facts.Probe)
        {
            case { IsEmpty: true }:
                return [];
            case { Format: FileFormat.Csv }:
                return [.. CsvPass.Header(facts, options, names).Select(Text)];
            default:
                return Unpacked(facts, cancellation);
        }
    }

    private List<LandedColumn> Unpacked(FileFacts facts, CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("crm-columns-");
        try
        {
            var reading = new FileReading(options, names, work.FullName, _ => (_, _) => { }, cancellation);
            facts = reading.Unpack(facts, 0);
            if (facts.Probe.Format == FileFormat.Parquet)
            {
                using var copy = new FilesCopy(stream.Scratch, options);
                copy.Separate();
                return [.. copy.ParquetColumns([facts])];
            }

            using var nothing = new RowSpool(Stream.Null);
            return [.. reading.Pass(facts, nothing, RecordsLookedAt).Run().Columns.Select(Text)];
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static LandedColumn Text(string name) => new(name, "VARCHAR");
}
