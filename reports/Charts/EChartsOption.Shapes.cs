using System.Text.Json.Nodes;

namespace Crm.Analytics.Reports.Charts;

/// <summary>Charts that have shapes of their own: funnels, flows, maps.</summary>
internal static partial class EChartsOption
{
    private static JsonObject Funnel(FunnelChart chart) => new()
    {
        ["animation"] = false,
        ["tooltip"] = Tooltip("item", "@item"),
        ["series"] = new JsonArray(new JsonObject
        {
            ["type"] = "funnel",
            ["name"] = chart.MeasureTitle,

            // The steps stand in their own order, whatever their sizes: a step that is wider than the one before is something to see.
            ["sort"] = "none",
            ["min"] = 0,
            ["max"] = Number(Math.Max(1, chart.Items.Max(i => i.Value))),
            ["left"] = 4,
            ["width"] = "52%",
            ["top"] = 4,
            ["bottom"] = 4,
            ["gap"] = 3,
            ["funnelAlign"] = "center",
            ["label"] = new JsonObject { ["show"] = true, ["position"] = "right", ["formatter"] = "@name" },
            ["labelLine"] = new JsonObject { ["show"] = true, ["length"] = 16 },
            ["data"] = new JsonArray([.. chart.Items.Select((item, place) => OfRow(new JsonObject
            {
                ["name"] = item.Name,
                ["value"] = Number(item.Value),
                ["text"] = item.Text,
                ["detail"] = item.Detail,
                ["itemStyle"] = new JsonObject { ["color"] = Palette.Class(chart.Items.Count - 1 - place, chart.Items.Count + 1), ["borderWidth"] = 0 },
            }, item.Row))]),
        }),
    };

    private static JsonObject Flow(FlowChart chart) => new()
    {
        ["animation"] = false,
        ["tooltip"] = Tooltip("item", "@flow"),
        ["series"] = new JsonArray(new JsonObject
        {
            ["type"] = "sankey",
            ["name"] = chart.MeasureTitle,
            ["left"] = 4,
            ["right"] = 150,
            ["top"] = 6,
            ["bottom"] = 14,
            ["nodeGap"] = 10,
            ["nodeWidth"] = 14,
            ["draggable"] = false,

            // Both sides stay in the order given: layoutIterations would shuffle them by weight.
            ["layoutIterations"] = 0,
            ["label"] = new JsonObject { ["formatter"] = "@plain" },
            ["lineStyle"] = new JsonObject { ["color"] = "source", ["opacity"] = 0.35, ["curveness"] = 0.5 },
            ["data"] = new JsonArray([.. chart.Nodes.Select(Node)]),
            ["links"] = new JsonArray([.. chart.Links.Select(l => OfRow(new JsonObject
            {
                ["source"] = Id(chart.Nodes[l.From]),
                ["target"] = Id(chart.Nodes[l.To]),
                ["value"] = Number(l.Value),
                ["text"] = l.Text,
                ["from"] = chart.Nodes[l.From].Name,
                ["to"] = chart.Nodes[l.To].Name,
            }, l.Row))]),
        }),
    };

    /// <summary>The same name at both sides is two nodes, so the side is part of what tells them apart.</summary>
    private static string Id(FlowNode node) => $"{node.Side}:{node.Name}";

    private static JsonObject Node(FlowNode node) => new()
    {
        ["name"] = Id(node),
        ["plain"] = node.Name,
        ["text"] = node.Text,
        ["depth"] = node.Side,
        ["itemStyle"] = new JsonObject { ["color"] = Palette.Member(node.Name), ["borderWidth"] = 0 },
    };

    private static JsonObject WorldMap(WorldMapChart chart) => new()
    {
        ["animation"] = false,
        ["tooltip"] = Tooltip("item", "@item"),
        ["series"] = new JsonArray(new JsonObject
        {
            ["type"] = "map",
            ["map"] = "world",
            ["name"] = chart.MeasureTitle,
            ["roam"] = false,
            ["left"] = 0,
            ["right"] = 0,
            ["top"] = 0,
            ["bottom"] = 0,
            ["selectedMode"] = false,
            ["label"] = new JsonObject { ["show"] = false },
            ["emphasis"] = new JsonObject { ["label"] = new JsonObject { ["show"] = false } },
            ["itemStyle"] = new JsonObject { ["borderWidth"] = 0.5 },
            ["data"] = new JsonArray([.. chart.Items.Select(item => OfRow(new JsonObject
            {
                ["name"] = item.Shape,
                ["plain"] = item.Name,
                ["value"] = Number(item.Value),
                ["text"] = item.Text,
                ["detail"] = item.Detail,
                ["itemStyle"] = new JsonObject { ["areaColor"] = item.Colour },
                ["emphasis"] = new JsonObject { ["itemStyle"] = new JsonObject { ["areaColor"] = item.Colour } },
            }, item.Row))]),
        }),
    };
}
