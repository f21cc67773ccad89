namespace Crm.Analytics.Warehouse.Engines;

/// <summary>DuckDB's spelling.</summary>
public sealed class DuckDbDialect : SqlDialect
{
    /// <summary>The one instance; it holds no state.</summary>
    public static DuckDbDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Parameter(string name, object value) => $"${name}";

    /// <inheritdoc/>
    public override string Quantile(string expression, string share) => $"quantile_cont(CAST({expression} AS DOUBLE), {share})";

    /// <inheritdoc/>
    public override string DistinctSketch(string expression) => $"approx_count_distinct({expression})";

    /// <inheritdoc/>
    public override string MatchesPattern(string expression, string pattern) => $"{expression} ILIKE {pattern} ESCAPE '\\'";

    /// <inheritdoc/>
    public override string EscapePattern(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);
}
