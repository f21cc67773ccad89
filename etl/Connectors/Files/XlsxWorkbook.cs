using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What the sheets of an Office Open XML workbook share: their names, texts and number formats.</summary>
internal sealed partial class XlsxWorkbook
{
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string StrictRelations = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    private const int MostPartBytes = 4 << 20;
    private const long MostTextCharacters = 128L << 20;
    private readonly string path;
    private string texts = "";
    private string styles = "";
    private readonly Dictionary<string, ZipEntry> parts = new(StringComparer.OrdinalIgnoreCase);

    public XlsxWorkbook(string path, FilesOptions options)
    {
        this.path = path;
        var (size, unpacked) = (new FileInfo(path).Length, 0.0);
        foreach (var entry in ZipDirectory.Read(path))
        {
            parts[entry.Name.TrimStart('/')] = entry;
            unpacked += entry.Unpacked;
        }

        if (unpacked > options.MostUnpacked(size))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"it unpacks to {unpacked:N0} bytes from {size:N0}, far more than such data does; if it is right, raise max_unpacked_bytes"));
        }

        Guard(() =>
        {
            ReadSheets();
            ReadTexts();
            ReadFormats();
            return true;
        });
    }

    /// <summary>The sheets, with the part each is in.</summary>
    public List<(string Name, string Part)> Sheets { get; } = [];

    /// <summary>Texts that cells refer to.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>What numbers mean, by cell style.</summary>
    public List<NumberMeaning> Formats { get; } = [];

    /// <summary>Whether days count from 1904.</summary>
    public bool From1904 { get; private set; }

    /// <summary>Reads a part; null when the workbook has none of that name.</summary>
    public BoundedXml? Open(string part)
    {
        if (!parts.TryGetValue(part, out var entry))
        {
            return null;
        }

        var unpacked = new FilePlace(path, entry).Open();
        return new(unpacked, false, MostPartBytes, "what a cell can hold") { Owned = unpacked };
    }

    /// <summary>Turns errors of the XML into those of a file that is none.</summary>
    public static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException e)
        {
            throw new InvalidDataException($"it is not a workbook that is whole: {e.Message}", e);
        }
    }

    /// <summary>The text with what XML cannot hold put in: <c>_x000D_</c>.</summary>
    public static string Unescape(string text) => text.Contains("_x", StringComparison.Ordinal)
        ? Escaped().Replace(text, m => ((char)int.Parse(m.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString())
        : text;

    [GeneratedRegex("_x([0-9A-Fa-f]{4})_", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    private void ReadSheets()
    {
        var main = Targets("_rels/.rels", "").FirstOrDefault(t => t.Type.EndsWith("/officeDocument", StringComparison.Ordinal)).Part ?? "xl/workbook.xml";
        using var xml = Open(main) ?? throw new InvalidDataException(
            parts.ContainsKey("xl/workbook.bin") ? "it is a binary workbook (xlsb); save it as xlsx" : "it is a zip archive, but no workbook (xlsx)");
        var folder = main[..(main.LastIndexOf('/') + 1)];
        var targets = Targets($"{folder}_rels/{main[folder.Length..]}.rels", folder).ToLookup(t => t.Id, t => t.Part, StringComparer.Ordinal);
        while (xml.Read())
        {
            if (xml.IsAt("workbookPr"))
            {
                From1904 = xml.Xml.GetAttribute("date1904") is "1" or "true";
            }
            else if (xml.IsAt("sheet") && (xml.Xml.GetAttribute("id", Relations) ?? xml.Xml.GetAttribute("id", StrictRelations)) is { } id)
            {
                Sheets.Add((xml.Xml.GetAttribute("name") ?? "", targets[id].FirstOrDefault() ?? ""));
            }
        }

        (texts, styles) = (Part("/sharedStrings", folder + "sharedStrings.xml"), Part("/styles", folder + "styles.xml"));
        string Part(string type, string otherwise) =>
            Targets($"{folder}_rels/{main[folder.Length..]}.rels", folder).FirstOrDefault(t => t.Type.EndsWith(type, StringComparison.Ordinal)).Part ?? otherwise;
    }

    private List<(string Id, string Type, string Part)> Targets(string relations, string folder)
    {
        var targets = new List<(string, string, string)>();
        using var xml = Open(relations);
        while (xml?.Read() == true)
        {
            if (xml.IsAt("Relationship") && xml.Xml.GetAttribute("Target") is { } target)
            {
                targets.Add((xml.Xml.GetAttribute("Id") ?? "", xml.Xml.GetAttribute("Type") ?? "", target.StartsWith('/') ? target[1..] : folder + target));
            }
        }

        return targets;
    }

    private void ReadTexts()
    {
        using var xml = Open(texts);
        var (text, characters) = (new StringBuilder(), 0L);
        while (xml?.Read() == true)
        {
            if (xml.IsAt("rPh"))
            {
                xml.Pass();
            }
            else if (xml.IsAt("si"))
            {
                Texts.Add(Text(xml, text));
                characters += text.Length + 16;
            }

            if (characters > MostTextCharacters)
            {
                throw new InvalidDataException("its texts take more memory than a workbook's may; save the sheet as CSV");
            }
        }
    }

    private static string Text(BoundedXml xml, StringBuilder text)
    {
        text.Clear();
        for (var depth = xml.Xml.IsEmptyElement ? int.MaxValue : xml.Xml.Depth; depth < int.MaxValue && xml.Read() && xml.Xml.Depth > depth;)
        {
            if (xml.IsAt("rPh"))
            {
                xml.Pass();
            }
            else if (xml.IsAt("t"))
            {
                xml.TextWithin(text);
            }
        }

        return Unescape(text.ToString());
    }

    private void ReadFormats()
    {
        var codes = new Dictionary<int, string>();
        var inCells = false;
        using var xml = Open(styles);
        while (xml?.Read() == true)
        {
            inCells = xml.IsAt("cellXfs") || (inCells && !(xml.Xml.NodeType == XmlNodeType.EndElement && xml.Xml.LocalName == "cellXfs"));
            if (xml.IsAt("numFmt") && Number(xml.Xml.GetAttribute("numFmtId")) is { } id && xml.Xml.GetAttribute("formatCode") is { } code)
            {
                codes[id] = code;
            }
            else if (inCells && xml.IsAt("xf"))
            {
                var format = Number(xml.Xml.GetAttribute("numFmtId")) ?? 0;
                Formats.Add(SheetValue.Meaning(format, codes.GetValueOrDefault(format)));
            }
        }
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
