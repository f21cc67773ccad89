using System.Globalization;
using System.Text;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>What a piece of a filter text is.</summary>
internal enum FilterTokenKind
{
    /// <summary>A run of characters without quotes: a member, a keyword or a value.</summary>
    Word,

    /// <summary>A value in quotes; the text is without them.</summary>
    Quoted,

    /// <summary>A comparison: = != &lt;&gt; &lt; &lt;= &gt; &gt;=.</summary>
    Sign,

    /// <summary>A parenthesis or comma.</summary>
    Mark,

    /// <summary>The end of the text.</summary>
    End,
}

/// <summary>A piece of a filter text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Column">Where it begins, from 1.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int Column)
{
    /// <summary>True for the word, whatever its case.</summary>
    public bool Is(string word) => Kind == FilterTokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for the parenthesis or comma.</summary>
    public bool IsMark(char mark) => Kind == FilterTokenKind.Mark && Text[0] == mark;

    /// <summary>How a message names it.</summary>
    public string Shown => Kind == FilterTokenKind.End ? "the end" : $"'{(Text.Length > 40 ? Text[..40] + "…" : Text)}'";
}

/// <summary>Splits a filter text into tokens.</summary>
internal static class FilterTokens
{
    public static List<FilterToken> Of(string text)
    {
        var tokens = new List<FilterToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
            {
                tokens.Add(new FilterToken(FilterTokenKind.End, "", at + 1));
                return tokens;
            }

            tokens.Add(Next(text, ref at));
        }
    }

    /// <summary>The error of a filter text at a column.</summary>
    public static CrmException Wrong(int column, string found, string expected, string next)
        => QueryErrors.Wrong(string.Create(CultureInfo.InvariantCulture, $"the filter, column {column}"), found, expected, next);

    private static FilterToken Next(string text, ref int at)
    {
        var column = at + 1;
        switch (text[at])
        {
            case '(' or ')' or ',':
                return new FilterToken(FilterTokenKind.Mark, text[at++].ToString(), column);
            case '=' or '!' or '<' or '>':
                return new FilterToken(FilterTokenKind.Sign, Sign(text, ref at), column);
            case '\'' or '"':
                return new FilterToken(FilterTokenKind.Quoted, Quoted(text, ref at), column);
            default:
                var start = at;
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && !"(),=!<>'\"".Contains(text[at], StringComparison.Ordinal))
                    at++;
                return new FilterToken(FilterTokenKind.Word, text[start..at], column);
        }
    }

    private static string Sign(string text, ref int at)
    {
        var two = text.AsSpan(at, Math.Min(2, text.Length - at));
        var length = two is "!=" or "<>" or "<=" or ">=" ? 2 : 1;
        if (length == 1 && text[at] == '!')
            throw Wrong(at + 1, "a single '!'", "!=", "Write != for not equal");
        at += length;
        return text.Substring(at - length, length);
    }

    /// <summary>A value in quotes; a quote inside is doubled.</summary>
    private static string Quoted(string text, ref int at)
    {
        var quote = text[at];
        var column = at + 1;
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != quote)
                value.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == quote)
                value.Append(text[at++]);
            else
            {
                at++;
                return value.ToString();
            }
        }

        throw Wrong(column, $"a {quote} without its end", $"a closing {quote}", "Close the quote; a quote inside a value is written twice");
    }
}
