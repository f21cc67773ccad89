using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Yaml;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Reads the blocks of a report, one method for each kind.</summary>
internal sealed partial class BlockReader(ReportTexts texts, QuestionReader questions, List<Problem> problems)
{
    /// <summary>The keys of a report that hold blocks.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["tiles", "charts", "tables", "treemaps", "heatmaps", "prose", "pivots", "cohorts", "funnels", "flows", "paretos", "maps"];

    /// <summary>A block of one kind.</summary>
    public BlockPlan Read(string kind, YamlScalar name, YamlMap map)
    {
        var width = int.TryParse(map.Text("width"), NumberStyles.None, CultureInfo.InvariantCulture, out var twelfths) ? twelfths : 0;
        var frame = new BlockFrame(name.Text, texts.Of(map, "title"), texts.Of(map, "note"), width, name.Where);
        return kind switch
        {
            "tiles" => Tiles(frame, map),
            "charts" => Chart(frame, map),
            "tables" => Table(frame, map),
            "treemaps" => Treemap(frame, map),
            "heatmaps" => Heatmap(frame, map),
            "pivots" => Pivot(frame, map),
            "cohorts" => Cohort(frame, map),
            "funnels" => Funnel(frame, map),
            "flows" => Flow(frame, map),
            "paretos" => new ParetoPlan(frame, questions.Read(map, map.ScalarsOf("measure"), map.ScalarsOf("by"))),
            "maps" => new WorldMapPlan(frame, questions.Read(map, [.. map.ScalarsOf("colour"), .. map.ScalarsOf("also")], map.ScalarsOf("by")), map.Text("colour") ?? ""),
            _ => Prose(frame, map),
        };
    }

    private TilesPlan Tiles(BlockFrame frame, YamlMap map)
    {
        var figures = map.MapsOf("figures").ToList();
        var period = map["period"] as YamlMap;
        var over = period?.Scalar("over");
        questions.Members.Check(
            figures.SelectMany(f => new[] { f.Scalar("measure"), f.Scalar("share_of") }).OfType<YamlScalar>(),
            [.. over is null ? [] : new[] { over }, .. figures.SelectMany(QuestionReader.FilteredIn)], []);
        return new TilesPlan(
            frame,
            over is null ? null : new TilePeriod(over.Text, period!.Text("take") == "latest" ? PeriodChoice.Latest : PeriodChoice.Complete, texts.Of(period, "total")),
            [.. figures.Select(f => new TilePlan(
                texts.Of(f, "label"), f.Text("measure"), questions.Filters(f), f.Text("share_of"), f.Text("sparkline") == "true",
                f.Text("good") switch { "down" => GoodDirection.Down, "none" => GoodDirection.None, _ => GoodDirection.Up }, f.Where))]);
    }

    private ChartPlan Chart(BlockFrame frame, YamlMap map)
    {
        var kind = map.Text("kind") ?? "column";
        var series = Items(map, "series").ToList();
        if (map.Scalar("split") is { } split && series.Count != 1)
        {
            problems.Add(new(split.Where, $"'split' beside {series.Count} series", "one series, which is split by the members of the dimension", "keep one series, or remove 'split'"));
        }

        return new ChartPlan(
            frame,
            questions.Read(map, series.Select(s => Named(s, "measure")).OfType<YamlScalar>(), [.. map.ScalarsOf("by"), .. map.ScalarsOf("split")]),
            kind == "bar", map.Text("lift_dominant") == "true",
            [.. series.Select(s => s is YamlMap full
                ? new SeriesPlan(
                    full.Text("measure") ?? "", texts.Of(full, "label"), (full.Text("as") ?? kind) is "line" or "area", full.Text("share") == "true", full.Text("axis") == "right")
                : new SeriesPlan(((YamlScalar)s).Text, null, kind is "line" or "area", Share: false, SecondAxis: false))])
        {
            Split = map.Text("split"),
            Stack = map.Text("stack") == "true",
            Area = kind == "area",
        };
    }

