using System.Globalization;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Reports.Output;

/// <summary>The figures of one block, typed, for files of figures.</summary>
/// <param name="Frame">The block.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Its rows without totals.</param>
/// <param name="Totals">Its totals.</param>
internal sealed record FigureTable(BlockFrame Frame, IReadOnlyList<TableColumn> Columns, IReadOnlyList<TableRow> Rows, IReadOnlyList<TableRow> Totals)
{
    /// <summary>The name people know the block by.</summary>
    public string Title => Frame.Title ?? Frame.Name;

    /// <summary>The tables of a report, in reading order; text has none, and neither has a block without rows.</summary>
    public static IReadOnlyList<FigureTable> Of(ReportContent content) =>
    [
        .. content.Blocks.Select(b => (b.Frame, Table: b switch
        {
            TilesContent tiles => tiles.Table,
            ChartContent chart => chart.Table,
            TableContent table => table.Table,
            _ => null,
        })).Where(b => b.Table is not null)
            .Select(b => new FigureTable(b.Frame, b.Table!.Columns, [.. b.Table.Rows.Where(r => !r.IsTotal)], [.. b.Table.Rows.Where(r => r.IsTotal)])),
    ];

    /// <summary>Names of the columns for machines: the member with its point as _, or the title; each once.</summary>
    public IReadOnlyList<string> Names()
    {
        var names = new List<string>();
        foreach (var column in Columns)
        {
            var letters = (column.Member is { } member && Columns.Count(c => c.Member == member) == 1 ? member : $"{column.Member} {column.Title}".Trim()).ToLowerInvariant();
            var name = string.Join('_', new string([.. letters.Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            var free = name.Length == 0 ? "column" : name;
            for (var k = 2; names.Contains(free); k++)
            {
                free = string.Create(CultureInfo.InvariantCulture, $"{name}_{k}");
            }

            names.Add(free);
        }

        return names;
    }

    /// <summary>
    /// A value as files hold it. Means are summed by several threads in no fixed order, so their last digits differ from run to run; 14 digits are more than
    /// anyone means and make equal data equal bytes.
    /// </summary>
    public static object? Value(TableCell cell) => cell.Value switch
    {
        double number when double.IsFinite(number) => double.Parse(number.ToString("G14", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        double => null,
        decimal number => number / 1.0000000000000000000000000000m,
        int number => (long)number,
        var other => other,
    };
}
