using System.Globalization;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Reads a sheet of an Office Open XML workbook (ECMA-376) as it streams by: numbers keep the text of the file, error cells stay errors.</summary>
internal sealed class XlsxSheet : SheetReader
{
    private const int MostMerged = 10_000;
    private const int MostColumn = 16_384;
    private readonly XlsxWorkbook workbook;
    private readonly BoundedXml reader;
    private readonly StringBuilder text = new();

    public XlsxSheet(string path, FilesOptions options)
    {
        workbook = new(path, options);
        var chosen = workbook.Sheets[Choose([.. workbook.Sheets.Select(s => s.Name)], options.Sheet)];
        Sheet = chosen.Name;
        Merged = FindMerged(chosen.Part);
        reader = workbook.Open(chosen.Part) ?? throw new InvalidDataException($"the sheet '{Sheet}' is missing in it");
    }

    public override string Sheet { get; }

    public override IReadOnlyList<MergedCells> Merged { get; }

    public override bool Read() => XlsxWorkbook.Guard(ReadRow);

    protected override void Dispose(bool disposing) => reader.Dispose();

    private bool ReadRow()
    {
        while (reader.Read())
        {
            if (reader.IsAt("row"))
            {
                Cells.Clear();
                var row = int.TryParse(reader.Xml.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Row + 1;
                Row = row > Row ? row : throw new InvalidDataException($"row {row} stands behind row {Row} in the sheet '{Sheet}'");
                ReadCells();
                return true;
            }
        }

        return false;
    }

    private void ReadCells()
    {
        if (reader.Xml.IsEmptyElement)
        {
            return;
        }

        var (depth, column) = (reader.Xml.Depth, 0);
        while (reader.Read() && reader.Xml.Depth > depth)
        {
            if (!reader.IsAt("c"))
            {
                continue;
            }

            column = reader.Xml.GetAttribute("r") is { } reference ? ColumnOf(reference) : column;
            if (column >= MostColumn || (Cells.Count > 0 && Cells[^1].Column >= column))
            {
                throw new InvalidDataException($"the cells of row {Row} of the sheet '{Sheet}' are out of order");
            }

            ReadCell(column++);
        }
    }

    private void ReadCell(int column)
    {
        var (type, style) = (reader.Xml.GetAttribute("t"), reader.Xml.GetAttribute("s"));
        if (reader.Xml.IsEmptyElement)
        {
            return;
        }

        var (depth, found) = (reader.Xml.Depth, false);
        text.Clear();
        while (reader.Read() && reader.Xml.Depth > depth)
        {
            if (reader.IsAt("rPh") || reader.IsAt("f"))
            {
                reader.Pass();
            }
            else if (reader.IsAt("v") || reader.IsAt("t"))
            {
                found = true;
                reader.TextWithin(text);
            }
        }

        if (found)
        {
            Cells.Add(new(column, Value(type, style, column), type == "e"));
        }
    }

    private string Value(string? type, string? style, int column)
    {
        switch (type)
        {
            case "s":
                return int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < workbook.Texts.Count
                    ? workbook.Texts[index]
                    : throw new InvalidDataException($"a cell of row {Row}, column {column + 1} of the sheet '{Sheet}' refers to a text that is not there");
            case "b":
                return text.ToString() is "1" or "true" ? "true" : "false";
            case "str" or "inlineStr":
                return XlsxWorkbook.Unescape(text.ToString());
            case "e" or "d":
                return text.ToString();
            default:
                var meaning = int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var format) && format < workbook.Formats.Count
                    ? workbook.Formats[format] : NumberMeaning.Number;
                return double.TryParse(text.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                    ? SheetValue.Text(value, meaning, workbook.From1904) : text.ToString();
        }
    }

    private MergedCells[] FindMerged(string part) => XlsxWorkbook.Guard(() =>
    {
        var merged = new List<MergedCells>();
        using var all = workbook.Open(part);
        while (all?.Read() == true)
        {
            if (all.IsAt("mergeCell") && merged.Count < MostMerged
                && all.Xml.GetAttribute("ref")?.Split(':') is [var first, var last])
            {
                merged.Add(new(RowOf(first), RowOf(last), ColumnOf(first), ColumnOf(last)));
            }
        }

        return merged.ToArray();
    });

    private static int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var c in reference.AsSpan().TrimStart('$'))
        {
            if (c is < 'A' or > 'Z' || column > MostColumn)
            {
                break;
            }

            column = (column * 26) + (c - 'A' + 1);
        }

        return column > 0 ? column - 1 : throw new InvalidDataException($"'{reference}' is no cell");
    }

    private static int RowOf(string reference) =>
        int.TryParse(reference.TrimStart('$').TrimStart([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ$"]), NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : 0;
}
