using System.Globalization;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>An answer as a table: every column as asked, values typed and as text.</summary>
internal static class AnswerTable
{
    /// <summary>The rows of an answer.</summary>
    public static TableView Of(CubeResult answer, IReadOnlyList<ResultRow> rows, ValueText text)
    {
        var largest = answer.Columns.Select((c, i) => c.IsMeasure ? rows.Max(r => Math.Abs(Number(r.Values[i]) ?? 0)) : 0).ToList();
        return new TableView(
            [.. answer.Columns.Select(Heading)],
            [.. rows.Select(r => new TableRow([.. answer.Columns.Select((c, i) => Cell(r.Values[i], c.Format, text, largest[i]))], IsTotal: false) { Origin = Origin.Of(answer, r) })]);
    }

    /// <summary>The heading of a column of an answer.</summary>
    public static TableColumn Heading(ResultColumn column) =>
        new(column.Title, column.Description, column.IsMeasure) { Member = column.Member, Format = column.Format, Type = column.Type, IsMeasure = column.IsMeasure };

    /// <summary>A cell that holds a value and its text.</summary>
    public static TableCell Cell(object? value, string? format, ValueText text, double largest = 0) => new(text.Of(value, format, largest), null) { Value = value };

    /// <summary>A value as number; null for none.</summary>
    public static double? Number(object? value) =>
        value is null or string or bool or DateOnly or DateTime ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
