using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of retention periods: how long rows of a fact, or records in the quarantine, are kept.</summary>
internal static class RetentionFormat
{
    private static readonly ScalarShape period = new(ScalarKind.Text, "a period, as 90 days, 24 months or 5 years")
    {
        Pattern = "^[1-9][0-9]{0,4} +(day|month|year)s?$",
        Accepts = static text => Read(text) is not null,
    };

    public static readonly MapShape Shape = new("the retention periods", [], new FreeKeys("a retention period", period));

    public static IReadOnlyList<Retention> Build(YamlMap settings) =>
        [.. settings.MapOf("retention").Where(r => r.Value is YamlScalar).Select(r => Read(((YamlScalar)r.Value).Text) is { } months ? new Retention(r.Key.Text, months.Months, months.Days, r.Key.Where) : null).OfType<Retention>()];

    /// <summary>Checks that periods are those of facts with a time.</summary>
    public static void Check(YamlMap settings, IReadOnlyCollection<string> facts, List<Problem> problems)
    {
        foreach (var (key, _) in settings.MapOf("retention").Where(r => r.Key.Text != Retention.Quarantine && !facts.Contains(r.Key.Text)))
        {
            problems.Add(new(key.Where, $"no fact {Quoted.Text(key.Text)} with a time", NearestName.Expected("a fact, or quarantine", key.Text, [.. facts, Retention.Quarantine]), "correct the name"));
        }
    }

    private static (int Months, int Days)? Read(string text)
    {
        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var count, var unit] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 36_500)
        {
            return null;
        }

        return unit.TrimEnd('s') switch { "day" => (0, number), "month" when number <= 1200 => (number, 0), "year" when number <= 100 => (12 * number, 0), _ => null };
    }
}
