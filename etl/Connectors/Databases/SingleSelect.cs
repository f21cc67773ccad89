using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>
/// Sees that the query of a stream is one SELECT that can stand in parentheses. It runs read-only anyway; this makes sure that it cannot step out of them.
/// </summary>
internal static class SingleSelect
{
    /// <summary>The query, ready to stand in parentheses.</summary>
    /// <exception cref="CrmException">It is not one SELECT.</exception>
    public static string Check(OptionValue query, string stream)
    {
        var text = query.Text.Trim().TrimEnd(';');
        var fault = Fault(text);
        return fault is null ? $"{text}\n" : throw new CrmException(
            FailureKind.CheckFailed, fault, $"{query.Where} ({stream})", "one SELECT that only reads, without ';'", "Correct the query");
    }

    private static string? Fault(string text)
    {
        var depth = 0;
        var first = "";
        for (var i = 0; i < text.Length; i++)
        {
            var end = i;
            switch (text[i])
            {
                case '\'' when i > 0 && text[i - 1] is 'e' or 'E' && (i < 2 || !char.IsLetterOrDigit(text[i - 2])):
                    return "a query with an E'…' text, whose end cannot be told for sure";
                case '\'' or '"' or '`':
                    end = text.IndexOf(text[i], i + 1);
                    break;
                case '-' when Next(text, i) == '-':
                    end = text.IndexOf('\n', i);
                    end = end < 0 ? text.Length : end;
                    break;
                case '/' when Next(text, i) == '*':
                    end = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                    if (end >= 0 && text.IndexOf("/*", i + 2, end - i - 2, StringComparison.Ordinal) >= 0)
                    {
                        return "a query with a comment within a comment";
                    }

                    end = end < 0 ? end : end + 1;
                    break;
                case '$' when Next(text, i) is '$' or '_' || char.IsAsciiLetter(Next(text, i)):
                    return "a query with a $…$ text, whose end cannot be told for sure";
                case ';':
                    return "a query of several statements";
                case '(':
                    depth++;
                    break;
                case ')' when --depth < 0:
                    return "a query with a ')' too many";
                case var c when first.Length == 0 && char.IsLetter(c):
                    end = i + text.AsSpan(i).IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
                    end = end < i ? text.Length : end;
                    first = text[i..end];
                    end--;
                    break;
            }

            if (end < 0)
            {
                return "a query with a text or comment that does not end";
            }

            i = end;
        }

        return depth != 0 ? "a query with a '(' that is not closed"
            : first.ToLowerInvariant() is "select" or "with" or "values" ? null : $"a query that begins with '{first}'";
    }

    private static char Next(string text, int at) => at + 1 < text.Length ? text[at + 1] : '\0';
}
