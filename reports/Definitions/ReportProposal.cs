using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>
/// A report proposed from a question: members by name (<c>sales.revenue</c>) or by what people call them (<c>revenue by country and month</c>). Measures become
/// tiles, a time dimension a chart of them, other dimensions bars and tables, two of them a pivot.
/// </summary>
public static class ReportProposal
{
    private static readonly char[] breaks = [' ', ',', ';', '?'];

    private static readonly HashSet<string> fillers = new(StringComparer.OrdinalIgnoreCase) { "by", "and", "per", "for", "of", "the", "in", "how", "what", "is", "are", "show", "me", "over", "each" };

    /// <summary>The report's YAML.</summary>
    /// <param name="name">Name in snake_case.</param>
    /// <param name="question">Members or words.</param>
    /// <param name="catalogue">What is declared.</param>
    /// <exception cref="CrmException">The question names no measure, or something that there is not.</exception>
    /// <param name="asked">Filters and form of a question that was asked by hand; null for one in words.</param>
    public static string Propose(string name, string question, Catalogue catalogue, AskedQuestion? asked = null)
    {
        var terms = Terms(question, catalogue);
        var measure = terms.FirstOrDefault(t => t.Measure) ?? throw Unknown(question, "a measure, as revenue or sales.revenue", Titles(catalogue).Where(t => t.Measure));
        var cube = BlockQuestions.Owner(measure.Member);
        var members = new Members(catalogue, []);
        var measures = terms.Where(t => t.Measure && BlockQuestions.Owner(t.Member) == cube).Select(t => t.Member).Distinct().ToList();
        var dimensions = terms.Where(t => !t.Measure).Select(t => t.Member).Distinct().ToList();
        if (dimensions.Find(d => !members.Reaches(cube, d)) is { } unreached)
        {
            throw Unknown(unreached, $"a dimension that cube '{cube}' reaches", Titles(catalogue).Where(t => !t.Measure && members.Reaches(cube, t.Member)));
        }

        var time = dimensions.Find(d => FormatOf(d, catalogue) is "day" or "week" or "month" or "quarter" or "year" && TypeOf(d, catalogue) == TypeKind.Date);
        var others = dimensions.Where(d => d != time).Take(3).ToList();
        var period = time ?? (members.Reaches(cube, "date.month") ? "date.month" : null);
        return Yaml(name, Title(terms, catalogue), measures, time, period, others, asked ?? AskedQuestion.InWords);
    }

    private static string Yaml(string name, string title, List<string> measures, string? time, string? period, List<string> others, AskedQuestion asked)
    {
        var rows = new List<string> { "headline" };
        var text = new StringBuilder();
        var list = $"[{string.Join(", ", measures)}]";
        var first = measures[0];
        if (time is not null)
        {
            rows.Add("over_time");
        }

        rows.AddRange(others.Select(o => $"[{Stem(o)}, {Stem(o)}_table]"));
        if (others.Count > 1)
        {
            rows.Add("crossed");
        }

        text.Append(Line($"report: {name}")).Append(Line($"title: {Quote(title)}")).Append(Line("rows:"));
        rows.ForEach(r => text.Append(Line($"  - {r}")));
        text.Append(Line("tiles:")).Append(Line("  headline:"));
        if (period is not null)
        {
            text.Append(Line($"    period: {{over: {period}, take: complete}}"));
        }

        text.Append(Line("    figures:"));
        measures.ForEach(m => text.Append(Line($"      - {{measure: {m}{(period is null ? "" : ", sparkline: true")}{(asked.Filters.Count == 0 ? "" : $", where: [{asked.Where()}]")}}}")));
        if (time is not null || others.Count > 0)
        {
            text.Append(Line("charts:"));
        }

        if (time is not null)
        {
            text.Append(Line("  over_time:")).Append(Line($"    by: {time}")).Append(Line($"    where: [{{member: {time}, operator: set}}{(asked.Filters.Count == 0 ? "" : $", {asked.Where()}")}]")).Append(asked.Keys(withFilters: false))
                .Append(Line($"    order: {{{time}: asc}}")).Append(Line($"    series: {list}"));
        }

        foreach (var other in others)
        {
            text.Append(Line($"  {Stem(other)}:")).Append(Line("    kind: bar")).Append(Line($"    by: {other}")).Append(asked.Keys(withFilters: true))
                .Append(Line($"    order: {{{first}: desc}}")).Append(Line("    limit: 12")).Append(Line($"    series: [{first}]"));
        }

        if (others.Count > 0)
        {
            text.Append(Line("tables:"));
        }

        foreach (var other in others)
        {
            text.Append(Line($"  {Stem(other)}_table:")).Append(Line($"    by: {other}")).Append(asked.Keys(withFilters: true)).Append(Line($"    order: {{{first}: desc}}")).Append(Line("    limit: 25"))
                .Append(Line($"    columns: [{other}, {{member: {first}, bar: true}}{string.Concat(measures.Skip(1).Select(m => ", " + m))}]")).Append(Line("    total: true"));
        }

        if (others.Count > 1)
        {
            text.Append(Line("pivots:")).Append(Line("  crossed:")).Append(Line($"    down: {others[0]}")).Append(Line($"    across: {others[1]}")).Append(Line($"    measures: {first}")).Append(asked.Keys(withFilters: true));
        }

        return text.ToString();
    }

