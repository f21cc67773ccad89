using System.Text.Json;

namespace Crm.Analytics.Host.Cli;

/// <summary>A written file as commands tell it to machines.</summary>
internal static class FileJson
{
    public static void Write(Utf8JsonWriter json, string format, string path, long bytes, string sha256, long? rows)
    {
        json.WriteStartObject();
        json.WriteString("format", format);
        json.WriteString("path", path);
        json.WriteNumber("bytes", bytes);
        json.WriteString("sha256", sha256);
        if (rows is { } count)
        {
            json.WriteNumber("rows", count);
        }

        json.WriteEndObject();
    }
}
