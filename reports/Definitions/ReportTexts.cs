using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>The texts of a report in one language. A text of the report that begins with <c>$</c> is a key into them.</summary>
internal sealed class ReportTexts
{
    private readonly Dictionary<string, string> texts;
    private readonly List<Problem> problems;

    /// <summary>Texts of the wanted language, of its parent (<c>zh</c> for <c>zh-CN</c>), or of the first one.</summary>
    public ReportTexts(YamlMap report, string language, List<Problem> problems)
    {
        this.problems = problems;
        var languages = report.MapOf("texts").ToList();
        var chosen = languages.Find(l => Is(l.Key.Text, language)) is { Key: not null } same ? same
            : languages.Find(l => Is(l.Key.Text, language.Split('-')[0])) is { Key: not null } parent ? parent
            : languages.FirstOrDefault();
        Language = chosen.Key?.Text ?? "en";
        texts = chosen.Value is YamlMap map ? Read(map) : [];
        CheckLanguages(languages);

        static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The language chosen.</summary>
    public string Language { get; }

    /// <summary>The text a key of the report stands for; null when it is not there.</summary>
    public string? Of(YamlMap map, string key)
    {
        if (map.Scalar(key) is not { } written)
        {
            return null;
        }

        if (!written.Text.StartsWith('$'))
        {
            return written.Text;
        }

        if (texts.TryGetValue(written.Text[1..], out var text))
        {
            return text;
        }

        problems.Add(new(written.Where, $"unknown text {Quoted.Text(written.Text)}",
            NearestName.Expected("a key of 'texts'", written.Text[1..], texts.Keys), "correct the key, or add the text"));
        return written.Text;
    }

    private static Dictionary<string, string> Read(YamlMap map) =>
        map.Entries.Where(e => e.Value is YamlScalar).ToDictionary(e => e.Key.Text, e => ((YamlScalar)e.Value).Text, StringComparer.Ordinal);

    /// <summary>A text that one language lacks would appear in another language among its neighbours.</summary>
    private void CheckLanguages(List<KeyValuePair<YamlScalar, YamlNode>> languages)
    {
        if (languages.Count < 2 || languages[0].Value is not YamlMap first)
        {
            return;
        }

        foreach (var (name, value) in languages.Skip(1).Where(l => l.Value is YamlMap))
        {
            var missing = first.Entries.Where(e => ((YamlMap)value)[e.Key.Text] is null).Select(e => e.Key.Text).ToList();
            if (missing.Count > 0)
            {
                problems.Add(new(name.Where, $"language '{name.Text}' without {string.Join(", ", missing)}", $"every text of '{languages[0].Key.Text}'",
                    "translate what is missing"));
            }
        }
    }
}
