using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>The blocks that cross or follow members: pivots, cohorts, funnels, flows.</summary>
internal sealed partial class BlockReader
{
    /// <summary>Dimensions down and across together that a pivot may have: each combination of their leading parts is a question of its own.</summary>
    private const int MostPivotDimensions = 4;

    private PivotPlan Pivot(BlockFrame frame, YamlMap map)
    {
        var (down, across) = (map.ScalarsOf("down").ToList(), map.ScalarsOf("across").ToList());
        foreach (var twice in across.Where(a => down.Any(d => d.Text == a.Text)))
        {
            problems.Add(new(twice.Where, $"'{twice.Text}' both down and across", "each dimension on one side", "remove one of the two"));
        }

        if (down.Count + across.Count > MostPivotDimensions)
        {
            problems.Add(new(frame.Where, $"a pivot of {down.Count + across.Count} dimensions", $"at most {MostPivotDimensions}, down and across together", "make two blocks of it"));
        }

        return new PivotPlan(
            frame, questions.Read(map, map.ScalarsOf("measures"), [.. down, .. across]), [.. down.Select(d => d.Text)], [.. across.Select(a => a.Text)],
            map.Text("total") != "false", map.Text("subtotals") == "true");
    }

    private CohortPlan Cohort(BlockFrame frame, YamlMap map)
    {
        var (cohort, period) = (map.Scalar("cohort"), map.Scalar("period"));
        if (cohort is not null && cohort.Text == period?.Text)
        {
            problems.Add(new(period.Where, $"'{period.Text}' as cohort and as period", "the dimension that says when the figure is of", "name another dimension"));
        }

        return new CohortPlan(
            frame, questions.Read(map, map.ScalarsOf("measure"), [.. map.ScalarsOf("cohort"), .. map.ScalarsOf("period")]),
            cohort?.Text ?? "", period?.Text ?? "", map.Text("measure") ?? "", map.Text("share") == "true");
    }

    private FunnelPlan Funnel(BlockFrame frame, YamlMap map)
    {
        var steps = Items(map, "steps").ToList();
        var by = map.Scalar("by");
        if (by is not null && steps.Count > 1)
        {
            problems.Add(new(by.Where, $"'by' beside {steps.Count} steps", "one step with a dimension whose members are the steps, or several steps without one", "remove 'by', or keep one step"));
        }
        else if (by is null && steps.Count == 1)
        {
            problems.Add(new(frame.Where, "a funnel of one step", "two steps or more, or a dimension in 'by' whose members are the steps", "add steps"));
        }

        return new FunnelPlan(
            frame, questions.Read(map, steps.Select(s => Named(s, "measure")).OfType<YamlScalar>(), map.ScalarsOf("by")),
            [.. steps.Select(s => s is YamlMap full ? new FunnelStep(full.Text("measure") ?? "", texts.Of(full, "label")) : new FunnelStep(((YamlScalar)s).Text, null))],
            [.. map.ScalarsOf("sequence").Select(s => s.Text)]);
    }

    private FlowPlan Flow(BlockFrame frame, YamlMap map) => new(
        frame, questions.Read(map, map.ScalarsOf("measure"), [.. map.ScalarsOf("from"), .. map.ScalarsOf("to")]),
        map.Text("measure") ?? "", texts.Of(map, "from_title"), texts.Of(map, "to_title"));
}
