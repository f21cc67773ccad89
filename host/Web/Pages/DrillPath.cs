using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>Where a click on a figure leads: a level down its hierarchy, else to the customers in it, else to its rows.</summary>
/// <param name="catalogue">What is declared.</param>
/// <param name="members">What the asker may ask of the figure's cube.</param>
internal sealed class DrillPath(Catalogue catalogue, CubeMembers members)
{
    private readonly Drill _drill = new(catalogue);

    /// <summary>The question one step on; without dimensions when nothing lies below but rows.</summary>
    /// <param name="question">The question of the figure.</param>
    /// <param name="cell">The figure's cell: member and value, a missing value as null.</param>
    public PageQuestion Next(PageQuestion question, IReadOnlyList<(string Member, string? Value)> cell)
    {
        var at = Telling(cell).ToDictionary(c => c.Member, c => (object?)c.Value);
        var filters = Drill.At(question.Query(), at).Filters.Cast<MemberFilter>().Distinct().ToList();
        var open = question.Dimensions.Concat(question.Across).Where(d => cell.All(c => c.Member != d)).ToList();
        var by = at.Count == 0 || open.Count > 0 ? open : Below(question, at.Keys, filters);
        return question with { Dimensions = by, Across = [], Filters = filters, Kind = null, Measures = by.Contains(Site.Customer) ? Telling(question.Measures) : question.Measures };
    }

    /// <summary>The question a level up; null when there is none.</summary>
    public PageQuestion? Up(PageQuestion question)
    {
        foreach (var member in question.Dimensions.Reverse())
        {
            foreach (var path in _drill.PathsOf(member))
            {
                var levels = path.Levels.ToList();
                var above = levels.IndexOf(member) - 1;
                if (above < 0 || !members.Reaches(levels[above]))
                {
                    continue;
                }

                // What had been entered on the way down is left again.
                var entered = levels[above..];
                return question with { Dimensions = [levels[above]], Across = [], Kind = null, Filters = [.. question.Filters.Where((f, i) => i < question.Base || !entered.Contains(f.Member))] };
            }
        }

        return null;
    }

    /// <summary>The customer that a question is about; null for none or several.</summary>
    public static string? CustomerOf(PageQuestion question) =>
        question.Filters.FirstOrDefault(f => f is { Member: Site.Customer, Operator: FilterOperator.Equals, Values.Count: 1 })?.Values[0];

    private List<string> Below(PageQuestion question, IEnumerable<string> entered, List<MemberFilter> filters)
    {
        foreach (var member in entered.Reverse())
        {
            foreach (var path in _drill.PathsOf(member))
            {
                var levels = path.Levels.ToList();
                if (levels.ElementAtOrDefault(levels.IndexOf(member) + 1) is { } below && members.Reaches(below) && !IsFixed(below, filters))
                {
                    return below == Site.Customer ? Customers() : [below];
                }
            }
        }

        return members.Reaches(Site.Customer) && !IsFixed(Site.Customer, filters) ? Customers() : [];
    }

    private List<string> Customers() => [Site.Customer, .. new[] { "customer.name" }.Where(members.Reaches)];

    private static bool IsFixed(string member, List<MemberFilter> filters) => filters.Any(f => f.Member == member && f.Operator is FilterOperator.Equals or FilterOperator.NotSet);

    /// <summary>Among customers money comes first: each of them is one customer, and a bar of that tells nothing.</summary>
    private List<string> Telling(IReadOnlyList<string> measures) => [.. measures.OrderBy(m => members.Find(m)?.Format != "currency")];

    /// <summary>A member's key says all that its other attributes in the same row say.</summary>
    private IEnumerable<(string Member, string? Value)> Telling(IReadOnlyList<(string Member, string? Value)> cell)
    {
        foreach (var role in cell.DistinctBy(c => c.Member).GroupBy(c => c.Member.Split('.')[0]))
        {
            var dimension = catalogue.Dimensions.GetValueOrDefault(role.Key)
                ?? catalogue.Facts.Values.SelectMany(f => f.Roles).Where(r => r.Role == role.Key).Select(r => catalogue.Dimensions.GetValueOrDefault(r.Dimension)).FirstOrDefault();
            var key = dimension?.Attributes.FirstOrDefault(a => a.Column == dimension.Key)?.Name;
            var keyed = role.Where(c => c.Member == $"{role.Key}.{key}" && c.Value is not null).ToList();
            foreach (var one in keyed.Count > 0 ? keyed : [.. role])
            {
                yield return one;
            }
        }
    }
}
