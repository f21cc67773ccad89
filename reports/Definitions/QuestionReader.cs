using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;
using Crm.Analytics.Warehouse.Query;
using NearestName = Crm.Analytics.Warehouse.NearestName;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Reads the questions of blocks and checks their members.</summary>
internal sealed class QuestionReader(Members members, List<Problem> problems)
{
    private static readonly HashSet<FilterOperator> withoutValues = [FilterOperator.Set, FilterOperator.NotSet];

    /// <summary>The members a report may name.</summary>
    public Members Members => members;

    /// <summary>The question of a block whose measures and dimensions were gathered from what it shows.</summary>
    public QueryPlan Read(YamlMap map, IEnumerable<YamlScalar> measures, IEnumerable<YamlScalar> dimensions)
    {
        var (measureNames, dimensionNames) = (measures.ToList(), dimensions.ToList());
        var order = map.MapOf("order");
        members.CheckSegments(map.ScalarsOf("segments"));
        members.Check(measureNames, [.. dimensionNames, .. FilteredIn(map)], order.Select(o => o.Key));
        foreach (var key in order.Select(o => o.Key).Where(k => !measureNames.Concat(dimensionNames).Any(n => n.Text == k.Text)))
        {
            problems.Add(new(key.Where, $"an order by {Quoted.Text(key.Text)}, which the block does not show",
                NearestName.Expected("a member of the block", key.Text, [.. measureNames.Concat(dimensionNames).Select(n => n.Text).Distinct()]),
                "name a member that is shown"));
        }

        return new QueryPlan(
            [.. measureNames.Select(m => m.Text).Distinct()], [.. dimensionNames.Select(d => d.Text).Distinct()], Filters(map),
            [.. map.ScalarsOf("segments").Select(s => s.Text)],
            order.Count > 0 ? [.. order.Select(o => new CubeOrder(o.Key.Text, (o.Value as YamlScalar)?.Text == "desc"))] : null,
            map.Text("limit") is { } limit && int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null,
            map.Text("reading") == "as_is" ? AttributeReading.AsIs : AttributeReading.AsWas, map.Where);
    }

    /// <summary>The filters of a block or figure.</summary>
    public List<FilterPlan> Filters(YamlMap map)
    {
        var filters = new List<FilterPlan>();
        foreach (var filter in map.MapsOf("where").Where(f => f.Scalar("member") is not null))
        {
            var comparison = Operator(filter.Text("operator") ?? ReportFormat.Equal);
            var values = filter.ScalarsOf("values").Select(v => v.Text).ToList();
            var period = filter.Text("period");
            if (period is null == (values.Count == 0) != withoutValues.Contains(comparison))
            {
                problems.Add(new(filter.Where, period is null ? $"filter '{filter.Text("operator") ?? ReportFormat.Equal}' with {values.Count} values" : "a filter with both values and a period, or an operator",
                    "values or a period, and neither for set and not_set", "complete the filter"));
            }

            filters.Add(period is null
                ? new FixedFilter(new MemberFilter(filter.Text("member")!, comparison, values))
                : new PeriodFilter(filter.Text("member")!, Choice(period)));
        }

        return filters;
    }

    /// <summary>The members that filters name.</summary>
    public static IEnumerable<YamlScalar> FilteredIn(YamlMap map) => map.MapsOf("where").Select(f => f.Scalar("member")).OfType<YamlScalar>();

    private static FilterOperator Operator(string name) =>
        Enum.TryParse<FilterOperator>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var known) ? known : FilterOperator.Equals;

    private static PeriodChoice Choice(string name) =>
        Enum.TryParse<PeriodChoice>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var known) ? known : PeriodChoice.Latest;
}
