using System.Globalization;
using System.Text;

namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>Plain and quoted scalars.</summary>
internal sealed partial class YamlParser
{
    /// <summary>A scalar without quotes; may go on in lines deeper than <paramref name="parent"/>.</summary>
    private YamlScalar PlainScalar(int parent, bool inFlow)
    {
        var start = at;
        CheckPlainStart(inFlow);
        var first = PlainLine(inFlow);
        StringBuilder? more = null;
        while (NextPlainLine(parent, inFlow) is { } next)
        {
            var breaks = LineIndex(next) - LineIndex(at);
            more ??= new(first);
            more.Append(breaks == 1 ? " " : new string('\n', breaks - 1));
            at = next;
            more.Append(PlainLine(inFlow));
        }

        return new(Place(start), more?.ToString() ?? first, false, more is null ? Column(start) + 1 : 0);
    }

    /// <summary>The part of a plain scalar in this line, without blanks at its end; moves behind it.</summary>
    private string PlainLine(bool inFlow)
    {
        var start = at;
        var end = at;
        for (; at < text.Length && text[at] != '\n'; at++)
        {
            var c = text[at];
            if ((c == ':' && (IsBlank(at + 1) || (inFlow && text[at + 1] is ',' or '[' or ']' or '{' or '}')))
                || (c == '#' && at > start && IsBlank(at - 1)) || (inFlow && c is ',' or '[' or ']' or '{' or '}'))
            {
                break;
            }

            end = c is ' ' or '\t' ? end : at + 1;
        }

        at = end;
        return text[start..end];
    }

    /// <summary>Where a plain scalar goes on in a later line; null when it does not.</summary>
    private int? NextPlainLine(int parent, bool inFlow)
    {
        var i = at;
        while (i < text.Length && text[i] is ' ' or '\t')
        {
            i++;
        }

        if (i >= text.Length || text[i] != '\n')
        {
            return null;
        }

        while (i < text.Length && text[i] is ' ' or '\t' or '\n')
        {
            i++;
        }

        var ends = i >= text.Length || text[i] == '#' || IsMarker('-', i) || IsMarker('.', i) || Column(i) <= parent
            || (inFlow && (text[i] is ',' or '[' or ']' or '{' or '}' || (text[i] == ':' && IsBlank(i + 1))));
        return ends ? null : i;
    }

    private void CheckPlainStart(bool inFlow)
    {
        var c = Current;
        var meaning = c switch
        {
            '&' => "an anchor (`&name`)",
            '*' => "an alias (`*name`)",
            '!' => "a tag (`!name`)",
            '%' or '@' or '`' or '|' or '>' or ',' or ']' or '}' or '#' => $"'{c}' at the beginning of a value",

            // Readers differ on `:"x"` and, within braces, on `:x`: a text, or a value without its key.
            ':' when at + 1 < text.Length && text[at + 1] is '"' or '\'' => "':' before a quote at the beginning of a value",
            ':' when inFlow => "':' at the beginning of a value",
            '-' or '?' or ':' when IsBlank(at + 1) => $"'{c}' at the beginning of a value",
            _ => null,
        };
        if (meaning is not null)
        {
            throw Wrong(at, meaning, c is '&' or '*' or '!' ? "plain values: anchors, aliases and tags are not read" : "a value",
                "put quotes around a text that begins so, or write the value out");
        }
    }

    /// <summary>A scalar in single or double quotes; may go on in lines deeper than <paramref name="parent"/>.</summary>
    private YamlScalar QuotedScalar(int parent)
    {
        var start = at++;
        var quote = text[start];
        var value = new StringBuilder();
        var kept = 0;
        var asWritten = true;
        while (true)
        {
            var c = Current;
            if (at >= text.Length)
            {
                throw NeverClosed(start);
            }

            if (c == quote && (quote == '"' || at + 1 >= text.Length || text[at + 1] != quote))
            {
                at++;
                return new(Place(start), value.ToString(), true, asWritten ? Column(start) + 2 : 0);
            }

            asWritten &= c is not ('\n' or '\\') && c != quote;
            if (c == '\n')
            {
                Fold(value, kept, start, parent);
            }
            else if (c == '\\' && quote == '"')
            {
                Escape(value);
                kept = value.Length;
            }
            else
            {
                value.Append(c);
                at += c == quote ? 2 : 1;
            }
        }
    }

    /// <summary>A line end inside quotes is a space, n + 1 of them are n line ends; blanks around it do not count.</summary>
    private void Fold(StringBuilder value, int kept, int start, int parent)
    {
        while (value.Length > kept && value[^1] is ' ' or '\t')
        {
            value.Length--;
        }

        var line = LineIndex(at);
        while (Current is ' ' or '\t' or '\n')
        {
            at++;
        }

        if (AtEnd || Column(at) <= parent)
        {
            throw NeverClosed(start);
        }

        var breaks = LineIndex(at) - line;
        value.Append(breaks == 1 ? " " : new string('\n', breaks - 1));
    }

    private void Escape(StringBuilder value)
    {
        var start = at++;
        var c = Current;
        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        at++;
        if (digits > 0)
        {
            if (at + digits > text.Length || !uint.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || !Rune.IsValid(code))
            {
                throw WrongEscape(start);
            }

            value.Append(new Rune(code).ToString());
            at += digits;
        }
        else if (c == '\n')
        {
            var line = LineIndex(at);
            while (Current is ' ' or '\t' or '\n')
            {
                at++;
            }

            value.Append('\n', LineIndex(at) - line);
        }
        else
        {
            var index = @"0abtnvfre ""/\N_LP".IndexOf(c);
            value.Append(index >= 0 && at <= text.Length ? "\0\a\b\t\n\v\f\r\u001b \"/\\\u0085\u00a0\u2028\u2029"[index] : throw WrongEscape(start));
        }
    }

    private NotYamlException WrongEscape(int offset) => Wrong(offset, "an unknown escape after '\\' in double quotes", "\\n, \\t, \\\", \\\\ or \\u and four hex digits",
        "use single quotes, where '\\' means itself");

    private NotYamlException NeverClosed(int start) => Wrong(start, $"a quote {text[start]} that is never closed", $"{text[start]} at the end of the value", "add it");
}
