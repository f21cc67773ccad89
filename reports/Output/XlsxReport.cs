using System.Globalization;
using System.IO.Compression;
using System.Xml;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Crm.Analytics.Reports.Output;

/// <summary>
/// The figures of a report as a workbook: a sheet for each block with its heading frozen, cells typed and formatted, dates as dates; the last sheet says what
/// they stand on and how many rows each sheet has. Text is stored as text, so none of it is ever a formula. Equal content gives equal bytes.
/// </summary>
internal static class XlsxReport
{
    private const string SheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    private const int MostRows = 1_048_575;
    private const int MostCharacters = 32_767;

    /// <summary>Entries of an archive bear a date; this is the earliest that the format can say.</summary>
    private static readonly DateTimeOffset timeless = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the workbook; answers the rows of all blocks.</summary>
    /// <exception cref="CrmException">A block has more rows than a sheet holds, or a text more characters than a cell.</exception>
    public static long Write(ReportContent content, Stream to)
    {
        var tables = FigureTable.Of(content);
        using var draft = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(draft, SpreadsheetDocumentType.Workbook, autoSave: true))
        {
            var book = document.AddNewPart<WorkbookPart>(SheetType, "rId1");
            var styles = new XlsxStyles(content.Currency);
            var sheets = new Sheets();
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var table in tables)
            {
                Sheet(table.Title, part => Write(part, table, styles));
            }

            var words = content.Words;
            Sheet(words.DataNewest, part => About(part, content, tables));
            book.AddNewPart<WorkbookStylesPart>("styles").Stylesheet = styles.Sheet();
            book.Workbook = new Workbook(sheets);

