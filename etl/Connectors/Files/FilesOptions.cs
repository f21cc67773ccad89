using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>How a file is laid out.</summary>
internal enum FileFormat
{
    Csv,
    Json,
    Parquet,
    Fixed,
    Xml,
    Sheet,
}

/// <summary>What the options of a stream of files say, checked.</summary>
/// <param name="Patterns">Paths and patterns, as written.</param>
/// <param name="Format">The format; null: each file's extension says.</param>
/// <param name="Delimiter">Between CSV values; null: the header shows it.</param>
/// <param name="Quote">Around CSV values; null for none.</param>
/// <param name="Escape">Before a quote inside a quoted value; the quote itself when it is doubled.</param>
/// <param name="Encoding">The text's encoding; null: UTF-8, or what a byte-order mark says.</param>
/// <param name="Gzip">Whether files are compressed; null: their first bytes say.</param>
/// <param name="Header">Whether the first record names the columns.</param>
/// <param name="SkipLines">Lines before it.</param>
/// <param name="NullValues">Texts that mean missing, beside the empty one; of CSV only unquoted ones.</param>
/// <param name="MaxLineBytes">The longest record that is read, in bytes of UTF-8.</param>
internal sealed record FilesOptions(
    OptionValue Patterns, FileFormat? Format, byte? Delimiter, byte? Quote, byte? Escape, Encoding? Encoding, bool? Gzip, bool Header,
    int SkipLines, IReadOnlyList<string> NullValues, int MaxLineBytes)
{
    /// <summary>More columns than a table of people's data has; a header with more is a mistake, and would take all memory.</summary>
    public const int MostColumns = 5000;

    /// <summary>A bomb unpacks to a thousand times its size, real data to 5 or 20 times.</summary>
    private const int MostRatio = 200;

    private const long AlwaysUnpacked = 256L << 20;

    /// <summary>The options as YAML spells them.</summary>
    public static ConnectorOptions Declared { get; } = new("files", [],
    [
        new("path", OptionKind.TextOrList, "Files to read, relative to the project folder; * ? and ** are wildcards. Of a .zip archive, its entries are read.")
        {
            Required = true,
        },
        new("format", OptionKind.Choice, "Format of the files; default: by their name.") { Choices = ["csv", "jsonl", "json", "parquet", "xlsx", "xls", "xml", "fixed"] },
        new("delimiter", OptionKind.Text, "CSV: the character between values, or tab; default: the one of , ; | and tab that the header shows.") { MaxLength = 3 },
        new("quote", OptionKind.Text, "CSV: the quote around values; empty for none; default \".") { MaxLength = 1 },
        new("escape", OptionKind.Text, "CSV: what stands before a quote inside quotes; default: the quote.") { MaxLength = 1 },
        new("header", OptionKind.Boolean,
            "CSV, workbooks, fixed: the first line names the columns; default true (fixed: false); else the stream's columns do, or column_1, column_2 …"),
        new("encoding", OptionKind.Choice, "Text formats: encoding of the text; default utf-8, or what a byte-order mark or the XML says.")
        {
            Choices = ["utf-8", "utf-16", "utf-16le", "utf-16be", "latin-1", "windows-1252"],
        },
        new("compression", OptionKind.Choice, "Compression of the files; default auto, by their first bytes.") { Choices = ["auto", "none", "gzip"] },
        new("skip_lines", OptionKind.Integer, "CSV, workbooks, fixed: lines to leave out before the header; default 0."),
        new("null_values", OptionKind.TextOrList, "Texts that mean a missing value, beside the empty text; in CSV only unquoted ones. Not for JSON and Parquet."),
        new("max_line_bytes", OptionKind.Integer, "Text formats: a longer record goes to the quarantine; at least 1,000, default 2,000,000.") { Min = 1000 },
        new("sheet", OptionKind.Text, "Workbooks: name or number of the sheet; default the first."),
        new("entry", OptionKind.TextOrList, "Zip archives: patterns of the entries to read; default all whose name fits the format."),
        new("max_unpacked_bytes", OptionKind.Integer,
            "Gzip, zip, xlsx: a file that unpacks to more is refused; default 200 times its size, and at least 268,435,456 bytes.") { Min = 1 },
        new("widths", OptionKind.TextOrList, "Fixed: characters of each field, in order, e.g. [10, 5, 8]. A line must have them all and nothing behind."),
        new("fields", OptionKind.TextOrList, "Fixed: the fields by name and characters, e.g. [\"name:1-10\", \"amount:11-20\", \"note:21-\"]; others are left out."),
        new("record", OptionKind.Text, "XML: the element that is a record, by name or path such as orders/order; default: each child of the root."),
        new("lists", OptionKind.TextOrList, "XML: elements that are lists even in a record that has only one of them."),
        new("modified_since", OptionKind.Text, "Only files changed since: a date, a moment (UTC), or a length of time back such as 30 days."),
        new("settle", OptionKind.Text, "Files changed less than this ago are left for the next run, e.g. 10 seconds; default 0."),
    ]);

    /// <summary>Name or number of the sheet of a workbook; null for the first.</summary>
    public string? Sheet { get; init; }

    /// <summary>Patterns of the entries of archives; empty: all that fit the format.</summary>
    public IReadOnlyList<string> Entries { get; init; } = [];

    /// <summary>Most bytes that a compressed file may unpack to; null for a measure of its size.</summary>
    public long? MaxUnpackedBytes { get; init; }

    /// <summary>The fields of fixed-width lines.</summary>
    public IReadOnlyList<FixedField> Fields { get; init; } = [];

    /// <summary>Whether a fixed-width line ends with its last field.</summary>
    public bool FieldsAreAll { get; init; }

    /// <summary>The element that is a record of XML, by name or path; null for each child of the root.</summary>
    public string? Record { get; init; }

    /// <summary>Elements of XML that are lists.</summary>
    public IReadOnlyList<string> Lists { get; init; } = [];

    /// <summary>Older files are not read, UTC; null for no bound.</summary>
    public DateTime? ModifiedSince { get; init; }

    /// <summary>Younger files are left for the next run.</summary>
    public TimeSpan Settle { get; init; }

    public static FilesOptions Read(StreamContext stream)
    {
        var read = new OptionReader(stream);
        byte? quote = stream.Option("quote") is { Text: "" } ? null : read.Character("quote") ?? (byte)'"';
        var format = FormatNamed(read.Choice("format"));
        return new FilesOptions(
            stream.Option("path") ?? throw new CrmException(
                FailureKind.CheckFailed, "the stream has no path", stream.Stream.Where.ToString(), "path: data/*.csv or a list of such", "Add it"),
            format,
            read.Character("delimiter"),
            quote,
            read.Character("escape") ?? quote,
            read.Choice("encoding") is { } encoding ? EncodingOf(encoding) : null,
            read.Choice("compression") switch { "none" => false, "gzip" => true, _ => null },
            read.Flag("header") ?? format != FileFormat.Fixed,
            (int)(read.Number("skip_lines", 0, 1_000_000) ?? 0),
            read.Items("null_values"),
            (int)(read.Number("max_line_bytes", 1_000, 100_000_000) ?? 2_000_000))
        {
            Sheet = read.Text("sheet"),
            Entries = read.Items("entry"),
            MaxUnpackedBytes = read.Number("max_unpacked_bytes", 1, long.MaxValue),
            Fields = FieldsOf(stream, read, format),
            FieldsAreAll = stream.Option("fields") is null,
            Record = read.Text("record"),
            Lists = read.Items("lists"),
            ModifiedSince = read.Moment("modified_since", stream.Clock),
            Settle = read.Span("settle") ?? TimeSpan.Zero,
        };
    }

    /// <summary>Most bytes that a file of this size may unpack to.</summary>
    public long MostUnpacked(long packed) => MaxUnpackedBytes ?? Math.Max(AlwaysUnpacked, packed > long.MaxValue / MostRatio ? long.MaxValue : packed * MostRatio);

    /// <summary>The format of a file with this name.</summary>
    public FileFormat FormatOf(string name) => Format ?? FormatNamed(Extension(name)) ?? FileFormat.Csv;

    /// <summary>Whether an entry of an archive with this name is one of the stream's files.</summary>
    public bool Fits(string name) => Entries.Count > 0
        ? Entries.Any(e => FilePattern.Matcher(e).IsMatch(name) || (!e.Contains('/', StringComparison.Ordinal) && FilePattern.Matcher(e).IsMatch(Path.GetFileName(name))))
        : Extension(name) is "zip" || (FormatNamed(Extension(name)) is { } its ? its == (Format ?? its) || (its, Format) is (FileFormat.Csv, FileFormat.Fixed) : Format == FileFormat.Fixed);

    private static FileFormat? FormatNamed(string? name) => name switch
    {
        "csv" or "tsv" or "txt" => FileFormat.Csv,
        "json" or "jsonl" or "ndjson" => FileFormat.Json,
        "parquet" => FileFormat.Parquet,
        "fixed" => FileFormat.Fixed,
        "xml" => FileFormat.Xml,
        "xlsx" or "xlsm" or "xls" => FileFormat.Sheet,
        _ => null,
    };

    private static string Extension(string name) =>
        Path.GetExtension(name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name).TrimStart('.').ToLowerInvariant();

    private static IReadOnlyList<FixedField> FieldsOf(StreamContext stream, OptionReader read, FileFormat? format)
    {
        if (format != FileFormat.Fixed)
        {
            return [];
        }

        return stream.Option("fields") is { } fields ? FixedField.OfPlaces(fields.Items) ?? throw read.Wrong("fields", "name:first-last, e.g. name:1-10, amount:11-20, note:21-")
            : stream.Option("widths") is { } widths ? FixedField.OfWidths(widths.Items) ?? throw read.Wrong("widths", "whole numbers, e.g. [10, 5, 8]")
            : throw new CrmException(
                FailureKind.CheckFailed, "format: fixed without widths or fields", stream.Stream.Where.ToString(), "widths: [10, 5, 8], or fields: name:1-10, amount:11-20", "Add one");
    }

    private static Encoding EncodingOf(string name) => name switch
    {
        "utf-8" => new UTF8Encoding(false, true),
        "utf-16" or "utf-16le" => new UnicodeEncoding(false, false, true),
        "utf-16be" => new UnicodeEncoding(true, false, true),
        "latin-1" => System.Text.Encoding.Latin1,
        _ => CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!,
    };
}
