using System.Globalization;
using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>
/// ClickHouse's spelling. What the same words mean there is set by <see cref="ClusterClient"/>'s settings, so that statements are the same text but for what
/// stands here.
/// </summary>
/// <param name="database">The database of the star's tables.</param>
public sealed partial class ClickHouseDialect(string database) : SqlDialect
{
    /// <summary>The first run that sees a row.</summary>
    public const string VisibleFrom = "visible_from";

    /// <summary>The first run that does not see a row any more.</summary>
    public const string VisibleTo = "visible_to";

    /// <inheritdoc/>
    public override string Parameter(string name, object value) => $"{{{name}:{TypeOf(value)}}}";

    // What it makes of an amount times a share has no one type, so far.
    /// <inheritdoc/>
    public override bool WeighsBridges => false;

    // It has FILTER, but with aggregates that are null of nothing the nodes then disagree about the aggregate's name.
    /// <inheritdoc/>
    public override bool FiltersAggregates => false;

    /// <inheritdoc/>
    public override string Quantile(string expression, string share) => $"quantileExactInclusive({share})(CAST({expression} AS DOUBLE))";

    /// <inheritdoc/>
    public override string DistinctSketch(string expression) => $"uniqCombined64({expression})";

    // The backslash escapes without being told.
    /// <inheritdoc/>
    public override string MatchesPattern(string expression, string pattern) => $"{expression} ILIKE {pattern}";

    /// <inheritdoc/>
    public override string EscapePattern(string text) => DuckDbDialect.Instance.EscapePattern(text);

    /// <inheritdoc/>
    public override string Table(string table) => $"{SqlName.Quote(database)}.{SqlName.Quote(NameOf(table))}";

    /// <inheritdoc/>
    public override string SeenBy(string? alias, string run)
    {
        var before = alias is null ? "" : $"{alias}.";
        return $"{before}{SqlName.Quote(VisibleFrom)} <= {run} AND {before}{SqlName.Quote(VisibleTo)} > {run}";
    }

    /// <summary>The name of a table without its schema; tables of other schemas than the star's bear theirs before it.</summary>
    public static string NameOf(string table) => table.StartsWith("star.", StringComparison.Ordinal) ? table["star.".Length..] : table.Replace('.', '_');

    /// <summary>A statement in the words of ClickHouse: types and functions that it calls otherwise. Texts and quoted names stay as they are.</summary>
    public static string Spelled(string statement) => Words().Replace(statement, match =>
        match.Groups["day"] is { Success: true } day ? $"toDate32({day.Value})"
        : match.Groups["moment"] is { Success: true } moment ? $"toDateTime64({moment.Value}, 6, 'UTC')"
        : match.Groups["type"] is { Success: true } type ? $"AS {(type.Value.Equals("date", StringComparison.OrdinalIgnoreCase) ? "Date32" : "DateTime64(6, 'UTC')")}"
        : match.Groups["function"] is { Success: true } function ? Functions[function.Value.ToLowerInvariant()]
        : match.Value);

    /// <summary>A column's type.</summary>
    /// <param name="type">The type as DuckDB spells it.</param>
    public static string TypeOf(string type) => type switch
    {
        "INTEGER" => "Int32",
        "BIGINT" => "Int64",
        "VARCHAR" => "String",
        "BOOLEAN" => "Bool",
        "DOUBLE" => "Float64",
        "DATE" => "Date32",
        "TIMESTAMP" => "DateTime64(6, 'UTC')",
        _ when type.StartsWith("DECIMAL(", StringComparison.Ordinal) => $"Decimal{type["DECIMAL".Length..]}",
        _ => throw new InvalidOperationException($"no type of ClickHouse for {type}"),
    };

    private static readonly Dictionary<string, string> Functions = new(StringComparer.Ordinal)
    {
        ["isoyear"] = "toISOYear",
        ["make_date"] = "makeDate32",
        ["length"] = "lengthUTF8",
        ["lower"] = "lowerUTF8",
        ["upper"] = "upperUTF8",
        ["substring"] = "substringUTF8",
        ["substr"] = "substringUTF8",
        ["arg_max"] = "argMax",
        ["arg_min"] = "argMin",
        ["bool_or"] = "max",
        ["bool_and"] = "min",
    };

    private static string TypeOf(object value) => value switch
    {
        string => "String",
        bool => "Bool",
        int => "Int32",
        long => "Int64",
        double => "Float64",
        decimal number => string.Create(CultureInfo.InvariantCulture, $"Decimal(38, {number.Scale})"),
        DateOnly => "Date32",
        DateTime => "DateTime64(6, 'UTC')",
        _ => throw new InvalidOperationException($"no type of ClickHouse for a {value.GetType().Name}"),
    };

    [GeneratedRegex("""
        '(?:[^']|'')*'|"(?:[^"]|"")*"|\bDATE\s+(?<day>'[^']*')|\bTIMESTAMP\s+(?<moment>'[^']*')|\bAS\s+(?<type>DATE|TIMESTAMP)(?=\s*\))|\b(?<function>isoyear|make_date|length|lower|upper|substring|substr|arg_max|arg_min|bool_or|bool_and)(?=\s*\()
        """, RegexOptions.IgnoreCase)]
    private static partial Regex Words();
}
