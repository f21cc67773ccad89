using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Writes YAML as JSON: plain numbers, true, false and null as such, everything else as text.</summary>
internal static class YamlJson
{
    private static readonly JsonWriterOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(YamlNode node)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, readable))
        {
            Write(json, node);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlMap map:
                json.WriteStartObject();
                foreach (var (key, value) in map.Entries)
                {
                    json.WritePropertyName(key.Text);
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case YamlList list:
                json.WriteStartArray();
                list.Items.ForEach(item => Write(json, item));
                json.WriteEndArray();
                break;
            case YamlScalar { IsMissing: true }:
                json.WriteNullValue();
                break;
            case YamlScalar { Quoted: false } scalar when scalar.Text is "true" or "false" || IsNumber(scalar.Text):
                json.WriteRawValue(scalar.Text);
                break;
            case YamlScalar scalar:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }

    /// <summary>What JSON calls a number: 1, -2.5, 1e3; not 007, +1 or .5, which stay text.</summary>
    private static bool IsNumber(string text)
    {
        if (text[0] != '-' && !char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == Encoding.UTF8.GetByteCount(text) && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
