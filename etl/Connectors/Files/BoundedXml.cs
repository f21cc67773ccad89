using System.Text;
using System.Xml;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads XML that strangers wrote: no document types (so no entities to expand or to fetch), bounded depth, and no part that needs more than so many bytes
/// at once. What breaks the rules of XML or these is an <see cref="XmlException"/> or an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class BoundedXml : IDisposable
{
    private const int MostDepth = 200;
    private readonly BoundedStream bounded;
    private readonly char[] chunk = new char[4096];

    /// <summary>Opens a text; it stays open behind this, unless it is <see cref="Owned"/>.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="isUtf8">Whether they are UTF-8 whatever the XML declares, since they were decoded.</param>
    /// <param name="mostBytes">Bytes of the longest part.</param>
    /// <param name="option">What bounds it, for the error.</param>
    public BoundedXml(Stream text, bool isUtf8, int mostBytes, string option)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        bounded = new(text, mostBytes, option);
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        Xml = isUtf8 ? XmlReader.Create(new StreamReader(bounded, new UTF8Encoding(false, true)), settings) : XmlReader.Create(bounded, settings);
    }

    /// <summary>What is closed with this.</summary>
    public IDisposable? Owned { get; init; }

    /// <summary>The reader, at the node read last.</summary>
    public XmlReader Xml { get; }

    /// <summary>Whether a part was too long.</summary>
    public bool IsExceeded => bounded.IsExceeded;

    /// <summary>Line of the node.</summary>
    public int Line => ((IXmlLineInfo)Xml).LineNumber;

    /// <summary>Whether it stands at the beginning of an element of this name, whatever its prefix.</summary>
    public bool IsAt(string element) => Xml.NodeType == XmlNodeType.Element && Xml.LocalName == element;

    /// <summary>Goes to the next node.</summary>
    public bool Read()
    {
        bounded.Restart();
        return Xml.Read() && (Xml.Depth <= MostDepth ? true : throw new XmlException($"its elements are nested more than {MostDepth} deep", null, Line, 1));
    }

    /// <summary>Goes behind the element.</summary>
    public void Pass()
    {
        if (!Xml.IsEmptyElement)
        {
            for (var depth = Xml.Depth; Read() && Xml.Depth > depth;)
            {
            }
        }
    }

    /// <summary>Gives the text of a text node in pieces.</summary>
    public void Text(Action<ReadOnlySpan<char>> take)
    {
        for (var read = Xml.ReadValueChunk(chunk, 0, chunk.Length); read > 0; read = Xml.ReadValueChunk(chunk, 0, chunk.Length))
        {
            take(chunk.AsSpan(0, read));
        }
    }

    /// <summary>Appends all text within the element, and goes to its end.</summary>
    public void TextWithin(StringBuilder text)
    {
        if (!Xml.IsEmptyElement)
        {
            for (var depth = Xml.Depth; Read() && Xml.Depth > depth;)
            {
                if (Xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
                {
                    Text(c => text.Append(c));
                }
            }
        }
    }

    public void Dispose()
    {
        Xml.Dispose();
        Owned?.Dispose();
    }
}
