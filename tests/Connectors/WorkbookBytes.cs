using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Crm.Analytics.Tests.Connectors;

/// <summary>Workbooks and archives written by hand, byte by byte, so that tests know what is in them.</summary>
internal static class WorkbookBytes
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>An xlsx: each sheet with its name, its rows as XML, and its merged cells.</summary>
    public static byte[] Xlsx(params (string Name, string Rows, string[] Merged)[] sheets)
    {
        var parts = new List<(string, byte[])>
        {
            ("[Content_Types].xml", Xml("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>")),
            ("_rels/.rels", Xml(Links([("rId1", "officeDocument", "xl/workbook.xml")]))),
            ("xl/workbook.xml", Xml($"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets>{string.Concat(sheets.Select((s, i) => $"<sheet name=\"{s.Name}\" sheetId=\"{i + 1}\" r:id=\"s{i}\"/>"))}</sheets></workbook>")),
            ("xl/_rels/workbook.xml.rels", Xml(Links([
                ("t", "sharedStrings", "sharedStrings.xml"), ("f", "styles", "/xl/styles.xml"), .. sheets.Select((_, i) => ($"s{i}", "worksheet", $"worksheets/sheet{i + 1}.xml"))]))),
            ("xl/sharedStrings.xml", Xml($"<sst xmlns=\"{Main}\"><si><t>id</t></si><si><r><t>Zo</t></r><r><t xml:space=\"preserve\">ë </t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si><si><t>a_x000D_b</t></si><si/></sst>")),
            ("xl/styles.xml", Xml($"<styleSheet xmlns=\"{Main}\"><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/><numFmt numFmtId=\"165\" formatCode=\"[Red]0.00&quot; d&quot;\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"21\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>")),
        };
        parts.AddRange(sheets.Select((s, i) => ($"xl/worksheets/sheet{i + 1}.xml", Xml(
            $"<worksheet xmlns=\"{Main}\"><sheetData>{s.Rows}</sheetData>{(s.Merged.Length == 0 ? "" : $"<mergeCells>{string.Concat(s.Merged.Select(m => $"<mergeCell ref=\"{m}\"/>"))}</mergeCells>")}</worksheet>"))));
        return Zip([.. parts]);
    }

    /// <summary>A row of plain cells; null for none.</summary>
    public static string Row(int row, params string?[] values) => $"<row r=\"{row}\">{string.Concat(values.Select((v, i) => v is null ? ""
        : double.TryParse(v, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? $"<c r=\"{(char)('A' + i)}{row}\"><v>{v}</v></c>"
        : $"<c r=\"{(char)('A' + i)}{row}\" t=\"inlineStr\"><is><t>{v}</t></is></c>"))}</row>";

    /// <summary>An old workbook (BIFF 2): texts, numbers, booleans and errors (their codes as int) by row and column.</summary>
    public static byte[] Xls(params object?[][] rows)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        void Record(ushort id, byte[] data)
        {
            writer.Write(id);
            writer.Write((ushort)data.Length);
            writer.Write(data);
        }

        Record(0x0009, [2, 0, 0x10, 0]);
        Record(0x0000, [0, 0, (byte)rows.Length, 0, 0, 0, (byte)rows.Max(r => r.Length), 0]);
        for (byte row = 0; row < rows.Length; row++)
        {
            for (byte column = 0; column < rows[row].Length; column++)
            {
                byte[] place = [row, 0, column, 0, 0, 0, 0];
                switch (rows[row][column])
                {
                    case string text:
                        Record(0x0004, [.. place, (byte)text.Length, .. Encoding.Latin1.GetBytes(text)]);
                        break;
                    case double number:
                        Record(0x0003, [.. place, .. BitConverter.GetBytes(number)]);
                        break;
                    case bool truth:
                        Record(0x0005, [.. place, truth ? (byte)1 : (byte)0, 0]);
                        break;
                    case int error:
                        Record(0x0005, [.. place, (byte)error, 1]);
                        break;
                }
            }
        }

        Record(0x000A, []);
        return bytes.ToArray();
    }

    /// <summary>A zip archive.</summary>
    public static byte[] Zip(params (string Name, byte[] Bytes)[] entries)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = new DateTimeOffset(2011, 12, 9, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Xml(string text) => Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}");

    private static string Links((string Id, string Type, string Target)[] links) =>
        $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{string.Concat(links.Select(l => $"<Relationship Id=\"{l.Id}\" Type=\"{Relations}/{l.Type}\" Target=\"{l.Target}\"/>"))}</Relationships>";
}
