using System.Text;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What reading a file through once told of it.</summary>
/// <param name="Item">The file.</param>
/// <param name="Probe">What its first bytes say.</param>
internal sealed record FileFacts(SourceItem Item, FileProbe Probe)
{
    /// <summary>The reason of a record whose bytes are not the encoding's.</summary>
    public const string NotUtf8 = "the text is not valid UTF-8; if the whole file is in another encoding, write it, for example encoding: latin-1";

    /// <summary>SHA-256 of its bytes, lower-case hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Its columns, under names of their own.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Good records.</summary>
    public long Records { get; init; }

    /// <summary>The others.</summary>
    public IReadOnlyList<RejectedRecord> Rejects { get; init; } = [];

    /// <summary>What was odd.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How it is written, for CSV.</summary>
    public CsvDialect Dialect { get; init; }

    /// <summary>Whether the engine would not read it by itself, or not surely as we do.</summary>
    public bool NeedsSpool { get; init; }

    /// <summary>Whether quoted values span lines.</summary>
    public bool SpansLines { get; init; }

    /// <summary>The file refused as a whole.</summary>
    public FileFacts Refuse(string reason) => this with
    {
        Columns = [],
        Records = 0,
        NeedsSpool = false,
        Rejects = [new RejectedRecord(Item.Path, 0, 0, 0, null, reason, "")],
    };

    /// <summary>A record's bytes as text for people: cut to the limit, undecodable bytes replaced.</summary>
    public static string RawText(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, RejectedRecord.RawTextLimit * 4)]);
        return text.Length > RejectedRecord.RawTextLimit ? text[..RejectedRecord.RawTextLimit] : text;
    }
}
