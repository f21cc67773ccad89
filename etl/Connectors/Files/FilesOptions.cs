using System.Globalization;
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
}

/// <summary>What the options of a stream of files say, checked.</summary>
/// <param name="Patterns">Paths and patterns, as written.</param>
/// <param name="Format">The format; null: each file's extension says.</param>
/// <param name="Delimiter">Between CSV values; null: the header shows it.</param>
/// <param name="Quote">Around CSV values; null for none.</param>
/// <param name="Escape">Before a quote inside a quoted value; the quote itself when it is doubled.</param>
/// <param name="Encoding">The text's encoding; null: UTF-8, or what a byte-order mark says.</param>
/// <param name="Gzip">Whether files are compressed; null: their first bytes say.</param>
/// <param name="Header">Whether the first CSV record names the columns.</param>
/// <param name="SkipLines">Lines before it.</param>
/// <param name="NullValues">Unquoted CSV values that mean missing, beside the empty one.</param>
/// <param name="MaxLineBytes">The longest record that is read, in bytes of UTF-8.</param>
internal sealed record FilesOptions(
    OptionValue Patterns, FileFormat? Format, byte? Delimiter, byte? Quote, byte? Escape, Encoding? Encoding, bool? Gzip, bool Header,
    int SkipLines, IReadOnlyList<string> NullValues, int MaxLineBytes)
{
    /// <summary>The options as YAML spells them.</summary>
    public static ConnectorOptions Declared { get; } = new("files", [],
    [
        new("path", OptionKind.TextOrList, "Files to read, relative to the project folder; * ? and ** are wildcards.") { Required = true },
        new("format", OptionKind.Choice, "Format of the files; default: by their name.") { Choices = ["csv", "jsonl", "json", "parquet"] },
        new("delimiter", OptionKind.Text, "CSV: the character between values, or tab; default: the one of , ; | and tab that the header shows.") { MaxLength = 3 },
        new("quote", OptionKind.Text, "CSV: the quote around values; empty for none; default \".") { MaxLength = 1 },
        new("escape", OptionKind.Text, "CSV: what stands before a quote inside quotes; default: the quote.") { MaxLength = 1 },
        new("header", OptionKind.Boolean, "CSV: the first line names the columns; default true; else the stream's columns do, or column_1, column_2 …"),
        new("encoding", OptionKind.Choice, "CSV and JSON: encoding of the text; default utf-8, or what a byte-order mark says.")
        {
            Choices = ["utf-8", "utf-16", "utf-16le", "utf-16be", "latin-1", "windows-1252"],
        },
        new("compression", OptionKind.Choice, "Compression of the files; default auto, by their first bytes.") { Choices = ["auto", "none", "gzip"] },
        new("skip_lines", OptionKind.Integer, "CSV: lines to leave out before the header; default 0."),
        new("null_values", OptionKind.TextOrList, "CSV: unquoted texts that mean a missing value, beside the empty text."),
        new("max_line_bytes", OptionKind.Integer, "CSV and JSON: a longer record goes to the quarantine; at least 1,000, default 2,000,000.") { Min = 1000 },
    ]);

    public static FilesOptions Read(StreamContext stream)
    {
        var read = new OptionReader(stream);
        byte? quote = stream.Option("quote") is { Text: "" } ? null : read.Character("quote") ?? (byte)'"';
        return new FilesOptions(
            stream.Option("path") ?? throw new CrmException(
                FailureKind.CheckFailed, "the stream has no path", stream.Stream.Where.ToString(), "path: data/*.csv or a list of such", "Add it"),
            read.Choice("format") switch { "csv" => FileFormat.Csv, "json" or "jsonl" => FileFormat.Json, "parquet" => FileFormat.Parquet, _ => null },
            read.Character("delimiter"),
            quote,
            read.Character("escape") ?? quote,
            read.Choice("encoding") is { } encoding ? EncodingOf(encoding) : null,
            read.Choice("compression") switch { "none" => false, "gzip" => true, _ => null },
            !string.Equals(stream.Option("header")?.Text, "false", StringComparison.OrdinalIgnoreCase),
            read.Number("skip_lines", 0, 1_000_000) ?? 0,
            stream.Option("null_values")?.Items ?? [],
            read.Number("max_line_bytes", 1_000, 100_000_000) ?? 2_000_000);
    }

    private static Encoding EncodingOf(string name) => name switch
    {
        "utf-8" => new UTF8Encoding(false, true),
        "utf-16" or "utf-16le" => new UnicodeEncoding(false, false, true),
        "utf-16be" => new UnicodeEncoding(true, false, true),
        "latin-1" => System.Text.Encoding.Latin1,
        _ => CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!,
    };

    /// <summary>Reads single options, and points at the place of one that is wrong.</summary>
    private sealed class OptionReader(StreamContext stream)
    {
        public string? Choice(string name)
        {
            var allowed = Declared.Stream.First(o => o.Name == name).Choices;
            return stream.Option(name) is not { } value ? null
                : allowed.Contains(value.Text.ToLowerInvariant()) ? value.Text.ToLowerInvariant()
                : throw Wrong(name, value, $"one of {string.Join(", ", allowed)}");
        }

        public byte? Character(string name) => stream.Option(name) switch
        {
            null => null,
            { Text: "tab" or "\\t" } => (byte)'\t',
            { Text: [> '\0' and < '\x7f' and not '\n' and not '\r' and var c] } => (byte)c,
            var value => throw Wrong(name, value, "one ASCII character, or tab"),
        };

        public int? Number(string name, int least, int most) => stream.Option(name) is not { } value ? null
            : int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

        private static CrmException Wrong(string name, OptionValue value, string expected) =>
            new(FailureKind.CheckFailed, $"{name}: {value.Text}", value.Where.ToString(), expected, "Correct the option");
    }
}
