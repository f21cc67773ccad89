using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Output;

/// <summary>The figures of a report as one JSON document: each block with its columns, rows, totals and number of rows.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions options = new() { Indented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document; answers the rows of all blocks.</summary>
    public static long Write(ReportContent content, Stream to)
    {
        var tables = FigureTable.Of(content);
        using var json = new Utf8JsonWriter(to, options);
        json.WriteStartObject();
        json.WriteString("report", content.Plan.Name);
        json.WriteString("title", content.Plan.Title);
        json.WriteString("project", content.Project);
        json.WriteString("currency", content.Currency);
        Value(json, "dataAsOf", content.AsOf.Newest);
        Value(json, "run", content.AsOf.Run is { } run ? (long)run : null);
        json.WriteStartObject("choices");
        foreach (var (title, value) in content.Choices)
        {
            json.WriteString(title, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("blocks");
        foreach (var table in tables)
        {
            Block(json, table);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return tables.Sum(t => (long)t.Rows.Count);
    }

    private static void Block(Utf8JsonWriter json, FigureTable table)
    {
        json.WriteStartObject();
        json.WriteString("name", table.Frame.Name);
        json.WriteString("title", table.Title);
        json.WriteStartArray("columns");
        foreach (var (column, name) in table.Columns.Zip(table.Names()))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("title", column.Title);
            json.WriteString("member", column.Member);
            json.WriteString("format", column.Format);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Rows(json, "rows", table.Rows);
        Rows(json, "totals", table.Totals);
        json.WriteNumber("rowCount", table.Rows.Count);
        json.WriteEndObject();
    }

    private static void Rows(Utf8JsonWriter json, string name, IReadOnlyList<TableRow> rows)
    {
        json.WriteStartArray(name);
        foreach (var row in rows)
        {
            json.WriteStartArray();
            foreach (var cell in row.Cells)
            {
                Value(json, null, FigureTable.Value(cell));
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, string? name, object? value)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        ResultJson.WriteValue(value, json);
    }
}
