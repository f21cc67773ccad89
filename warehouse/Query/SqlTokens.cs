namespace Crm.Analytics.Warehouse.Query;

/// <summary>What a piece of a declared SQL expression is.</summary>
internal enum SqlTokenKind
{
    /// <summary>An unquoted word: column, function or keyword.</summary>
    Word,

    /// <summary>A quoted identifier, quotes included.</summary>
    QuotedName,

    /// <summary>A number or a string literal, quotes included.</summary>
    Literal,

    /// <summary>A reference in braces; the text is what stands between them.</summary>
    Reference,

    /// <summary>White space.</summary>
    Space,

    /// <summary>One character of punctuation or operator.</summary>
    Sign,
}

/// <summary>A piece of a declared SQL expression.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text)
{
    /// <summary>The column this token can name: unquoted words fold to lower case.</summary>
    public string Name => Kind == SqlTokenKind.QuotedName ? Text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : Text.ToLowerInvariant();
}

/// <summary>Splits declared SQL expressions into tokens: just enough to find the columns and measures they name without being fooled by literals.</summary>
internal static class SqlTokens
{
    public static List<SqlToken> Of(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var start = 0; start < sql.Length;)
        {
            var kind = KindAt(sql[start]);
            var end = EndOf(sql, start, kind);
            tokens.Add(new SqlToken(kind, kind == SqlTokenKind.Reference ? sql[(start + 1)..(end - 1)].Trim() : sql[start..end]));
            start = end;
        }

        return tokens;
    }

    /// <summary>The names in an expression that can be columns, lower case.</summary>
    public static IEnumerable<string> Names(string sql)
        => Of(sql).Where(t => t.Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName).Select(t => t.Name);

    private static SqlTokenKind KindAt(char first) => first switch
    {
        '\'' => SqlTokenKind.Literal,
        '"' => SqlTokenKind.QuotedName,
        '{' => SqlTokenKind.Reference,
        _ when char.IsWhiteSpace(first) => SqlTokenKind.Space,
        _ when char.IsAsciiDigit(first) => SqlTokenKind.Literal,
        _ when char.IsLetter(first) || first == '_' => SqlTokenKind.Word,
        _ => SqlTokenKind.Sign,
    };

    private static int EndOf(string sql, int start, SqlTokenKind kind) => (kind, sql[start]) switch
    {
        (SqlTokenKind.Sign, _) => start + 1,
        (SqlTokenKind.Literal, '\'') => AfterQuote(sql, start, '\''),
        (SqlTokenKind.QuotedName, _) => AfterQuote(sql, start, '"'),
        (SqlTokenKind.Reference, _) => sql.IndexOf('}', start) is var close && close < 0 ? throw new FormatException("a '{' without its '}'") : close + 1,
        (SqlTokenKind.Space, _) => While(sql, start, char.IsWhiteSpace),
        (SqlTokenKind.Literal, _) => While(sql, start, c => char.IsAsciiLetterOrDigit(c) || c == '.'),
        _ => While(sql, start, c => char.IsLetterOrDigit(c) || c == '_'),
    };

    private static int While(string sql, int start, Func<char, bool> belongs)
    {
        var end = start + 1;
        while (end < sql.Length && belongs(sql[end]))
            end++;
        return end;
    }

    private static int AfterQuote(string sql, int start, char quote)
    {
        for (var i = start + 1; i < sql.Length; i++)
        {
            if (sql[i] != quote)
                continue;
            if (i + 1 < sql.Length && sql[i + 1] == quote)
                i++;
            else
                return i + 1;
        }

        throw new FormatException($"a {quote} without its end");
    }
}
