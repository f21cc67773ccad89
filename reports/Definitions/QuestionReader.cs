using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;
using Crm.Analytics.Warehouse.Query;
using NearestName = Crm.Analytics.Warehouse.NearestName;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Reads the questions of blocks and checks their members.</summary>
internal sealed class QuestionReader(Members members, List<Problem> problems, IReadOnlyDictionary<string, ParameterPlan>? parameters = null)
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
            var (period, parameter) = (filter.Text("period"), filter.Scalar("parameter"));
            var sources = (period is null ? 0 : 1) + (parameter is null ? 0 : 1) + (values.Count > 0 ? 1 : 0);
            if (sources != (withoutValues.Contains(comparison) ? 0 : 1))
            {
                problems.Add(new(filter.Where, sources > 1 ? "a filter with more than one of values, a period and a parameter" : $"filter '{filter.Text("operator") ?? ReportFormat.Equal}' with {values.Count} values",
                    "values or a period or a parameter, and neither for set and not_set", "complete the filter"));
            }

            if (parameter is not null && parameters?.ContainsKey(parameter.Text) != true)
            {
                problems.Add(new(parameter.Where, $"unknown name {Quoted.Text(parameter.Text)}",
                    NearestName.Expected("a parameter of this report", parameter.Text, [.. parameters?.Keys ?? []]), "correct the name, or declare the parameter"));
            }

            var member = filter.Text("member")!;
            filters.Add(parameter is not null ? new ParameterFilter(member, comparison, parameter.Text)
                : period is null ? new FixedFilter(new MemberFilter(member, comparison, values))
                : new PeriodFilter(member, Choice(period)));
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
