namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>What a piece of SQL is.</summary>
internal enum SqlTokenKind
{
    None,
    Word,
    Quoted,
    Text,
    Number,
    Placeholder,
    Sign,
}

/// <summary>A piece of SQL; <see cref="Text"/> is without quotes and braces, <see cref="Offset"/> is where that text begins.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Offset);

/// <summary>Cuts an SQL expression into pieces; knows quotes and brackets, not the grammar.</summary>
internal sealed class SqlTokens
{
    private const string Cube = "CUBE";

    private readonly string sql;
    private readonly List<SqlToken> tokens = [];
    private readonly List<int> open = [];
    private (string Found, int Offset)? fault;
    private int at;

    private SqlTokens(string sql) => this.sql = sql;

    /// <summary>The pieces, and the first thing that would break a statement around the expression, if any.</summary>
    public static (List<SqlToken> Tokens, (string Found, int Offset)? Fault) Of(string sql)
    {
        var reader = new SqlTokens(sql);
        while (reader.fault is null && reader.at < sql.Length)
        {
            reader.Next();
        }

        if (reader.fault is null && reader.open.Count > 0)
        {
            reader.fault = ($"'{sql[reader.open[^1]]}' that is never closed", reader.open[^1]);
        }

        return (reader.tokens, reader.fault);
    }

    private void Next()
    {
        var c = sql[at];
        if (char.IsWhiteSpace(c))
        {
            at++;
        }
        else if (IsLetter(c))
        {
            Take(SqlTokenKind.Word, static c => IsLetter(c) || char.IsAsciiDigit(c) || c == '$');
        }
        else if (char.IsAsciiDigit(c))
        {
            Take(SqlTokenKind.Number, static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');
        }
        else if (c is '\'' or '"')
        {
            Quoted(c);
        }
        else if (c == '{')
        {
            Placeholder();
        }
        else
        {
            Sign(c);
        }
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_' || c > 127;

    private void Take(SqlTokenKind kind, Func<char, bool> belongs)
    {
        var start = at;
        while (at < sql.Length && belongs(sql[at]))
        {
            at++;
        }

        tokens.Add(new(kind, sql[start..at], start));
    }

    private void Quoted(char quote)
    {
        var start = at++;
        var escapes = quote == '\'' && start > 0 && sql[start - 1] is 'e' or 'E';
        while (at < sql.Length && (sql[at] != quote || (at + 1 < sql.Length && sql[at + 1] == quote)))
        {
            at += sql[at] == quote || (escapes && sql[at] == '\\') ? 2 : 1;
        }

        if (at >= sql.Length)
        {
            fault = ($"a quote {quote} that is never closed", start);
            return;
        }

        var text = sql[(start + 1)..at].Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal);
        tokens.Add(new(quote == '"' ? SqlTokenKind.Quoted : SqlTokenKind.Text, text, start + 1));
        at++;
    }

    /// <summary><c>{name}</c>; <c>{CUBE}.column</c>, Cube's way of naming the fact itself, is the column alone.</summary>
    private void Placeholder()
    {
        var end = sql.IndexOf('}', at);
        if (end < 0)
        {
            fault = ("'{' that is never closed", at);
            return;
        }

        var name = sql.AsSpan(at + 1, end - at - 1).Trim().ToString();
        if (name == Cube && end + 1 < sql.Length && sql[end + 1] == '.')
        {
            end++;
        }
        else
        {
            tokens.Add(new(SqlTokenKind.Placeholder, name, at + 1));
        }

        at = end + 1;
    }

    private void Sign(char c)
    {
        var two = at + 1 < sql.Length ? sql.Substring(at, 2) : "";
        if (c == ';' || two is "--" or "/*")
        {
            fault = (c == ';' ? "';'" : $"a comment '{two}'", at);
        }
        else if (c is '(' or '[')
        {
            open.Add(at);
        }
        else if (c is ')' or ']')
        {
            if (open.Count == 0 || sql[open[^1]] != (c == ')' ? '(' : '['))
            {
                fault = ($"'{c}' that was never opened", at);
                return;
            }

            open.RemoveAt(open.Count - 1);
        }

        var length = two is "::" or "->" or "=>" or ":=" ? 2 : 1;
        tokens.Add(new(SqlTokenKind.Sign, sql.Substring(at, length), at));
        at += length;
    }

    /// <summary>The expression with <c>{CUBE}.</c> taken out.</summary>
    public static string WithoutCube(string sql)
        => sql.Contains('{') ? sql.Replace($"{{{Cube}}}.", "", StringComparison.Ordinal) : sql;
}
