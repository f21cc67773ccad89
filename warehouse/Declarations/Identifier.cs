namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>Names of declared things: they become table and column names, so they are plain everywhere.</summary>
public static class Identifier
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxLength = 63;

    /// <summary>The rule as a regular expression, for editors.</summary>
    public const string Pattern = "^[a-z][a-z0-9_]{0,62}$";

    /// <summary>True for a lower-case ASCII letter followed by up to 62 lower-case letters, digits and underscores.</summary>
    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > MaxLength || !char.IsAsciiLetterLower(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The nearest valid name, or null when nothing of the text can stay: <c>Order-Line</c> gives <c>order_line</c>.</summary>
    public static string? Suggest(string text)
    {
        var name = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length && name.Length < MaxLength; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterUpper(c) && i > 0 && char.IsAsciiLetterLower(text[i - 1]))
            {
                name.Append('_');
            }

            var kept = char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_';
            if (name.Length > 0 ? kept != '_' || name[^1] != '_' : char.IsAsciiLetterLower(kept))
            {
                name.Append(kept);
            }
        }

        var suggested = name.ToString().TrimEnd('_');
        return IsValid(suggested) ? suggested : null;
    }

    /// <summary>A title for people, when none is declared: <c>order_line</c> gives <c>Order line</c>.</summary>
    internal static string Title(string name)
        => name.Length == 0 ? name : string.Concat(char.ToUpperInvariant(name[0]).ToString(), name.AsSpan(1)).Replace('_', ' ');
}
