using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Crm.Analytics.Reports.Charts;

/// <summary>
/// Chart specification → option of Apache ECharts 6, as JSON. The same specification always gives the same bytes: rounded numbers, no clock, no ids
/// that count. JSON holds no functions, so a formatter is a name that begins with @, which the page's script replaces (Output/report.js).
/// </summary>
internal static partial class EChartsOption
{
    // The default encoder keeps < > & and quotes out, so that no name from the data can end the script element the JSON stands in.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The option as one line of JSON, safe inside an HTML script element.</summary>
    public static string Write(ChartSpecification chart) => Option(chart).ToJsonString(Json);

    private static JsonObject Option(ChartSpecification chart) => chart switch
    {
        CategoryChart c => Category(c),
        TreemapChart t => Treemap(t),
        HeatmapChart h => Heatmap(h),
        FunnelChart f => Funnel(f),
        FlowChart f => Flow(f),
        WorldMapChart m => WorldMap(m),
        _ => throw new ArgumentOutOfRangeException(nameof(chart), chart.GetType().Name, "no option is written for this chart"),
    };

    private static JsonObject Category(CategoryChart chart)
    {
        var names = new JsonObject { ["type"] = "category", ["data"] = Texts(chart.Categories), ["axisTick"] = new JsonObject { ["show"] = false } };
        var axes = new JsonArray(ValueAxis(chart, second: false));
        if (chart.Series.Any(s => s.SecondAxis))
        {
            axes.Add(ValueAxis(chart, second: true));
        }

        if (chart.Horizontal)
        {
            names["inverse"] = true;
        }

        return new JsonObject
        {
            ["animation"] = false,
            ["legend"] = new JsonObject { ["show"] = chart.Series.Count > 1, ["top"] = 0, ["left"] = 0 },
            ["grid"] = Grid(top: chart.Series.Count > 1 ? 40 : 12, right: !chart.Horizontal ? 16 : chart.Series.Any(s => s.Points.Any(p => p.Value < 0)) ? 92 : 56, bottom: 4),
            ["tooltip"] = Tooltip("axis", "@category"),
            ["xAxis"] = chart.Horizontal ? axes : names,
            ["yAxis"] = chart.Horizontal ? names : axes,
            ["series"] = new JsonArray([.. chart.Series.Select(s => Series(s, chart))]),
        };
    }

    private static JsonObject ValueAxis(CategoryChart chart, bool second)
    {
        var series = chart.Series.FirstOrDefault(s => s.SecondAxis == second) ?? chart.Series[0];
        var axis = new JsonObject
        {
            ["type"] = "value",
            // Bars that lie carry their figures at their ends; an axis would say them twice.
            ["show"] = !chart.Horizontal,
            ["splitLine"] = new JsonObject { ["show"] = !second && !chart.Horizontal },
            ["splitNumber"] = 4,
            ["axisLabel"] = new JsonObject { ["formatter"] = "@" + series.Format.ToString().ToLowerInvariant() },
        };
        // No share of a whole is drawn under an axis that goes on to 120 %.
        var shares = chart.Series.Where(s => s.SecondAxis == second).ToList();
        if (series.Whole || (shares.Count > 0 && shares.All(s => s.Format == AxisFormat.Percent) && !chart.Stack && shares.SelectMany(s => s.Points).Max(p => p.Value) is > 0.9 and <= 1))
        {
            axis["max"] = 1;
        }

        return axis;
    }

    private static JsonObject Series(ChartSeries series, CategoryChart chart)
    {
        var horizontal = chart.Horizontal;
        var item = new JsonObject
        {
            ["name"] = series.Name,
            ["type"] = series.Line ? "line" : "bar",
            [horizontal ? "xAxisIndex" : "yAxisIndex"] = series.SecondAxis ? 1 : 0,
            ["data"] = new JsonArray([.. series.Points.Select(p => Point(p, series.Line))]),
        };
        if (series.Column is { } column)
        {
            item["column"] = column;
        }

        if (series.Line)
        {
            item["symbol"] = series.Plain ? "none" : "circle";
            item["symbolSize"] = 7;
            item["lineStyle"] = new JsonObject { ["width"] = 2.5 };
        }
        else
        {
            item["barMaxWidth"] = horizontal ? 18 : 44;
            item["itemStyle"] = new JsonObject { ["borderRadius"] = horizontal ? new JsonArray(0, 3, 3, 0) : new JsonArray(3, 3, 0, 0) };
        }

        if (series.Area)
        {
            item["areaStyle"] = new JsonObject { ["opacity"] = chart.Stack ? 0.85 : 0.25 };
        }

        if (chart.Stack)
        {
            // Only what shares an axis and a form can stand on each other.
            item["stack"] = series.Line ? "lines" : "bars";
            item.Remove("itemStyle");
        }

        if (horizontal && !chart.Stack)
        {
            item["label"] = new JsonObject { ["show"] = true, ["position"] = "right", ["formatter"] = "@text" };
        }

        return item;
    }

