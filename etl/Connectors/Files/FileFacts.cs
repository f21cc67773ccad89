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

    /// <summary>Where readers that need a file of their own find it; empty for an entry of an archive that was not unpacked.</summary>
    public string ReadsFrom { get; init; } = FilePlace.Parse(Item.Location) is { Entry: null, Path: var path } ? path : "";

    /// <summary>The line of each record, in runs.</summary>
    public IReadOnlyList<LineRun> Lines { get; init; } = [];

    /// <summary>Whether the lines are so irregular that the rows must bear them.</summary>
    public bool LinesAreInRows { get; init; }

    /// <summary>Whether the file is left for the next run, and why; null when it is read.</summary>
    public string? LeftFor { get; init; }

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
        Lines = [],
        LinesAreInRows = false,
        Rejects = [new RejectedRecord(Item.Path, 0, 0, 0, null, reason, "")],
    };

    /// <summary>A record's bytes as text for people: cut to the limit, undecodable bytes replaced.</summary>
    public static string RawText(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, RejectedRecord.RawTextLimit * 4)]);
        return text.Length > RejectedRecord.RawTextLimit ? text[..RejectedRecord.RawTextLimit] : text;
    }
}
