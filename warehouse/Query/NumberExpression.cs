using System.Text;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Makes the divisions of a declared expression over measures safe on every engine: <c>a / b</c> becomes <c>CAST(a AS DOUBLE) / nullif(b, 0)</c>,
/// so that a division by zero is missing instead of an error, and no engine divides decimals or integers by truncating.
/// </summary>
internal static class NumberExpression
{
    private enum PieceKind { Operand, Divisor, Divide, Sign, Space, Other }

    private readonly record struct Piece(PieceKind Kind, string Text);

    /// <summary>The expression with safe divisions. Throws <see cref="FormatException"/> when a division's operand is neither a name, a number, a call nor in parentheses.</summary>
    public static string WithSafeDivisions(string sql)
    {
        var tokens = SqlTokens.Of(sql);
        var position = 0;
        var result = Sequence(tokens, ref position);
        return position == tokens.Count ? result : throw new FormatException("a ')' without its '('");
    }

    /// <summary>True when the expression divides.</summary>
    public static bool Divides(string sql) => SqlTokens.Of(sql).Contains(new SqlToken(SqlTokenKind.Sign, "/"));

    /// <summary>The names in braces.</summary>
    public static IEnumerable<string> References(string sql)
        => SqlTokens.Of(sql).Where(t => t.Kind == SqlTokenKind.Reference).Select(t => t.Text).Distinct();

    /// <summary>The expression with each name in braces replaced.</summary>
    public static string Replace(string sql, Func<string, string> replacement)
    {
        var text = new StringBuilder();
        foreach (var token in SqlTokens.Of(sql))
            text.Append(token.Kind == SqlTokenKind.Reference ? replacement(token.Text) : token.Text);
        return text.ToString();
    }

    private static string Sequence(List<SqlToken> tokens, ref int position)
    {
        var pieces = new List<Piece>();
        while (position < tokens.Count && tokens[position] is not { Kind: SqlTokenKind.Sign, Text: ")" })
            pieces.Add(Next(tokens, ref position));
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Kind == PieceKind.Divide)
                MakeSafe(pieces, i);
        }

        return string.Concat(pieces.Select(p => p.Text));
    }

    private static Piece Next(List<SqlToken> tokens, ref int position)
    {
        var token = tokens[position++];
        switch (token.Kind)
        {
            case SqlTokenKind.Reference:
                return new Piece(PieceKind.Operand, $"{{{token.Text}}}");
            case SqlTokenKind.Literal:
                return new Piece(PieceKind.Operand, token.Text);
            case SqlTokenKind.Space:
                return new Piece(PieceKind.Space, token.Text);
            case SqlTokenKind.Word when position < tokens.Count && tokens[position].Text == "(":
                position++;
                return new Piece(PieceKind.Operand, token.Text + Parentheses(tokens, ref position));
            case SqlTokenKind.Sign when token.Text == "(":
                return new Piece(PieceKind.Operand, Parentheses(tokens, ref position));
            case SqlTokenKind.Sign when token.Text == "/":
                return new Piece(PieceKind.Divide, token.Text);
            case SqlTokenKind.Sign when token.Text is "-" or "+":
                return new Piece(PieceKind.Sign, token.Text);
            default:
                return new Piece(PieceKind.Other, token.Text);
        }
    }

    private static string Parentheses(List<SqlToken> tokens, ref int position)
    {
        var inside = Sequence(tokens, ref position);
        if (position++ == tokens.Count)
            throw new FormatException("a '(' without its ')'");
        return $"({inside})";
    }

    private static void MakeSafe(List<Piece> pieces, int divide)
    {
        var left = Neighbour(pieces, divide, -1);
        var right = Neighbour(pieces, divide, +1);
        if (pieces[right].Kind == PieceKind.Sign)
            right = Neighbour(pieces, right, +1);
        if (pieces[left].Kind is not (PieceKind.Operand or PieceKind.Divisor) || pieces[right].Kind != PieceKind.Operand)
            throw new FormatException("a division whose operands are not in parentheses");
        if (pieces[left].Kind == PieceKind.Operand)
            pieces[left] = pieces[left] with { Text = $"CAST({Bare(pieces[left].Text)} AS DOUBLE)" };
        var alreadySafe = pieces[right].Text.StartsWith("nullif(", StringComparison.OrdinalIgnoreCase);
        pieces[right] = new Piece(PieceKind.Divisor, alreadySafe ? pieces[right].Text : $"nullif({Bare(pieces[right].Text)}, 0)");
    }

    private static string Bare(string operand) => operand[0] == '(' ? operand[1..^1] : operand;

    private static int Neighbour(List<Piece> pieces, int from, int step)
    {
        var i = from + step;
        while (i >= 0 && i < pieces.Count && pieces[i].Kind == PieceKind.Space)
            i += step;
        return i >= 0 && i < pieces.Count ? i : throw new FormatException("a division without an operand");
    }
}
