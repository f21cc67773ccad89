namespace Crm.Analytics.Reports.Definitions;

/// <summary>What a block asks, whatever its kind: to see which cubes it stands on, and whether a filter of a recipient reaches all of it.</summary>
public static class BlockQuestions
{
    /// <summary>The questions of a block; each with its measures, dimensions and filters.</summary>
    public static IEnumerable<QueryPlan> Of(BlockPlan block) => block switch
    {
        TilesPlan tiles => tiles.Tiles.Where(t => t.Measure is not null).Select(t => new QueryPlan(
            [t.Measure!, .. t.ShareOf is { } whole ? [whole] : Array.Empty<string>()], tiles.Period is { } p ? [p.Over] : [], t.Filters, [], null, null, default, t.Where)),
        ChartPlan chart => [chart.Query],
        TablePlan table => table.Lookup is { } lookup ? [table.Query, lookup.Query] : [table.Query],
        TreemapPlan treemap => [treemap.Query],
        HeatmapPlan heatmap => heatmap.Rank is { } rank ? [heatmap.Query, rank] : [heatmap.Query],
        PivotPlan pivot => [pivot.Query],
        CohortPlan cohort => [cohort.Query],
        FunnelPlan funnel => [funnel.Query],
        FlowPlan flow => [flow.Query],
        ParetoPlan pareto => [pareto.Query],
        WorldMapPlan map => [map.Query],
        TextPlan { Query: { } query } => [query],
        _ => [],
    };

    /// <summary>The cubes (or dimensions, for a question without measures) that a question stands on.</summary>
    public static string CubeOf(QueryPlan question) => Owner(question.Measures.Count > 0 ? question.Measures[0] : question.Dimensions[0]);

    /// <summary>The part of a member before its point.</summary>
    public static string Owner(string member) => member[..member.IndexOf('.')];
}
