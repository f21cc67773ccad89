using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Connectors.Records;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Singer;

/// <summary>Takes the messages of a tap: records go into the delivery, states are kept, schemas widen the columns, versions say which records count.</summary>
/// <param name="stream">The stream.</param>
/// <param name="delivery">Gets the records.</param>
/// <param name="maxLineBytes">The longest record in a file of a BATCH.</param>
/// <param name="cancellation">Stops the reading of a BATCH.</param>
internal sealed class TapMessages(StreamContext stream, RecordDelivery delivery, int maxLineBytes, CancellationToken cancellation)
{
    private static readonly SqlFile Sql = SqlFile.Beside<TapMessages>();
    private readonly string wanted = SingerOptions.TapStream(stream.Stream);
    private readonly Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<long, int> parts = [];

    /// <summary>The tap's last state as JSON; null when it wrote none.</summary>
    public string? State { get; private set; }

    /// <summary>The version that was activated last; null when none was.</summary>
    public long? Version { get; private set; }

    /// <summary>The types of the columns, by the last schema.</summary>
    public IReadOnlyDictionary<string, string> Types => types;

    /// <summary>Whether records of this part of the delivery count.</summary>
    public bool Keeps(int part) => Version is not { } version || part == 0 || parts.GetValueOrDefault(version, -1) == part;

    /// <summary>Whether records came that bear another version than the one activated.</summary>
    public bool HasOthers => Version is { } version && parts.Keys.Any(v => v != version);

    /// <summary>Takes a line.</summary>
    public void Take(ReadOnlySpan<byte> line, long number, string? fault)
    {
        delivery.Bytes += line.Length + 1;
        if (fault is not null || line.Trim(" \t\r"u8).IsEmpty)
        {
            if (fault is not null)
            {
                delivery.Reject(number, fault, line);
            }

            return;
        }

        try
        {
            using var json = JsonDocument.Parse(line.ToArray(), new JsonDocumentOptions { MaxDepth = 256 });
            Take(json.RootElement, line, number);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            delivery.Reject(number, $"it is no message of a tap: {e.Message}", line);
        }
    }

    private void Take(JsonElement message, ReadOnlySpan<byte> line, long number)
    {
        var type = message.GetProperty("type").GetString()!;
        switch (type.ToUpperInvariant())
        {
            case "STATE":
                State = message.GetProperty("value").GetRawText();
                return;
            case "RECORD" or "SCHEMA" or "ACTIVATE_VERSION" or "BATCH" when message.GetProperty("stream").GetString() is var other && other != wanted:
                delivery.Warn($"messages of the stream '{other}' were left out: it was not asked for");
                return;
            case "RECORD":
                delivery.Part(PartOf(message));
                delivery.Add(Bytes(message.GetProperty("record")), number);
                return;
            case "SCHEMA":
                Widen(message.GetProperty("schema"));
                return;
            case "ACTIVATE_VERSION":
                Version = message.GetProperty("version").GetInt64();
                return;
            case "BATCH":
                delivery.Part(PartOf(message));
                Batch(message, line, number);
                return;
            default:
                delivery.Warn($"messages of type {type} were left out: it is unknown");
                return;
        }
    }

    private int PartOf(JsonElement message)
    {
        if (!message.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number)
        {
            return 0;
        }

        var number = version.GetInt64();
        return parts.TryGetValue(number, out var part) ? part : parts[number] = parts.Count + 1;
    }

    private void Widen(JsonElement schema)
    {
        foreach (var (name, type) in TapSchema.Of(schema).Columns)
        {
            delivery.Expect([name]);
            types[name] = type;
            if (type == "VARCHAR")
            {
                types.Remove(name);
            }
        }
    }

    private void Batch(JsonElement message, ReadOnlySpan<byte> line, long number)
    {
        var encoding = message.GetProperty("encoding");
        var format = encoding.GetProperty("format").GetString()!.ToLowerInvariant();
        var packed = encoding.TryGetProperty("compression", out var c) && c.ValueKind == JsonValueKind.String ? c.GetString()!.ToLowerInvariant() : "none";
        foreach (var file in message.GetProperty("manifest").EnumerateArray().Select(f => f.GetString()!))
        {
            var path = Uri.TryCreate(file, UriKind.Absolute, out var url) && url.IsFile ? url.LocalPath : file;
            switch (format, packed)
            {
                case ("jsonl", "gzip" or "none"):
                    Lines(path, packed == "gzip");
                    break;
                case ("parquet", _):
                    Parquet(path);
                    break;
                default:
                    delivery.Reject(number, $"a batch of format {format} with compression {packed}; jsonl, gzip and parquet can be read", line);
                    return;
            }
        }
    }

    private void Lines(string path, bool gzip)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream text = gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new CsvRecordReader(text, new CsvDialect(0, null, null, maxLineBytes));
            while (reader.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                if (reader.Fault is { } fault)
                {
                    delivery.Reject(reader.Line, fault, reader.Record);
                }
                else if (!reader.Record.Trim(" \t\r"u8).IsEmpty)
                {
                    delivery.Add(reader.Record, reader.Line);
                }
            }

            delivery.Bytes += file.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unreadable(path, e);
        }
    }

    private void Parquet(string path)
    {
        try
        {
            stream.Scratch.Stream(Sql.Fill("", ("file", EnginePath.Literal(path))), null, row => delivery.Add(Encoding.UTF8.GetBytes(row.GetString(0))), cancellation);
            delivery.Bytes += new FileInfo(path).Length;
        }
        catch (Exception e) when (e is EngineException { Kind: not (EngineErrorKind.Interrupted or EngineErrorKind.Fatal) } or IOException)
        {
            throw Unreadable(path, e);
        }
    }

    private CrmException Unreadable(string path, Exception e) => new(
        FailureKind.Failed, $"the tap's batch file cannot be read: {e.Message}", $"{stream.Name} {path}", "the file that the tap wrote", "Look whether the tap can write there, then run again", e);

    private static byte[] Bytes(JsonElement record) => Encoding.UTF8.GetBytes(record.GetRawText());
}