    private TablePlan Table(BlockFrame frame, YamlMap map)
    {
        var columns = Items(map, "columns").ToList();
        var lookup = map["lookup"] as YamlMap;
        var beside = lookup is null ? [] : lookup.ScalarsOf("by").Concat(lookup.ScalarsOf("measures")).Select(m => m.Text).ToHashSet();
        var by = map.ScalarsOf("by").ToList();
        var measures = columns.Select(c => Named(c, "member")).OfType<YamlScalar>().Where(c => !beside.Contains(c.Text) && by.All(b => b.Text != c.Text));
        return new TablePlan(
            frame, questions.Read(map, measures, by),
            lookup is null ? null : new LookupPlan(questions.Read(lookup, lookup.ScalarsOf("measures"), lookup.ScalarsOf("by")), lookup.Text("from") ?? "", lookup.Text("to") ?? ""),
            [.. columns.Select(c => c is YamlMap full
                ? new ColumnPlan(full.Text("member") ?? "", texts.Of(full, "label"), full.Text("share") == "true", full.Text("bar") == "true", full.Text("format")) { Per = Shown(full.Scalar("per"), columns) }
                : new ColumnPlan(((YamlScalar)c).Text, null, Share: false, Bar: false, Format: null))],
            map.Text("total") == "true");
    }

    /// <summary>What a value is divided by has to be a column too, so that a reader sees both.</summary>
    private string? Shown(YamlScalar? per, List<YamlNode> columns)
    {
        if (per is not null && columns.All(c => Named(c, "member")?.Text != per.Text))
        {
            problems.Add(new(per.Where, $"'per: {per.Text}', which is no column", "a member that is a column of the table", "add it to 'columns'"));
        }

        return per?.Text;
    }

    private TreemapPlan Treemap(BlockFrame frame, YamlMap map)
    {
        var sizes = map.ScalarsOf("sizes").ToList();
        return new TreemapPlan(
            frame, questions.Read(map, [.. sizes, .. map.ScalarsOf("colour")], map.ScalarsOf("by")), [.. sizes.Select(s => s.Text)], map.Text("colour"),
            map.Text("good") == "down");
    }

    private HeatmapPlan Heatmap(BlockFrame frame, YamlMap map)
    {
        var rank = map["rank"] is YamlMap ranking
            ? questions.Read(ranking, [], [.. ranking.ScalarsOf("by"), .. ranking.ScalarsOf("member")]) : null;
        if (rank?.Dimensions is [var place, ..])
        {
            rank = rank with { Order = [new CubeOrder(place, Descending: false)] };
        }

        return new HeatmapPlan(
            frame, questions.Read(map, [.. map.ScalarsOf("colour"), .. map.ScalarsOf("also")], [.. map.ScalarsOf("x"), .. map.ScalarsOf("y")]),
            map.Text("x") ?? "", map.Text("y") ?? "", map.Text("colour") ?? "", rank)
        {
            Sequence = [.. map.ScalarsOf("sequence").Select(s => s.Text)],
        };
    }

    private TextPlan Prose(BlockFrame frame, YamlMap map)
    {
        var text = texts.Of(map, "text") ?? "";
        var at = map.Scalar("text");
        var figures = InlineFigure.Form().Matches(text).Select(m => new YamlScalar(at!.Where, m.Groups[1].Value, quoted: true, textColumn: 0)).ToList();
        return new TextPlan(frame, text, figures.Count == 0 ? null : questions.Read(map, figures, []));
    }

    private static IEnumerable<YamlNode> Items(YamlMap map, string key) =>
        map[key] is YamlList list ? list.Items.Where(i => i is YamlMap or YamlScalar) : [];

    private static YamlScalar? Named(YamlNode item, string key) => item is YamlMap map ? map.Scalar(key) : item as YamlScalar;
}