            void Sheet(string title, Action<WorksheetPart> write)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"sheet{names.Count + 1}");
                var part = book.AddNewPart<WorksheetPart>(id);
                sheets.Append(new Sheet { Name = SheetName(title, names), SheetId = (uint)names.Count, Id = id });
                write(part);
            }
        }

        Timeless(draft, to);
        return tables.Sum(t => (long)t.Rows.Count);
    }

    private static void Write(WorksheetPart part, FigureTable table, XlsxStyles styles)
    {
        if (table.Rows.Count + table.Totals.Count > MostRows)
        {
            throw new CrmException(
                FailureKind.Failed, string.Create(CultureInfo.InvariantCulture, $"{table.Rows.Count:N0} rows in block '{table.Frame.Name}'"), "xlsx",
                string.Create(CultureInfo.InvariantCulture, $"at most {MostRows:N0}, the most a sheet holds"), "Write it as csv or parquet, or restrict the report");
        }

        using var sheet = OpenXmlWriter.Create(part);
        sheet.WriteStartElement(new Worksheet());
        sheet.WriteElement(new SheetViews(new SheetView(
            new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen })
        { WorkbookViewId = 0 }));
        sheet.WriteElement(new Columns(table.Columns.Select((c, i) => new DocumentFormat.OpenXml.Spreadsheet.Column
        {
            Min = (uint)i + 1,
            Max = (uint)i + 1,
            CustomWidth = true,
            Width = Math.Clamp(2 + table.Rows.Take(200).Select(r => r.Cells[i].Text.Length).Append(c.Title.Length).Max(), 9, 60),
        })));
        sheet.WriteStartElement(new SheetData());
        sheet.WriteStartElement(new Row { RowIndex = 1 });
        foreach (var column in table.Columns)
        {
            Text(sheet, column.Title, styles.Heading, table);
        }

        sheet.WriteEndElement();
        uint at = 1;
        foreach (var row in table.Rows.Concat(table.Totals))
        {
            sheet.WriteStartElement(new Row { RowIndex = ++at });
            for (var i = 0; i < row.Cells.Count; i++)
            {
                Cell(sheet, FigureTable.Value(row.Cells[i]), table.Columns[i].Format, row.IsTotal, styles, table);
            }

            sheet.WriteEndElement();
        }

        sheet.WriteEndElement();
        sheet.WriteEndElement();
    }

    /// <summary>The end note: what the figures stand on, and the rows of each sheet.</summary>
    private static void About(WorksheetPart part, ReportContent content, IReadOnlyList<FigureTable> tables)
    {
        var lines = new List<(string Name, object? Value)> { (content.Plan.Title, content.Project), (content.Words.DataNewest, content.AsOfText) };
        lines.AddRange(content.Choices.Select(c => (c.Key, (object?)c.Value)));
        lines.AddRange(tables.Select(t => (t.Title, (object?)(long)t.Rows.Count)));
        using var sheet = OpenXmlWriter.Create(part);
        sheet.WriteStartElement(new Worksheet());
        sheet.WriteElement(new Columns(new DocumentFormat.OpenXml.Spreadsheet.Column { Min = 1, Max = 2, Width = 44, CustomWidth = true }));
        sheet.WriteStartElement(new SheetData());
        for (var i = 0; i < lines.Count; i++)
        {
            sheet.WriteStartElement(new Row { RowIndex = (uint)i + 1 });
            Text(sheet, lines[i].Name, 0, null);
            Cell(sheet, lines[i].Value, null, isTotal: false, null, null);
            sheet.WriteEndElement();
        }

        sheet.WriteEndElement();
        sheet.WriteEndElement();
    }

    private static void Cell(OpenXmlWriter sheet, object? value, string? format, bool isTotal, XlsxStyles? styles, FigureTable? table)
    {
        var style = styles?.Of(value, format, isTotal) ?? 0;
        switch (value)
        {
            case null:
                sheet.WriteElement(new Cell { StyleIndex = style });
                break;
            case bool yes:
                sheet.WriteElement(new Cell(new CellValue(yes ? "1" : "0")) { DataType = CellValues.Boolean, StyleIndex = style });
                break;
            case DateOnly day when day.Year >= 1901:
                sheet.WriteElement(new Cell(new CellValue(Serial(day.ToDateTime(TimeOnly.MinValue)))) { StyleIndex = style });
                break;
            case DateTime moment when moment.Year >= 1901:
                sheet.WriteElement(new Cell(new CellValue(Serial(moment))) { StyleIndex = style });
                break;
            case long or decimal or double when Fits(value):
                sheet.WriteElement(new Cell(new CellValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture))) { StyleIndex = style });
                break;
            default:
                Text(sheet, value is DateOnly or DateTime ? string.Format(CultureInfo.InvariantCulture, "{0:yyyy-MM-dd}", value) : Convert.ToString(value, CultureInfo.InvariantCulture)!, style, table);
                break;
        }
    }

    /// <summary>Spreadsheets compute with 15 digits; a whole number of more would be changed without a word.</summary>
    private static bool Fits(object value) => value is not long number || Math.Abs(number) < 1_000_000_000_000_000;

    private static void Text(OpenXmlWriter sheet, string text, uint style, FigureTable? table)
    {
        var clean = string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"_x{(int)c:X4}_")));
        if (clean.Length > MostCharacters)
        {
            throw new CrmException(
                FailureKind.Failed, string.Create(CultureInfo.InvariantCulture, $"a text of {clean.Length:N0} characters in block '{table?.Frame.Name}'"), "xlsx",
                string.Create(CultureInfo.InvariantCulture, $"at most {MostCharacters:N0}, the most a cell holds"), "Write it as csv, json or parquet");
        }

        sheet.WriteElement(new Cell(new InlineString(new Text(clean) { Space = SpaceProcessingModeValues.Preserve })) { DataType = CellValues.InlineString, StyleIndex = style });
    }

    /// <summary>Days since the end of 1899, as spreadsheets count from March 1900 on.</summary>
    private static string Serial(DateTime moment) => (moment - new DateTime(1899, 12, 30)).TotalDays.ToString("0.##########", CultureInfo.InvariantCulture);

    /// <summary>A sheet's name: no longer than 31 characters, without those that names may not have, each once.</summary>
    internal static string SheetName(string title, HashSet<string> taken)
    {
        var letters = new string([.. title.Select(c => "[]:*?/\\".Contains(c) || char.IsControl(c) ? ' ' : c)]).Trim().Trim('\'');
        var name = letters.Length == 0 ? "Sheet" : letters[..Math.Min(31, letters.Length)].Trim();
        for (var k = 2; !taken.Add(name); k++)
        {
            var mark = string.Create(CultureInfo.InvariantCulture, $" ({k})");
            name = letters[..Math.Min(31 - mark.Length, letters.Length)].Trim() + mark;
        }

        return name;
    }

    /// <summary>Copies an archive with its entries in order of their names and all of one date: the writer stamps them with the clock.</summary>
    private static void Timeless(MemoryStream draft, Stream to)
    {
        draft.Position = 0;
        using var from = new ZipArchive(draft, ZipArchiveMode.Read);
        using var archive = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var entry in from.Entries.OrderBy(e => e.FullName != "[Content_Types].xml").ThenBy(e => e.FullName, StringComparer.Ordinal))
        {
            var copy = archive.CreateEntry(entry.FullName, CompressionLevel.Optimal);
            copy.LastWriteTime = timeless;
            using var source = entry.Open();
            using var target = copy.Open();
            source.CopyTo(target);
        }
    }
}
