using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Pages;

/// <summary>A question as a report of a picture and a table, so that what is asked by hand is answered, drawn and written as any report is.</summary>
public static class QuestionReport
{
    /// <summary>Name of the report that answers a question.</summary>
    public const string Name = "question";

    private const int MostRows = 200;
    private const int MostMarks = 25;
    private const int MostCells = 240;

    /// <summary>The pictures there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["column", "bar", "line", "area", "stacked", "treemap", "heatmap", "pareto", "map", "table"];

    /// <summary>The report.</summary>
    /// <param name="question">What is asked; at least one measure.</param>
    /// <param name="cube">The members that it names.</param>
    /// <param name="language">Language of its texts.</param>
    public static ReportPlan Of(PageQuestion question, CubeMembers cube, string language)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(cube);
        var words = PageWords.Of(language);
        var title = Title(question, cube, words);
        List<RowPlan> rows = question.Dimensions.Count == 0
            ? [new([new TilesPlan(Frame("figures", null, null), null, [.. question.Measures.Select(m => new TilePlan(null, m, Filters(question), null, false, GoodDirection.None, default))])])]
            : [.. Picture(question, cube) is { } picture ? [new RowPlan([picture])] : Array.Empty<RowPlan>(), new([Table(question, words)])];
        return new ReportPlan(Name, title, null, language, rows, default);
    }

    /// <summary>What a question is called.</summary>
    internal static string Title(PageQuestion question, CubeMembers cube, PageWords words)
    {
        var measures = string.Join(words.List, question.Measures.Select(m => cube.Find(m)?.Title ?? m));
        var by = string.Join(" × ", question.Dimensions.Concat(question.Across).Select(d => cube.Find(d)?.Title ?? d));
        return by.Length == 0 ? measures : SiteFrame.Say(words.MeasuresBy, measures, by);
    }

    private static BlockPlan Table(PageQuestion question, PageWords words)
    {
        var most = question.Limit ?? MostRows;
        var note = SiteFrame.Say(words.RowsShown, most);
        return question.Across.Count > 0
            ? new PivotPlan(Frame("table", null, null), Query(question, [.. question.Dimensions, .. question.Across], null), question.Dimensions, question.Across, Total: true, Subtotals: question.Dimensions.Count > 1) { Opened = question.Opened }
            : new TablePlan(
                Frame("table", null, note), Query(question, question.Dimensions, most), null,
                [.. question.Dimensions.Select(d => new ColumnPlan(d, null, false, false, null)), .. question.Measures.Select((m, i) => new ColumnPlan(m, null, false, i == 0, null))],
                Total: true);
    }

    private static BlockPlan? Picture(PageQuestion question, CubeMembers cube)
    {
        var by = question.Dimensions[0];
        var isTime = cube.Find(by) is { } member && CubeMembers.IsTime(member);
        var second = question.Across.FirstOrDefault() ?? question.Dimensions.Skip(1).FirstOrDefault(d => isTime || BlockQuestions.Owner(d) != BlockQuestions.Owner(by));
        var kind = question.Kind ?? (second is not null && !isTime ? "heatmap" : isTime ? second is null ? "column" : "line" : "bar");
        var most = isTime ? 400 : MostMarks;
        return kind switch
        {
            "table" => null,
            "treemap" => new TreemapPlan(Frame("chart", null, null), Query(question, [by], most), question.Measures, null, false),
            "heatmap" when second is not null => new HeatmapPlan(Frame("chart", null, null), Query(question, [by, second], MostCells), second, by, question.Measures[0], null),
            "pareto" => new ParetoPlan(Frame("chart", null, null), Query(question with { Measures = [question.Measures[0]] }, [by], null)),
            "map" => new WorldMapPlan(Frame("chart", null, null), Query(question, [by], 300), question.Measures[0]),
            _ => Chart(question, kind, by, second, isTime, most),
        };
    }

    private static ChartPlan Chart(PageQuestion question, string kind, string by, string? second, bool isTime, int most)
    {
        var line = kind is "line" or "area";
        IReadOnlyList<string> dimensions = second is null ? [by] : [by, second];
        IReadOnlyList<CubeOrder>? order = isTime ? [new(by, Descending: false)] : null;
        IReadOnlyList<string> drawn = second is null ? [.. question.Measures.Take(2)] : [question.Measures[0]];
        return new ChartPlan(
            Frame("chart", null, null), Query(question with { Measures = drawn }, dimensions, second is null ? most : isTime ? 2000 : MostCells) with { Order = order },
            Horizontal: kind == "bar", LiftDominant: false,
            [.. drawn.Select((m, i) => new SeriesPlan(m, null, Line: line || (i == 1 && kind == "column"), Share: false, SecondAxis: i == 1 && kind != "bar"))])
        {
            Split = second,
            Stack = kind == "stacked" || (kind == "area" && second is not null),
            Area = kind == "area",
        };
    }

    private static QueryPlan Query(PageQuestion question, IReadOnlyList<string> dimensions, int? most) =>
        new(question.Measures, dimensions, Filters(question), question.Segments, null, most, question.Reading, default);

    private static List<FilterPlan> Filters(PageQuestion question) => [.. question.Filters.Select(f => new FixedFilter(f))];

    private static BlockFrame Frame(string name, string? title, string? note) => new(name, title, note, 0, default);
}
