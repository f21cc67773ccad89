namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What the value of a connector's option looks like.</summary>
public enum OptionKind
{
    /// <summary>Any single value.</summary>
    Text,

    /// <summary>A single value or a list of them.</summary>
    TextOrList,

    /// <summary>One of the option's choices.</summary>
    Choice,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number.</summary>
    Integer,
}

/// <summary>An option that a connector understands.</summary>
/// <param name="Name">Key in YAML, snake_case. Keys named <c>connection</c>, <c>password</c>, <c>token</c>, <c>secret</c>, <c>api_key</c>, or ending in one of the last four, only take <c>${NAME}</c>.</param>
/// <param name="Kind">What its value looks like.</param>
/// <param name="Description">What it does, its default and its unit; editors show it.</param>
public sealed record ConnectorOption(string Name, OptionKind Kind, string Description)
{
    /// <summary>A stream or source without it is wrong.</summary>
    public bool Required { get; init; }

    /// <summary>The values of <see cref="OptionKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Smallest number of <see cref="OptionKind.Integer"/>.</summary>
    public int Min { get; init; }

    /// <summary>Most characters of <see cref="OptionKind.Text"/>.</summary>
    public int MaxLength { get; init; } = int.MaxValue;
}

/// <summary>The options of one connector kind. A connector declares its own; whoever composes the program hands them all to the reader of projects.</summary>
/// <param name="Connector">The kind, as <c>connector:</c> names it.</param>
/// <param name="Source">Options at the source, beside <c>source</c>, <c>connector</c>, <c>time_zone</c>, <c>streams</c>, <c>map</c>, <c>quality</c>.</param>
/// <param name="Stream">Options of each stream, beside <c>key</c> and <c>columns</c>.</param>
public sealed record ConnectorOptions(string Connector, IReadOnlyList<ConnectorOption> Source, IReadOnlyList<ConnectorOption> Stream)
{
    /// <summary>The files connector.</summary>
    public static ConnectorOptions Files { get; } = new("files", [],
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

    /// <summary>The connectors that every program knows.</summary>
    public static IReadOnlyList<ConnectorOptions> Standard { get; } = [Files];
}
