using System.Text.Json;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>Lists of texts in answers.</summary>
internal static class JsonTexts
{
    /// <summary>Writes a key with a list of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
