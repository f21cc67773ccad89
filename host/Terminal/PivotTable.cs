using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Terminal;

/// <summary>A pivot as a table for people, or as JSON for machines.</summary>
internal static class PivotTable
{
    /// <summary>Writes the pivot.</summary>
    public static void Write(Pivot pivot, ProjectSettings settings, CommandContext context)
    {
        if (context.Json)
        {
            WriteJson(pivot, context);
            return;
        }

        var culture = ResultTable.CultureOf(settings);
        var text = new ResultColumn("", "", null, new ColumnType(TypeKind.Text), null, false);
        var columns = pivot.Rows.Select(r => new TextTable.Column(r))
            .Concat(pivot.ColumnHeads.SelectMany(h => pivot.Measures.Select(m => new TextTable.Column(
                $"{(h.Count == 0 ? "Total" : string.Join(" / ", h.Select(v => ResultTable.Text(v, text, culture))))}{(pivot.Measures.Count > 1 ? $" {m.Title}" : "")}", IsNumber: true))));
        var table = new TextTable([.. columns]);
        for (var row = 0; row < pivot.RowHeads.Count; row++)
        {
            var head = pivot.RowHeads[row];
            var names = head.Values.Select((v, i) => i == head.Values.Count - head.TotalLevel ? "Total"
                : i > head.Values.Count - head.TotalLevel ? "" : $"{new string(' ', 2 * DepthOf(head, i))}{ResultTable.Text(v, text, culture)}");
            var cells = pivot.Cells[row].SelectMany(c => pivot.Measures.Select((m, i) => c is null ? "" : ResultTable.Text(c[i], m, culture)));
            table.Add([.. names, .. cells]);
        }

        table.WriteTo(context);
    }

    private static int DepthOf(PivotHead head, int position) => head.Place?.Paths[position].Count - 1 ?? 0;

    /// <summary>The steps that lead to a row that was opened; nothing for the pivot's own rows.</summary>
    private static void WriteSteps(Utf8JsonWriter json, PivotPlace? place)
    {
        if (place is null || place.Paths.All(p => p.Count == 1))
        {
            return;
        }

        json.WriteStartArray("steps");
        foreach (var step in place.Paths.SelectMany(p => p))
        {
            json.WriteStartObject();
            json.WriteString("member", step.Member);
            json.WriteString("value", step.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJson(Pivot pivot, CommandContext context) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("rows");
        for (var row = 0; row < pivot.RowHeads.Count; row++)
        {
            for (var column = 0; column < pivot.ColumnHeads.Count; column++)
            {
                if (pivot.Cells[row][column] is not { } cell)
                {
                    continue;
                }

                json.WriteStartObject();
                json.WriteNumber("totalLevel", pivot.RowHeads[row].TotalLevel);
                ResultJson.WriteValues(json, "row", pivot.RowHeads[row].Values);
                WriteSteps(json, pivot.RowHeads[row].Place);
                ResultJson.WriteValues(json, "column", pivot.ColumnHeads[column]);
                ResultJson.WriteValues(json, "values", cell);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
