using System.Text;

namespace Crm.Analytics.Tests.Architecture;

/// <summary>A string literal: its text with <c>{}</c> for each interpolation hole, and the line it begins on.</summary>
internal sealed record StringLiteral(string Text, int Line);

/// <summary>
/// C# taken apart into code and string literals, so that a rule about code is not misled by a comment or a message. Code keeps its line breaks;
/// what stands in comments and literals is blank, what stands in interpolation holes is code.
/// </summary>
internal sealed class CSharpText
{
    private readonly string _text;
    private readonly StringBuilder _code = new();
    private readonly List<StringLiteral> _literals = [];
    private int _at;

    private CSharpText(string text) => _text = text;

    public static (string Code, IReadOnlyList<StringLiteral> Literals) Parse(string text)
    {
        var parser = new CSharpText(text);
        parser.CodeUntil(closingBraces: 0);
        return (parser._code.ToString(), parser._literals);
    }

    private char Here => _at < _text.Length ? _text[_at] : '\0';

    private bool Begins(string word) => string.CompareOrdinal(_text, _at, word, 0, word.Length) == 0;

    private void Keep() => _code.Append(_text[_at++]);

    private void Blank(int count = 1)
    {
        for (; count > 0 && _at < _text.Length; count--, _at++)
        {
            _code.Append(_text[_at] == '\n' ? '\n' : ' ');
        }
    }

    // With closingBraces > 0 the code of an interpolation hole is read, up to the braces that close it.
    private void CodeUntil(int closingBraces)
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            if (closingBraces > 0 && depth == 0 && Here == '}')
            {
                Blank(closingBraces);
                return;
            }

            if (Begins("//"))
            {
                Blank((_text.IndexOf('\n', _at) is var end && end < 0 ? _text.Length : end) - _at);
            }
            else if (Begins("/*"))
            {
                Blank((_text.IndexOf("*/", _at + 2, StringComparison.Ordinal) is var end && end < 0 ? _text.Length : end + 2) - _at);
            }
            else if (Here == '\'')
            {
                Character();
            }
            else if (!TryLiteral())
            {
                depth += Here switch { '{' or '(' => 1, '}' or ')' => -1, _ => 0 };
                Keep();
            }
        }
    }

    private void Character()
    {
        Blank();
        while (_at < _text.Length && Here != '\'')
        {
            Blank(Here == '\\' ? 2 : 1);
        }

        Blank();
    }

    private bool TryLiteral()
    {
        var start = _at;
        var dollars = 0;
        var verbatim = false;
        while (Here is '$' or '@')
        {
            (dollars, verbatim) = Here == '$' ? (dollars + 1, verbatim) : (dollars, true);
            _at++;
        }

        if (Here != '"')
        {
            _at = start;
            return false;
        }

        var quotes = 0;
        while (_at + quotes < _text.Length && _text[_at + quotes] == '"')
        {
            quotes++;
        }

        _at = start;
        Blank(dollars + (verbatim ? 1 : 0));
        if (!verbatim && quotes is 2)
        {
            Blank(2);
            return true;
        }

        Literal(dollars, verbatim, raw: verbatim || quotes < 3 ? 0 : quotes);
        return true;
    }

    private void Literal(int dollars, bool verbatim, int raw)
    {
        var line = 1 + _text.AsSpan(0, _at).Count('\n');
        var literal = new StringBuilder();
        var close = new string('"', Math.Max(raw, 1));
        var holeAt = new string('{', Math.Max(dollars, 1));
        Blank(close.Length);
        while (_at < _text.Length)
        {
            if (verbatim && Begins("\"\"") || dollars > 0 && raw == 0 && (Begins("{{") || Begins("}}")))
            {
                literal.Append(Here);
                Blank(2);
            }
            else if (!verbatim && raw == 0 && Here == '\\')
            {
                literal.Append(' ');
                Blank(2);
            }
            else if (Begins(close))
            {
                Blank(close.Length);
                break;
            }
            else if (dollars > 0 && Begins(holeAt))
            {
                literal.Append("{}");
                Blank(holeAt.Length);
                CodeUntil(holeAt.Length);
            }
            else
            {
                literal.Append(Here);
                Blank();
            }
        }

        _literals.Add(new(literal.ToString(), line));
    }
}
