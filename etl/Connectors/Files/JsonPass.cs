namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads a file of JSON objects, one a line or all in one array, into the spool: text as it is, numbers and nested values as their JSON text,
/// null and absent keys as NULL.
/// </summary>
internal sealed class JsonPass(FileFacts file, FilesOptions options, RowSpool spool) : RecordPass(file, options, spool)
{
    private JsonRow? row;

    protected override void Read(Stream text, HashedFile hashed)
    {
        var head = File.Probe.Head.AsSpan();
        var isArray = (head.StartsWith("\uFEFF"u8) ? head[3..] : head).TrimStart(" \t\r\n"u8).StartsWith("["u8);
        using var array = isArray ? new JsonArrayLines(text) : null;
        using (var reader = new CsvRecordReader(array ?? text, new CsvDialect(0, null, null, Options.MaxLineBytes)))
        {
            while (!IsEnough && reader.Read())
            {
                Take(reader, array?.LineOf() ?? reader.Line);
                Tell(hashed);
            }
        }

        if (array is { IsClosed: false } && !IsEnough)
        {
            Warnings.Add("the array is not closed: the file may be cut off");
        }
    }

    private void Take(CsvRecordReader reader, long line)
    {
        if (reader.Record.Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }

        var fault = reader.Fault ?? (row ??= new(Spool, k => PlaceOf(k, k))).Read(reader.Record);
        if (fault is null)
        {
            Land(line);
        }
        else
        {
            Reject(line, fault, FileFacts.RawText(reader.Record));
        }
    }
}
