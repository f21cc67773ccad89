using System.Globalization;
using System.Text.Json;

namespace Crm.Analytics.Host.Cli;

/// <summary>One reason for which a record stands in the quarantine.</summary>
internal sealed record SetAsideRecord(
    long QuarantineId, int RunId, string Source, string Stream, string? Contract, string? Path, long? SourceRecord, long? Line, int? ColumnNumber, string? ColumnName,
    string Rule, string Reason, string? Raw)
{
    /// <summary><c>file:line:column</c> as far as the connector knows them; the record's number where it knows no lines.</summary>
    public string Where => (Path, Line) switch
    {
        (null, _) => $"{Source}/{Stream}",
        (_, > 0) => string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}{(ColumnNumber is { } column ? $":{column}" : "")}"),
        _ when SourceRecord is > 0 => string.Create(CultureInfo.InvariantCulture, $"{Path} #{SourceRecord}{(ColumnNumber is { } column ? $":{column}" : "")}"),
        _ => Path,
    };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id", QuarantineId);
        json.WriteNumber("run", RunId);
        json.WriteString("source", Source);
        json.WriteString("stream", Stream);
        json.WriteString("contract", Contract);
        json.WriteString("file", Path);
        Write(json, "record", SourceRecord);
        Write(json, "line", Line);
        json.WriteString("column", ColumnName);
        Write(json, "columnNumber", ColumnNumber);
        json.WriteString("rule", Rule);
        json.WriteString("reason", Reason);
        json.WriteString("raw", Raw);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
