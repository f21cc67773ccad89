using System.Globalization;

namespace Crm.Analytics.Warehouse.Declarations.Shapes;

/// <summary>How a single value has to be written in YAML.</summary>
internal enum ScalarKind
{
    /// <summary>Any text; numbers and true/false count as the text they are written with.</summary>
    Text,

    /// <summary>Plain <c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A plain whole number.</summary>
    Integer,
}

/// <summary>A single value.</summary>
/// <param name="Kind">How it has to be written.</param>
/// <param name="What">What it is, with its article, for errors.</param>
internal sealed record ScalarShape(ScalarKind Kind, string What) : Shape
{
    /// <summary>The only values; empty when there are others.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>A rule as regular expression, for editors; <see cref="Accepts"/> is the same rule for the reader.</summary>
    public string? Pattern { get; init; }

    /// <summary>The rule that texts must meet; null for none.</summary>
    public Func<string, bool>? Accepts { get; init; }

    /// <summary>A correction of a text that does not meet the rule; null for none.</summary>
    public Func<string, string?>? Suggest { get; init; }

    /// <summary>Smallest integer.</summary>
    public int Min { get; init; } = int.MinValue;

    /// <summary>Largest integer.</summary>
    public int Max { get; init; } = int.MaxValue;

    /// <summary>Most characters.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>True when an empty text in quotes is a value.</summary>
    public bool MayBeEmpty { get; init; }

    public static ScalarShape Text { get; } = new(ScalarKind.Text, "a text");

    public static ScalarShape AnyText { get; } = Text with { MayBeEmpty = true };

    public static ScalarShape Sql { get; } = new(ScalarKind.Text, "an SQL expression");

    public static ScalarShape Boolean { get; } = new(ScalarKind.Boolean, "true or false");

    public static ScalarShape Name { get; } = new(ScalarKind.Text, "a name: lower-case letters, digits and _, a letter first, at most 63")
    {
        Pattern = Identifier.Pattern,
        Accepts = Identifier.IsValid,
        Suggest = Identifier.Suggest,
    };

    /// <summary>A reference to something named elsewhere; whether it is there is checked with all files at hand.</summary>
    public static ScalarShape Reference { get; } = new(ScalarKind.Text, "a name");

    public static ScalarShape ColumnType { get; } = new(ScalarKind.Text, "a type: text, integer, decimal(p,s), double, boolean, date or timestamp")
    {
        Pattern = @"^(text|integer|double|boolean|date|timestamp|decimal\( *(0?[1-9]|[12][0-9]|3[0-8]) *, *([0-9]|[0-2][0-9]|3[0-8]) *\))$",
        Accepts = static text => Declarations.ColumnType.TryParse(text, out _),
        Suggest = SuggestType,
    };

    public static ScalarShape Choice(string what, params string[] choices) => new(ScalarKind.Text, what) { Choices = choices };

    public static ScalarShape Integer(int min, int max = int.MaxValue) => new(ScalarKind.Integer, max == int.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number from {min}")
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"))
    { Min = min, Max = max };

    /// <summary>Types that other systems spell in other ways.</summary>
    private static string? SuggestType(string text) => text.ToLowerInvariant() switch
    {
        "string" or "varchar" or "char" or "str" => "text",
        "int" or "bigint" or "long" or "smallint" or "int64" or "number" => "integer",
        "float" or "real" or "float64" => "double",
        "bool" => "boolean",
        "datetime" or "timestamptz" => "timestamp",
        "numeric" or "money" or "decimal" => "decimal(18,4)",
        var other => NearestName.Find(other, ["text", "integer", "double", "boolean", "date", "timestamp", "decimal(18,4)"]),
    };
}
