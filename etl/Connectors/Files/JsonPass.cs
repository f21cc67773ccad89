using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads a file of JSON objects, one a line or all in one array, into the spool: text as it is, numbers and nested values as their JSON text,
/// null and absent keys as NULL.
/// </summary>
internal sealed class JsonPass(FileFacts file, FilesOptions options, RowSpool spool) : RecordPass(file, options, spool)
{
    private byte[] unescaped = [];

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

        var fault = reader.Fault ?? (Utf8.IsValid(reader.Record) ? Read(reader.Record) : FileFacts.NotUtf8);
        if (fault is null)
        {
            Land(line);
        }
        else
        {
            Reject(line, fault, FileFacts.RawText(reader.Record));
        }
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
                var place = PlaceOf(key, key);
                if (place < 0)
                {
                    return TooManyColumns;
                }

                if (Spool.IsSet(place))
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
                unescaped = unescaped.Length < reader.ValueSpan.Length ? new byte[reader.ValueSpan.Length * 2] : unescaped;
                Spool.Set(place, unescaped.AsSpan(0, reader.CopyString(unescaped)));
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                Spool.Set(place, json[start..(int)reader.BytesConsumed]);
                break;
            default:
                Spool.Set(place, reader.ValueSpan);
                break;
        }
    }
}