    private static JsonObject Point(ChartPoint point, bool line)
    {
        var item = OfRow(new JsonObject { ["value"] = Number(point.Value), ["text"] = point.Text }, point.Row);
        if (point.Pale)
        {
            item[line ? "symbol" : "itemStyle"] = line ? "emptyCircle" : new JsonObject { ["opacity"] = 0.4 };
        }

        return item;
    }

    private static JsonObject Treemap(TreemapChart chart) => new()
    {
        ["animation"] = false,
        ["tooltip"] = Tooltip("item", "@item"),
        ["series"] = new JsonArray(new JsonObject
        {
            ["type"] = "treemap",
            ["animation"] = false,
            ["name"] = chart.MeasureTitle,
            ["column"] = chart.Column,
            ["left"] = 0,
            ["right"] = 0,
            ["top"] = 0,
            ["bottom"] = 0,
            ["roam"] = false,
            ["nodeClick"] = false,
            ["breadcrumb"] = new JsonObject { ["show"] = false },
            ["itemStyle"] = new JsonObject { ["gapWidth"] = 2, ["borderWidth"] = 0 },
            ["label"] = new JsonObject { ["formatter"] = "@name", ["overflow"] = "truncate" },
            ["data"] = new JsonArray([.. chart.Items.Select(Rectangle)]),
        }),
    };

    private static JsonObject Rectangle(TreemapItem item)
    {
        var colour = item.Place is { } place ? Palette.GoodToBad(place) : Palette.Sequence[^2];
        return OfRow(
            new JsonObject
            {
                ["name"] = item.Name,
                ["value"] = Number(item.Value),
                ["text"] = item.Text,
                ["detail"] = item.Detail,
                ["itemStyle"] = new JsonObject { ["color"] = colour },
                ["label"] = new JsonObject { ["color"] = Palette.TextOn(colour) },
            },
            item.Row);
    }

    private static JsonObject Heatmap(HeatmapChart chart) => new()
    {
        ["animation"] = false,
        ["tooltip"] = Tooltip("item", "@item"),
        ["grid"] = Grid(top: 4, right: 4, bottom: 24),
        ["xAxis"] = HeatmapAxis(chart.XTitle, chart.XLabels, nameGap: 28),
        ["yAxis"] = HeatmapAxis(chart.YTitle, chart.YLabels, nameGap: 28),
        ["series"] = new JsonArray(new JsonObject
        {
            ["type"] = "heatmap",
            ["label"] = new JsonObject { ["show"] = true, ["formatter"] = "@text" },
            ["itemStyle"] = new JsonObject { ["borderWidth"] = 2, ["borderRadius"] = 3 },
            ["data"] = new JsonArray([.. chart.Cells.Select(c => Cell(c, chart.Classes))]),
        }),
    };

    private static JsonObject Cell(HeatmapCell cell, IReadOnlyList<HeatmapClass> classes)
    {
        var k = Enumerable.Range(0, classes.Count).FirstOrDefault(i => cell.Value <= classes[i].High, classes.Count - 1);
        var colour = Palette.Class(k, classes.Count);
        return OfRow(
            new JsonObject
            {
                ["value"] = new JsonArray(cell.X, cell.Y, Number(cell.Value)),
                ["text"] = cell.Text,
                ["detail"] = cell.Detail,
                ["itemStyle"] = new JsonObject { ["color"] = colour },
                ["label"] = new JsonObject { ["color"] = Palette.TextOn(colour) },
            },
            cell.Row);
    }

    /// <summary>Says which row of the table beside the chart a mark stands for, so that a page can lead on from it.</summary>
    private static JsonObject OfRow(JsonObject item, int? row)
    {
        if (row is { } place)
        {
            item["row"] = place;
        }

        return item;
    }

    private static JsonObject HeatmapAxis(string title, IReadOnlyList<string> labels, int nameGap) => new()
    {
        ["type"] = "category",
        ["name"] = title,
        ["nameLocation"] = "middle",
        ["nameGap"] = nameGap,
        ["data"] = Texts(labels),
        ["axisTick"] = new JsonObject { ["show"] = false },
        ["axisLine"] = new JsonObject { ["show"] = false },
        ["axisLabel"] = new JsonObject { ["interval"] = 0 },
    };

    private static JsonObject Grid(int top, int right, int bottom) =>
        new() { ["left"] = 4, ["right"] = right, ["top"] = top, ["bottom"] = bottom, ["outerBoundsMode"] = "same", ["outerBoundsContain"] = "all" };

    private static JsonObject Tooltip(string trigger, string formatter) => new()
    {
        ["trigger"] = trigger,
        ["confine"] = true,
        ["axisPointer"] = new JsonObject { ["type"] = "shadow" },
        ["formatter"] = formatter,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)JsonValue.Create(t))]);

    /// <summary>Four decimals are more than a picture shows; what lies beyond would make equal pictures differ.</summary>
    private static JsonNode? Number(double? value) => value is { } v && double.IsFinite(v) ? JsonValue.Create(Math.Round(v, 4)) : null;
}
