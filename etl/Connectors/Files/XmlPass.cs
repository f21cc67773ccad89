using System.Globalization;
using System.Text;
using System.Xml;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads the records of an XML file into the spool: attributes and elements become columns. Document types are refused, so there are no entities to
/// expand or fetch; depth, and the size of any part, are bounded. Where the XML breaks, the records before stay and the rest is one rejected record.
/// </summary>
internal sealed class XmlPass(FileFacts file, FilesOptions options, RowSpool spool) : RecordPass(file, options, spool)
{
    private const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    private readonly string[] sought = (options.Record ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
    private readonly List<string> above = [];
    private readonly List<XmlPart> open = [];
    private readonly HashSet<string> met = new(StringComparer.Ordinal);
    private long line;
    private long size;

    protected override void Read(Stream text, HashedFile hashed)
    {
        using var reader = new BoundedXml(text, Options.Encoding is not null, Options.MaxLineBytes + (1 << 16), "max_line_bytes");
        try
        {
            while (!IsEnough && reader.Read())
            {
                Take(reader);
                Tell(hashed);
            }
        }
        catch (XmlException e)
        {
            Broken(e.Message, e.LineNumber);
        }
        catch (InvalidDataException e) when (reader.IsExceeded)
        {
            Broken(e.Message, line);
        }

        if (Records + Rejects.Count == 0 && met.Count > 0)
        {
            throw new InvalidDataException($"no element '{Options.Record}' is in it; it has {string.Join(", ", met.Take(10))}");
        }
    }

    private void Take(BoundedXml reader)
    {
        switch (reader.Xml.NodeType)
        {
            case XmlNodeType.Element:
                Begin(reader);
                break;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when open.Count > 0:
                reader.Text(Keep);
                break;
            case XmlNodeType.EndElement:
                End();
                break;
        }
    }

    private void Keep(ReadOnlySpan<char> some)
    {
        if (!IsTooLong(some.Length))
        {
            open[^1].Text.Append(some);
        }
    }

    private void Begin(BoundedXml reader)
    {
        var name = reader.Xml.LocalName;
        above.Add(name);
        if (open.Count > 0 || IsRecord())
        {
            if (open.Count == 0)
            {
                (line, size) = (reader.Line, 0);
            }

            var part = new XmlPart(name, false);
            if (!IsTooLong(32 + name.Length))
            {
                open.LastOrDefault()?.Parts.Add(part);
            }

            open.Add(part);
            AddAttributes(reader.Xml, part);
        }
        else if (above.Count > 1 && met.Count < 100)
        {
            met.Add(name);
        }

        reader.Xml.MoveToElement();
        if (reader.Xml.IsEmptyElement)
        {
            End();
        }
    }

    private void AddAttributes(XmlReader xml, XmlPart part)
    {
        while (xml.MoveToNextAttribute())
        {
            if (xml.NamespaceURI == Instance)
            {
                part.IsNil |= xml.LocalName == "nil" && xml.Value is "true" or "1";
            }
            else if (xml.Prefix != "xmlns" && xml.Name != "xmlns" && !IsTooLong(xml.Value.Length + 32))
            {
                var attribute = new XmlPart(xml.LocalName, true);
                attribute.Text.Append(xml.Value);
                part.Parts.Add(attribute);
            }
        }
    }

    /// <summary>Counts what the record takes; behind the limit nothing more of it is kept.</summary>
    private bool IsTooLong(int more) => (size += more) > Options.MaxLineBytes;

    private void End()
    {
        above.RemoveAt(above.Count - 1);
        if (open.Count == 0)
        {
            return;
        }

        var part = open[^1];
        open.RemoveAt(open.Count - 1);
        if (open.Count == 0)
        {
            Finish(part);
        }
    }

    private void Finish(XmlPart record)
    {
        if (size > Options.MaxLineBytes)
        {
            Reject(line, $"the record is longer than max_line_bytes ({Options.MaxLineBytes})", RawText(record));
            return;
        }

        foreach (var (path, column, value) in record.Values(Options.Lists.ToHashSet(StringComparer.Ordinal)))
        {
            var place = PlaceOf(path, column);
            if (place < 0)
            {
                Reject(line, TooManyColumns, RawText(record));
                return;
            }

            if (!Options.NullValues.Contains(value))
            {
                Spool.Set(place, Encoding.UTF8.GetBytes(value));
            }
        }

        Land(line);
    }

    private void Broken(string message, long where)
    {
        Reject(
            open.Count > 0 ? line : where, $"the XML breaks off here, and nothing behind can be read: {message}", open.Count > 0 ? RawText(open[0]) : "");
        open.Clear();
    }

    private bool IsRecord() => sought.Length == 0 ? above.Count == 2
        : above.Count >= sought.Length && above.Skip(above.Count - sought.Length).SequenceEqual(sought);

    private static string RawText(XmlPart part)
    {
        var text = new StringBuilder();
        Append(text, part);
        return text.ToString(0, Math.Min(text.Length, RejectedRecord.RawTextLimit));
    }

    private static void Append(StringBuilder text, XmlPart part)
    {
        if (text.Length > RejectedRecord.RawTextLimit)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"<{part.Name}");
        foreach (var attribute in part.Parts.Where(p => p.IsAttribute).Take(RejectedRecord.RawTextLimit))
        {
            text.Append(CultureInfo.InvariantCulture, $" {attribute.Name}=\"{attribute.Text}\"");
        }

        text.Append('>').Append(part.Text, 0, Math.Min(part.Text.Length, RejectedRecord.RawTextLimit));
        foreach (var child in part.Parts.Where(p => !p.IsAttribute).Take(RejectedRecord.RawTextLimit))
        {
            Append(text, child);
        }

        text.Append(CultureInfo.InvariantCulture, $"</{part.Name}>");
    }
}
