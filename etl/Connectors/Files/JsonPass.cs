using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads a file of JSON objects, one a line or all in one array, into the spool: text as it is, numbers and nested values as their JSON text,
/// null and absent keys as NULL.
/// </summary>
internal sealed class JsonPass
{
    private readonly FileFacts file;
    private readonly FilesOptions options;
    private readonly RowSpool spool;
    private readonly List<RejectedRecord> rejects = [];
    private readonly List<string> warnings = [];
    private readonly JsonRow row;
    private long records;

    private JsonPass(FileFacts file, FilesOptions options, RowSpool spool)
        => (this.file, this.options, this.spool, row) = (file, options, spool, new(spool, warnings));

    /// <summary>Reads the file.</summary>
    /// <param name="file">The file as far as it is known.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="spool">Where the records go.</param>
    /// <param name="limit">How many records are read.</param>
    /// <param name="progress">Told the file's bytes and records so far.</param>
    /// <param name="cancellation">Stops it.</param>
    public static FileFacts Run(
        FileFacts file, FilesOptions options, RowSpool spool, long limit, Action<long, long> progress, CancellationToken cancellation)
        => new JsonPass(file, options, spool).Run(limit, progress, cancellation);

    private FileFacts Run(long limit, Action<long, long> progress, CancellationToken cancellation)
    {
        using var hashed = HashedFile.Open(file.Item.Location, file.Probe, out var utf8);
        var head = file.Probe.Head.AsSpan();
        var isArray = (head.StartsWith("\uFEFF"u8) ? head[3..] : head).TrimStart(" \t\r\n"u8).StartsWith("["u8);
        using var array = isArray ? new JsonArrayLines(utf8) : null;
        using (var reader = new CsvRecordReader(array ?? utf8, new CsvDialect(0, null, null, options.MaxLineBytes)))
        {
            var told = 0L;
            while (records + rejects.Count < limit && reader.Read())
            {
                Take(reader, array?.LineOf() ?? reader.Line);
                if (hashed.BytesRead != told)
                {
                    cancellation.ThrowIfCancellationRequested();
                    told = hashed.BytesRead;
                    progress(told, records + rejects.Count);
                }
            }
        }

        if (array is { IsClosed: false } && records + rejects.Count < limit)
        {
            warnings.Add("the array is not closed: the file may be cut off");
        }

        return file with
        {
            Sha256 = limit == long.MaxValue ? hashed.Finish(cancellation) : "",
            Columns = row.Columns,
            Records = records,
            Rejects = rejects,
            Warnings = warnings,
            NeedsSpool = true,
        };
    }

    private void Take(CsvRecordReader reader, long line)
    {
        if (reader.Record.Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }

        var fault = reader.Fault ?? row.Read(reader.Record);
        if (fault is null)
        {
            records++;
            spool.EndRow(records + rejects.Count);
            return;
        }

        spool.Reset();
        rejects.Add(new RejectedRecord(file.Item.Path, records + rejects.Count + 1, line, 0, null, fault, FileFacts.RawText(reader.Record)));
    }
}
