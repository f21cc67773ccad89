using System.Globalization;
using System.Text;
using Crm.Analytics.Reports.Content;

namespace Crm.Analytics.Reports.Output;

/// <summary>
/// The figures of a block as CSV (RFC 4180, UTF-8): ISO dates, plain numbers, and a last line that begins with # and says how many rows there are and of when
/// they are. Text that a spreadsheet would run as a formula begins with an apostrophe; text that begins with # stands in quotes, so that no row is read as a note.
/// </summary>
internal static class CsvReport
{
    private const string Formula = "=+-@\t\r";

    /// <summary>Writes a table; answers its rows.</summary>
    public static long Write(FigureTable table, ReportContent content, Stream to)
    {
        using var csv = new StreamWriter(to, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        csv.WriteLine(string.Join(',', table.Names().Select(Field)));
        long rows = 0;
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < row.Cells.Count; i++)
            {
                csv.Write(i > 0 ? "," : "");
                csv.Write(Text(FigureTable.Value(row.Cells[i])));
            }

            csv.WriteLine();
            rows++;
        }

        csv.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# rows: {rows}; data as of {content.AsOf.Newest:yyyy-MM-dd'T'HH:mm:ss}; run {content.AsOf.Run}"));
        return rows;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => Field(Guard(text)),
        bool yes => yes ? "true" : "false",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Field(Guard(value.ToString() ?? "")),
    };

    /// <summary>Blanks before a formula's first character do not keep spreadsheets from running it.</summary>
    internal static string Guard(string text) =>
        text.Length > 0 && (Formula.Contains(text[0]) || (text.TrimStart() is [var first, ..] && Formula.Contains(first))) ? "'" + text : text;

    private static string Field(string text) =>
        text.Length > 0 && (text[0] == '#' || text.AsSpan().IndexOfAny("\",\r\n") >= 0 || text[0] == ' ' || text[^1] == ' ')
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
