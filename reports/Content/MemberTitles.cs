using System.Text;
using System.Text.Json;

namespace Crm.Analytics.Reports.Content;

/// <summary>
/// Titles of the standard model's members in languages other than its own (English): <c>Content/titles.LANGUAGE.json</c>. A member that has none there is
/// called as its cube declares; a report that names its own label is not changed.
/// </summary>
internal static class MemberTitles
{
    private static readonly Dictionary<string, Lazy<IReadOnlyDictionary<string, string>>> languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["zh"] = new(() => Read("zh")),
    };

    /// <summary>The title of a member; null when the language has none for it.</summary>
    public static string? Of(string member, string language) =>
        languages.TryGetValue(language.Split('-')[0], out var titles) ? titles.Value.GetValueOrDefault(member) : null;

    /// <summary>All titles of a language.</summary>
    internal static IReadOnlyDictionary<string, string> All(string language) => languages[language].Value;

    private static Dictionary<string, string> Read(string language)
    {
        using var stream = typeof(MemberTitles).Assembly.GetManifestResourceStream($"titles/{language}.json")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(reader.ReadToEnd())!;
    }
}
