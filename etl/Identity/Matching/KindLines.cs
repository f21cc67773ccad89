using System.Globalization;
using System.Text.RegularExpressions;
using Crm.Analytics.Etl.Identity.Normalising;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>What the SQL files say of a kind of column: one part for each, in it one line for each key or level, behind it as a comment its share and its name.</summary>
internal static partial class KindLines
{
    /// <summary>The part that speaks of a kind.</summary>
    public static string PartOf(MatchKind kind) => kind switch
    {
        MatchKind.GivenName or MatchKind.Surname => "name",
        MatchKind.FullName => "full_name",
        MatchKind.Address => "address",
        MatchKind.Text => "text",
        MatchKind.Place => "place",
        MatchKind.Date => "date",
        MatchKind.Email => "email",
        MatchKind.Phone => "phone",
        MatchKind.PostalCode or MatchKind.Identifier or MatchKind.HouseNumber => "code",
        MatchKind.Number => "number",
        _ => "category",
    };

    /// <summary>The lines of a part: SQL, share 0–1, name.</summary>
    public static IEnumerable<(string Sql, double Share, string Name)> Of(string part) => Line().Matches(part).Select(m => (
        m.Groups[1].Value.Trim(), double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), m.Groups[3].Value.Trim()));

    [GeneratedRegex(@"^(.+) -- (0\.\d+) (.+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
