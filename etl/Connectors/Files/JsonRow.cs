using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Gives the spool the values of one JSON object after the other: text as it is, numbers and nested values as their JSON text, null and absent keys as
/// NULL.
/// </summary>
/// <param name="spool">Where the values go.</param>
/// <param name="placeOf">The place of a key's column in the spool; -1 when there would be too many.</param>
internal sealed class JsonRow(RowSpool spool, Func<string, int> placeOf)
{
    private byte[] text = [];

    /// <summary>Gives the spool an object's values; answers what is wrong with it, null when nothing is. The row is not ended.</summary>
    public string? Read(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return FileFacts.NotUtf8;
        }

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
                var place = placeOf(key);
                if (place < 0)
                {
                    return SpoolColumns.TooMany;
                }

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
}