    /// <summary>Words and names of the question as members; a longer title before a shorter one that it contains.</summary>
    private static List<Term> Terms(string question, Catalogue catalogue)
    {
        var titles = Titles(catalogue).ToList();
        var words = question.Split(breaks, StringSplitOptions.RemoveEmptyEntries);
        var found = new List<Term>();
        string? cube = null;
        for (var at = 0; at < words.Length;)
        {
            var taken = 0;
            for (var length = Math.Min(4, words.Length - at); length > 0 && taken == 0; length--)
            {
                var phrase = string.Join(' ', words[at..(at + length)]);
                var near = cube;
                var match = titles.Where(t => t.Member.Equals(phrase, StringComparison.OrdinalIgnoreCase) || t.Title.Equals(phrase, StringComparison.OrdinalIgnoreCase)
                        || t.Member[(t.Member.IndexOf('.') + 1)..].Replace('_', ' ').Equals(phrase, StringComparison.OrdinalIgnoreCase))
                    .OrderByDescending(t => t.Member.Equals(phrase, StringComparison.OrdinalIgnoreCase)).ThenByDescending(t => BlockQuestions.Owner(t.Member) == near)
                    .ThenByDescending(t => near is null ? t.Measure : !t.Measure).ThenByDescending(t => BlockQuestions.Owner(t.Member) is "sales" or "date" or "geography").FirstOrDefault();
                if (match is not null)
                {
                    found.Add(match);
                    cube ??= match.Measure ? BlockQuestions.Owner(match.Member) : null;
                    taken = length;
                }
            }

            if (taken == 0 && !fillers.Contains(words[at]))
            {
                throw Unknown(words[at], "a measure or a dimension", titles);
            }

            at += Math.Max(1, taken);
        }

        return found;
    }

    private static IEnumerable<Term> Titles(Catalogue catalogue)
    {
        var facts = catalogue.Facts.Values.GroupBy(f => f.Table).ToDictionary(g => g.Key, g => g.First());
        foreach (var cube in catalogue.Cubes.Values)
        {
            foreach (var measure in cube.Measures)
            {
                yield return new($"{cube.Name}.{measure.Name}", measure.Title, Measure: true);
            }

            foreach (var dimension in cube.Dimensions)
            {
                yield return new($"{cube.Name}.{dimension.Name}", dimension.Title, Measure: false);
            }

            foreach (var join in cube.Joins)
            {
                var role = facts.GetValueOrDefault(cube.Table)?.Roles.FirstOrDefault(r => r.Role == join.Name);
                foreach (var attribute in catalogue.Dimensions.GetValueOrDefault(role?.Dimension ?? join.Name)?.Attributes ?? [])
                {
                    yield return new($"{join.Name}.{attribute.Name}", attribute.Title, Measure: false);
                }
            }
        }
    }

    private static CrmException Unknown(string found, string expected, IEnumerable<Term> known)
    {
        var names = known.SelectMany(t => new[] { t.Member, t.Title.ToLowerInvariant() }).Distinct().ToList();
        return new CrmException(
            FailureKind.WrongUse, $"'{found}'", "crm report new", NearestName.Expected(expected, found, names), "Name members as `crm query` does, or by their titles");
    }

    private static string Title(List<Term> terms, Catalogue catalogue)
    {
        var measures = string.Join(", ", terms.Where(t => t.Measure).Select(t => t.Title).Distinct());
        var dimensions = string.Join(" and ", terms.Where(t => !t.Measure).Select(t => t.Title.ToLowerInvariant()).Distinct());
        return catalogue.Cubes.Count > 0 && dimensions.Length > 0 ? $"{measures} by {dimensions}" : measures;
    }

    private static string? FormatOf(string dimension, Catalogue catalogue) => Attribute(dimension, catalogue)?.Format ?? Own(dimension, catalogue)?.Format;

    private static TypeKind? TypeOf(string dimension, Catalogue catalogue) => (Attribute(dimension, catalogue)?.Type ?? Own(dimension, catalogue)?.Type)?.Kind;

    private static DimensionAttribute? Attribute(string member, Catalogue catalogue) =>
        catalogue.Dimensions.GetValueOrDefault(BlockQuestions.Owner(member))?.Attributes.FirstOrDefault(a => member.EndsWith("." + a.Name, StringComparison.Ordinal));

    private static CubeDimension? Own(string member, Catalogue catalogue) =>
        catalogue.Cubes.GetValueOrDefault(BlockQuestions.Owner(member))?.Dimensions.FirstOrDefault(d => member.EndsWith("." + d.Name, StringComparison.Ordinal));

    private static string Stem(string member) => member.Replace('.', '_');

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Line(string text) => text + "\n";

    private sealed record Term(string Member, string Title, bool Measure);
}
