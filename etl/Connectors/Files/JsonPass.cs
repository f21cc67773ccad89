using System.Text.Json;
using System.Text.Unicode;
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
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<string> columns = [];
    private long records;
    private byte[] text = [];

    private JsonPass(FileFacts file, FilesOptions options, RowSpool spool) => (this.file, this.options, this.spool) = (file, options, spool);

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
            Columns = columns,
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

        var fault = reader.Fault ?? (Utf8.IsValid(reader.Record) ? Read(reader.Record) : FileFacts.NotUtf8);
        if (fault is null)
        {
            records++;
            spool.EndRow(records + rejects.Count);
            return;
        }

        spool.Reset();
        rejects.Add(new RejectedRecord(file.Item.Path, records + rejects.Count + 1, line, 0, null, fault, FileFacts.RawText(reader.Record)));
    }

    /// <summary>Gives the spool an object's values; answers what is wrong with it.</summary>
    private string? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return $"a JSON object is expected, not {reader.TokenType}";
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                reader.Read();
                var place = PlaceOf(key);
                if (spool.IsSet(place))
                {
                    return $"the key '{key}' is there twice";
                }

                Set(ref reader, json, place);
            }

            return reader.Read() ? "text follows the object" : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"it is not valid JSON: {e.Message}";
        }
    }

    private void Set(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, int place)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.String:
                text = text.Length < reader.ValueSpan.Length ? new byte[reader.ValueSpan.Length * 2] : text;
                spool.Set(place, text.AsSpan(0, reader.CopyString(text)));
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                spool.Set(place, json[start..(int)reader.BytesConsumed]);
                break;
            default:
                spool.Set(place, reader.ValueSpan);
                break;
        }
    }

    private int PlaceOf(string key)
    {
        if (!places.TryGetValue(key, out var place))
        {
            var name = ColumnNames.Distinct([.. columns, key], [])[^1];
            if (name != key)
            {
                warnings.Add($"the key '{key}' is called '{name}': another column has its name");
            }

            columns.Add(name);
            places[key] = place = spool.PlaceOf(name);
        }

        return place;
    }
}
