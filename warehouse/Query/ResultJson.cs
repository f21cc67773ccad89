using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Writes an answer as one JSON document, close to the answer of Cube's REST format, with typed numbers: <c>data</c> (rows of the grain asked),
/// <c>totals</c> (each with the members it is grouped by), <c>dataAsOf</c>, <c>run</c>, <c>published</c>, <c>truncated</c>, <c>annotation</c>.
/// </summary>
public static class ResultJson
{
    /// <summary>1 with 28 decimals: dividing by it takes trailing zeros from a decimal without changing its value.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    /// <summary>Writes the document; flushing is the caller's.</summary>
    public static void Write(CubeResult result, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var row in result.Rows.Where(r => r.TotalLevel == 0))
            WriteRow(result, row, json);
        json.WriteEndArray();
        if (result.Query.Totals != Totals.None)
            WriteTotals(result, json);
        WriteText(json, "dataAsOf", result.AsOf.Newest?.ToString("s", CultureInfo.InvariantCulture));
        if (result.AsOf.Run is { } run)
            json.WriteNumber("run", run);
        else
            json.WriteNull("run");
        WriteText(json, "published", result.AsOf.Published?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteBoolean("truncated", result.HasMore);
        WriteAnnotation(result, json);
        json.WriteEndObject();
    }

    private static void WriteTotals(CubeResult result, Utf8JsonWriter json)
    {
        var dimensions = result.Columns.TakeWhile(c => !c.IsMeasure).ToList();
        json.WriteStartArray("totals");
        foreach (var row in result.Rows.Where(r => r.TotalLevel > 0))
        {
            var grouped = dimensions.Count - row.TotalLevel;
            json.WriteStartObject();
            json.WriteStartArray("groupedBy");
            foreach (var dimension in dimensions.Take(grouped))
                json.WriteStringValue(dimension.Member);
            json.WriteEndArray();
            for (var i = 0; i < result.Columns.Count; i++)
            {
                if (i < grouped || i >= dimensions.Count)
                    WriteCell(result.Columns[i], row.Values[i], json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRow(CubeResult result, ResultRow row, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        for (var i = 0; i < result.Columns.Count; i++)
            WriteCell(result.Columns[i], row.Values[i], json);
        json.WriteEndObject();
    }

    /// <summary>A row as one object, its values by the names of the columns.</summary>
    public static void WriteObject(Utf8JsonWriter json, IReadOnlyList<ResultColumn> columns, IReadOnlyList<object?> values)
    {
        json.WriteStartObject();
        for (var i = 0; i < columns.Count; i++)
            WriteCell(columns[i], values[i], json);
        json.WriteEndObject();
    }

    /// <summary>Values as an array.</summary>
    public static void WriteValues(Utf8JsonWriter json, string name, IReadOnlyList<object?> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            WriteValue(value, json);
        json.WriteEndArray();
    }

    private static void WriteCell(ResultColumn column, object? value, Utf8JsonWriter json)
    {
        json.WritePropertyName(column.Member);
        WriteValue(value, json);
    }

    /// <summary>Writes a value of an answer: numbers without trailing zeros, days and moments in ISO 8601, null for what is no number.</summary>
    public static void WriteValue(object? value, Utf8JsonWriter json)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number / One);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case DateOnly day:
                json.WriteStringValue(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case DateTime moment:
                json.WriteStringValue(moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteAnnotation(CubeResult result, Utf8JsonWriter json)
    {
        json.WriteStartObject("annotation");
        json.WriteStartObject("measures");
        foreach (var column in result.Columns.Where(c => c.IsMeasure))
            WriteColumn(column, json);
        json.WriteEndObject();
        json.WriteStartObject("dimensions");
        foreach (var column in result.Columns.Where(c => !c.IsMeasure))
            WriteColumn(column, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteColumn(ResultColumn column, Utf8JsonWriter json)
    {
        json.WriteStartObject(column.Member);
        json.WriteString("title", column.Group.Length == 0 ? column.Title : $"{column.Group} {column.Title}");
        json.WriteString("shortTitle", column.Title);
        WriteText(json, "description", column.Description);
        json.WriteString("type", column.Type.Kind switch
        {
            TypeKind.Text => "string",
            TypeKind.Boolean => "boolean",
            TypeKind.Date or TypeKind.Timestamp => "time",
            _ => "number",
        });
        WriteText(json, "format", column.Format);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
            json.WriteNull(name);
        else
            json.WriteString(name, value);
    }
}
