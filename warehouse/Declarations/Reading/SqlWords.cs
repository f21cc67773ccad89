namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>What can be told about an SQL expression without an engine.</summary>
/// <param name="Columns">Names that can only be columns, with their offsets; empty when the expression defines names of its own.</param>
/// <param name="Placeholders">Names in braces, with the offsets of the names.</param>
/// <param name="Fault">What makes it unusable as part of a larger statement, with its offset; null when nothing does.</param>
public sealed record SqlWords(
    IReadOnlyList<(string Name, int Offset)> Columns, IReadOnlyList<(string Name, int Offset)> Placeholders, (string Found, int Offset)? Fault)
{
    // Words that are never taken for columns: the grammar's, parts of dates, and functions written without brackets.
    private static readonly HashSet<string> grammar = new(StringComparer.OrdinalIgnoreCase)
    {
        "all", "and", "any", "as", "asc", "at", "between", "both", "by", "case", "cast", "collate", "current", "desc", "distinct", "else", "end", "escape",
        "exists", "extract", "false", "filter", "first", "following", "for", "from", "glob", "ignore", "ilike", "in", "interval", "is", "isnull", "last",
        "leading", "like", "nocase", "not", "notnull", "null", "nulls", "on", "or", "order", "over", "partition", "preceding", "range", "respect", "row",
        "rows", "similar", "some", "then", "time", "to", "trailing", "true", "try_cast", "unbounded", "using", "when", "where", "within", "zone", "group",
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "utf8", "binary", "noaccent",
        "century", "centuries", "day", "days", "decade", "decades", "dow", "doy", "epoch", "era", "hour", "hours", "isodow", "isoyear", "julian",
        "microsecond", "microseconds", "millennium", "millisecond", "milliseconds", "minute", "minutes", "month", "months", "quarter", "quarters",
        "second", "seconds", "timezone", "week", "weekday", "weeks", "year", "years", "yearweek",
    };

    /// <summary>Reads an expression.</summary>
    public static SqlWords Of(string sql)
    {
        var (tokens, fault) = SqlTokens.Of(sql);
        var columns = new List<(string, int)>();
        var placeholders = new List<(string, int)>();
        var definesNames = false;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            definesNames |= token.Text is "->" or "=>" or ":=" or "$" || IsWord(token, "select") || IsWord(token, "lambda");
            if (token.Kind == SqlTokenKind.Placeholder)
            {
                placeholders.Add((token.Text, token.Offset));
            }
            else if (token.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted && IsColumn(tokens, i))
            {
                columns.Add((token.Text, token.Offset));
            }
        }

        return new(definesNames ? [] : columns, placeholders, fault);
    }

    // Words that begin a query where an expression could begin.
    private static readonly string[] queryWords = ["from", "table", "values", "with", "pivot", "unpivot", "describe", "summarize"];

    /// <summary>True when a query stands in an expression: it could read files and tables that the expression is not over.</summary>
    public static bool HasQuery(string sql)
    {
        var tokens = SqlTokens.Of(sql).Tokens;
        return tokens.Index().Any(t => t.Item.Kind == SqlTokenKind.Word && (Is(t.Item, "select") || (Begins(t.Index) && queryWords.Any(w => Is(t.Item, w)) && GoesOn(t.Index + 1))));

        static bool Is(SqlToken token, string word) => token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

        bool Begins(int index) => index == 0 || tokens[index - 1] is { Kind: SqlTokenKind.Sign, Text: "(" };

        bool GoesOn(int index) => index < tokens.Count && (tokens[index].Kind is SqlTokenKind.Word or SqlTokenKind.Quoted or SqlTokenKind.Text || tokens[index].Text == "(");
    }

    // Words that are values when they stand alone; any other word of the grammar is then a column, such as seconds.
    private static readonly HashSet<string> values = new(StringComparer.OrdinalIgnoreCase)
    {
        "null", "true", "false", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    };

    /// <summary>The column when the expression is nothing but one, else null.</summary>
    public static string? BareColumn(string sql)
        => SqlTokens.Of(sql) is { Fault: null, Tokens: [{ Kind: SqlTokenKind.Word or SqlTokenKind.Quoted } only] } && (only.Kind == SqlTokenKind.Quoted || !values.Contains(only.Text)) ? only.Text : null;

    /// <summary>
    /// True when an expression may speak of a column: it is nothing but its name, or the name stands in it as a word of its own. Too many is harmless.
    /// </summary>
    public static bool Names(string sql, string column) => sql.Trim().Equals(column, StringComparison.OrdinalIgnoreCase)
        || All(sql).Contains(column, StringComparer.OrdinalIgnoreCase);

    /// <summary>All words and quoted names, in order, up to what makes the expression unusable; texts in quotes are none.</summary>
    public static IEnumerable<string> All(string sql) =>
        SqlTokens.Of(sql).Tokens.Where(t => t.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted).Select(t => t.Text);

    /// <summary>The expression with every <c>table.column</c> for which there is another spelling replaced by it.</summary>
    /// <param name="sql">The expression.</param>
    /// <param name="spell">The other spelling of a column of a table; null to leave it.</param>
    public static string Respell(string sql, Func<string, string, string?> spell)
    {
        var tokens = SqlTokens.Of(sql).Tokens;
        for (var i = tokens.Count - 3; i >= 0; i--)
        {
            var (table, point, column) = (tokens[i], tokens[i + 1], tokens[i + 2]);
            var isName = table.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted && column.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted;
            if (isName && point is { Kind: SqlTokenKind.Sign, Text: "." } && (i == 0 || tokens[i - 1].Text != ".") && spell(table.Text, column.Text) is { } other)
            {
                sql = sql[..Begin(table)] + other + sql[End(column)..];
            }
        }

        return sql;

        int Begin(SqlToken token) => token.Kind == SqlTokenKind.Quoted ? token.Offset - 1 : token.Offset;

        int End(SqlToken token) => token.Kind == SqlTokenKind.Quoted ? token.Offset + token.Text.Replace("\"", "\"\"", StringComparison.Ordinal).Length + 1 : token.Offset + token.Text.Length;
    }

    /// <summary>True when the text begins as a query does.</summary>
    internal static bool BeginsQuery(string sql) => SqlTokens.Of(sql).Tokens is [var first, ..] && (IsWord(first, "select") || IsWord(first, "with"));

    private static bool IsColumn(List<SqlToken> tokens, int i)
    {
        var previous = i > 0 ? tokens[i - 1] : default;
        var next = i + 1 < tokens.Count ? tokens[i + 1] : default;
        var called = next.Text is "(" or "." || (tokens[i].Kind == SqlTokenKind.Word && next.Kind == SqlTokenKind.Text);
        var typed = previous.Text == "::" || IsWord(previous, "as");
        var field = previous.Text == ".";
        return !called && !typed && !field && (tokens[i].Kind == SqlTokenKind.Quoted || !grammar.Contains(tokens[i].Text));
    }

    private static bool IsWord(SqlToken token, string word)
        => token.Kind == SqlTokenKind.Word && token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
