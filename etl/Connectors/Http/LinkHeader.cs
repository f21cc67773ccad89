using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>The Link header (RFC 8288).</summary>
internal static partial class LinkHeader
{
    /// <summary>Where <c>rel="next"</c> leads; null when nothing does.</summary>
    public static Uri? Next(HttpResponseHeaders headers, Uri from)
    {
        if (!headers.TryGetValues("Link", out var values))
        {
            return null;
        }

        foreach (Match link in Link().Matches(string.Join(", ", values)))
        {
            var relations = Relation().Match(link.Groups[2].Value).Groups[1].Value.Trim('"').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (relations.Contains("next", StringComparer.OrdinalIgnoreCase) && Uri.TryCreate(from, link.Groups[1].Value.Trim(), out var next))
            {
                return next;
            }
        }

        return null;
    }

    [GeneratedRegex("<([^>]*)>((?:\\s*;\\s*[\\w*-]+(?:\\s*=\\s*(?:\"[^\"]*\"|[^\\s\",;]+))?)*)")]
    private static partial Regex Link();

    [GeneratedRegex(";\\s*rel\\s*=\\s*(\"[^\"]*\"|[^\\s\",;]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Relation();
}
