using System.Globalization;
using Crm.Analytics.Warehouse.Query;
using CsvHelper;

namespace Crm.Analytics.Host.Terminal;

/// <summary>An answer as CSV: members as header, ISO dates, plain numbers. Text that a spreadsheet would run as a formula is made plain text.</summary>
internal static class ResultCsv
{
    // The writer guards text that begins with one of these; this file guards text where blanks and line breaks stand before it.
    private const string Formula = "=+-@\t\r";

    public static void Write(CubeResult result, Stream to)
    {
        using var csv = Open(result.Columns, to);
        foreach (var row in result.Rows)
        {
            WriteRow(csv, row.Values);
        }
    }

    /// <summary>Begins a file of rows that come one by one; disposing of the writer ends it and leaves the stream open.</summary>
    public static CsvWriter Open(IReadOnlyList<ResultColumn> columns, Stream to)
    {
        var csv = CsvWriter.Create(to, CsvWriterOptions.Default with { Injection = CsvInjection.Escape, NewLine = "\n" }, leaveOpen: true);
        csv.WriteHeader([.. columns.Select(c => c.Member)]);
        return csv;
    }

    /// <summary>Writes a row.</summary>
    public static void WriteRow(CsvWriter csv, IReadOnlyList<object?> values)
    {
        foreach (var value in values)
        {
            WriteCell(csv, value);
        }

        csv.EndRecord();
    }

    /// <summary>Rows of text, under the titles of their columns; null is an empty cell.</summary>
    public static void Write(IReadOnlyList<string> titles, IEnumerable<IReadOnlyList<string?>> rows, Stream to)
    {
        using var csv = CsvWriter.Create(to, CsvWriterOptions.Default with { Injection = CsvInjection.Escape, NewLine = "\n" }, leaveOpen: true);
        csv.WriteHeader([.. titles]);
        foreach (var row in rows)
        {
            foreach (var cell in row)
            {
                WriteCell(csv, cell);
            }

            csv.EndRecord();
        }
    }

    /// <summary>A value as a field.</summary>
    internal static void WriteCell(CsvWriter csv, object? value)
    {
        switch (value)
        {
            case null:
                csv.WriteField("");
                break;
            case string text:
                csv.WriteField(Guard(text));
                break;
            case bool yes:
                csv.WriteField(yes ? "true" : "false");
                break;
            case DateOnly day:
                csv.WriteField(day);
                break;
            case DateTime moment:
                csv.WriteField(moment, "yyyy-MM-dd'T'HH:mm:ss.FFFFFF");
                break;
            case long number:
                csv.WriteField(number);
                break;
            case decimal number:
                csv.WriteField(number / 1.0000000000000000000000000000m);
                break;
            case double number:
                csv.WriteField(number);
                break;
            default:
                csv.WriteField(Guard(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                break;
        }
    }

    private static string Guard(string text) =>
        text.TrimStart() is [var first, ..] && Formula.Contains(first) && !Formula.Contains(text[0]) ? "'" + text : text;
}
