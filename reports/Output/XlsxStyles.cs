using DocumentFormat.OpenXml.Spreadsheet;

namespace Crm.Analytics.Reports.Output;

/// <summary>The number formats of a workbook, each plain and bold.</summary>
internal sealed class XlsxStyles(string currency)
{
    private const uint FirstOwnFormat = 164;

    private static readonly string[] names = ["general", "currency", "percent", "whole", "decimal", "day", "month", "year", "moment"];

    /// <summary>Of headings.</summary>
    public uint Heading => (uint)names.Length;

    /// <summary>The style of a cell.</summary>
    public uint Of(object? value, string? format, bool isTotal)
    {
        var name = (value, format) switch
        {
            (null or string or bool, _) => "general",
            (DateTime, null) => "moment",
            (DateOnly or DateTime, "month" or "quarter") => "month",
            (DateOnly or DateTime, "year") => "year",
            (DateOnly or DateTime, _) => "day",
            (_, "currency") => "currency",
            (_, "percent") => "percent",
            (long, "year") => "general",
            (long, _) => "whole",
            (decimal number, _) when number == decimal.Truncate(number) => "whole",
            (double number, _) when number == Math.Truncate(number) => "whole",
            _ => "decimal",
        };
        return (uint)(Array.IndexOf(names, name) + (isTotal ? names.Length : 0));
    }

    /// <summary>The part of the workbook that holds them.</summary>
    public Stylesheet Sheet()
    {
        // A code in quotes is shown as it is; a symbol alone would take the reader's own currency in some programs.
        string[] codes = ["General", $"\"{currency}\" #,##0.00", "0.0%", "#,##0", "#,##0.00", "yyyy-mm-dd", "mmm yyyy", "yyyy", "yyyy-mm-dd hh:mm"];
        var formats = new NumberingFormats(codes.Skip(1).Select((code, i) => new NumberingFormat { NumberFormatId = FirstOwnFormat + (uint)i, FormatCode = code }));
        var cells = new CellFormats();
        for (uint font = 0; font < 2; font++)
        {
            for (var i = 0; i < names.Length; i++)
            {
                cells.Append(new CellFormat { NumberFormatId = i == 0 ? 0 : FirstOwnFormat + (uint)i - 1, FontId = font, FillId = 0, BorderId = 0, FormatId = 0, ApplyNumberFormat = true, ApplyFont = font > 0 });
            }
        }

        return new Stylesheet(
            formats,
            new Fonts(new Font(new FontSize { Val = 11 }, new FontName { Val = "Calibri" }), new Font(new Bold(), new FontSize { Val = 11 }, new FontName { Val = "Calibri" })),
            new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
            new Borders(new Border(new LeftBorder(), new RightBorder(), new TopBorder(), new BottomBorder(), new DiagonalBorder())),
            new CellStyleFormats(new CellFormat { NumberFormatId = 0, FontId = 0, FillId = 0, BorderId = 0 }),
            cells);
    }
}
