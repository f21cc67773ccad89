using System.Globalization;
using System.Text;

namespace Crm.Analytics.Etl.Staging;

/// <summary>Compares column names whatever their spelling: case, accents, separators.</summary>
internal static class Names
{
    /// <summary>The words of a name in small letters without accents: <c>InvoiceNo</c> and <c>INVOICE_NO</c> give <c>invoice</c>, <c>no</c>.</summary>
    public static IReadOnlyList<string> Words(string name)
    {
        var spelled = name.Replace("ß", "ss", StringComparison.Ordinal).Normalize(NormalizationForm.FormD);
        var words = new List<StringBuilder>();
        var previous = ' ';
        foreach (var c in spelled)
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
            {
                continue;
            }

            if (char.IsLetterOrDigit(c))
            {
                if (!char.IsLetterOrDigit(previous) || (char.IsUpper(c) && char.IsLower(previous)))
                {
                    words.Add(new());
                }

                words[^1].Append(char.ToLowerInvariant(c));
            }

            previous = c;
        }

        return [.. words.Select(w => w.ToString())];
    }

    /// <summary>The words without anything between them.</summary>
    public static string Joined(string name) => string.Concat(Words(name));

    /// <summary>True when the name is one of these, or has one of them among its words.</summary>
    public static bool Mentions(string name, params IReadOnlyList<string> known)
    {
        var words = Words(name);
        return known.Contains(string.Concat(words)) || words.Any(known.Contains);
    }
}
