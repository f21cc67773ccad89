using System.Globalization;
using System.Text;

namespace Crm.Analytics.Host.Terminal;

/// <summary>A table of text for a terminal: columns as wide as their widest cell, numbers to the right.</summary>
internal sealed class TextTable(params TextTable.Column[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>A column.</summary>
    internal sealed record Column(string Title, bool IsNumber = false);

    /// <summary>Adds a row: one cell per column.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(OneLine)]);

    public void WriteTo(CommandContext context, string indent = "")
    {
        var widths = columns.Select((c, i) => _rows.Select(r => Width(r[i])).Append(Width(c.Title)).Max()).ToArray();
        context.WriteLine(indent + Line([.. columns.Select(c => c.Title)], widths));
        context.WriteLine(indent + string.Join("  ", widths.Select(w => new string('─', w))));
        foreach (var row in _rows)
        {
            context.WriteLine(indent + Line(row, widths));
        }
    }

    private string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            var blank = new string(' ', widths[i] - Width(cells[i]));
            line.Append(i == 0 ? "" : "  ").Append(columns[i].IsNumber ? blank + cells[i] : cells[i] + blank);
        }

        return line.ToString().TrimEnd();
    }

    // A terminal must not be moved by what stands in a cell.
    private static string OneLine(string cell) => cell.Any(char.IsControl) ? string.Concat(cell.Select(c => char.IsControl(c) ? ' ' : c)) : cell;

    private static int Width(string cell) => StringInfo.ParseCombiningCharacters(cell).Length;
}
