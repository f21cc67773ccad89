using Crm.Analytics.Warehouse.Declarations.Shapes;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>The YAML of a report, as data: the reader checks against it, and the JSON Schema for editors is written from it.</summary>
internal static class ReportFormat
{
    public const string Equal = "equals";

    private static readonly ScalarShape text = ScalarShape.Text with { What = "a text, or $key for one of 'texts'" };
    private static readonly ScalarShape member = ScalarShape.Reference with { What = "a member: cube.measure or dimension.attribute" };

    private static readonly ListShape where = new(new MapShape("a filter",
    [
        new("member", member, "The member that is filtered.", Required: true),
        new("operator", ScalarShape.Choice("a comparison", Equal, "not_equals", "contains", "not_contains", "starts_with", "ends_with", "gt", "gte", "lt", "lte",
            "set", "not_set", "in_date_range", "not_in_date_range", "before_date", "after_date"), "The comparison; default equals."),
        new("values", new EitherShape(ScalarShape.AnyText, new ListShape(ScalarShape.AnyText)), "What it is compared with: one value, or a list."),
        new("period", ScalarShape.Choice("a period", "latest", "previous", "complete", "previous_complete"),
            "Instead of values: the newest period in the data, the one before it, the newest that is over, the one before that."),
    ]));

    private static readonly Key[] frame =
    [
        new("title", text, "Heading."),
        new("note", text, "A sentence that says how to read it."),
        new("width", ScalarShape.Integer(1, 12), "Share of its row in twelfths; default: blocks of a row share it equally."),
    ];

    private static readonly Key[] question =
    [
        new("where", where, "Filters; all must hold."),
        new("segments", new EitherShape(member, new ListShape(member)), "Named filters of the cube; all must hold."),
        new("order", new MapShape("an order", [], new FreeKeys("a member", ScalarShape.Choice("a direction", "asc", "desc"), AnyName: true)),
            "Members with asc or desc; default: time ascending, else the first measure descending."),
        new("limit", ScalarShape.Integer(1, 10_000), "Most rows."),
        new("reading", ScalarShape.Choice("a reading", "as_was", "as_is"), "Changing attributes as they were when it happened (default), or as they are now."),
    ];

    private static readonly MapShape figure = new("a figure",
    [
        new("measure", member, "The measure; a figure without one says when the newest data is from."),
        new("label", text, "What it is called; default: the measure's title."),
        new("where", where, "Only what meets these filters counts."),
        new("share_of", member, "Also say which share of this measure, unfiltered, the figure is."),
        new("sparkline", ScalarShape.Boolean, "Also draw it over all periods."),
        new("good", ScalarShape.Choice("a direction", "up", "down", "none"), "Which direction of change is good; default up."),
    ]);

    private static readonly MapShape tiles = new("tiles",
    [
        .. frame,
        new("period", new MapShape("a period",
        [
            new("over", member, "The time dimension whose newest value is shown and compared with the one before.", Required: true),
            new("take", ScalarShape.Choice("a period", "complete", "latest"), "The newest period that is over (default), or the newest there is."),
            new("total", text, "What the figure over all periods is called; without it that figure is not shown."),
        ]), "The period the figures are of; default: everything."),
        new("figures", new ListShape(figure), "The figures.", Required: true),
    ]);

    private static readonly MapShape chart = new("a chart",
    [
        .. frame, .. question,
        new("kind", ScalarShape.Choice("a kind", "column", "bar", "line"), "Columns (default), bars that lie, or lines."),
        new("by", member, "The dimension that gives the categories.", Required: true),
        new("series", new ListShape(new EitherShape(member, new MapShape("a series",
        [
            new("measure", member, "The measure.", Required: true),
            new("label", text, "What it is called; default: the measure's title."),
            new("as", ScalarShape.Choice("a form", "column", "line"), "Default: what 'kind' says."),
            new("share", ScalarShape.Boolean, "Draw each value as its share of the total."),
            new("axis", ScalarShape.Choice("an axis", "left", "right"), "Default left."),
        ]))), "What is drawn.", Required: true),
        new("lift_dominant", ScalarShape.Boolean, "When the first category holds more than half, say so in words and draw the others."),
    ]);

    private static readonly MapShape table = new("a table",
    [
        .. frame, .. question,
        new("by", new EitherShape(member, new ListShape(member)), "The dimensions its rows are grouped by.", Required: true),
        new("columns", new ListShape(new EitherShape(member, new MapShape("a column",
        [
            new("member", member, "A dimension of 'by', a measure, or a member of 'lookup'.", Required: true),
            new("label", text, "Heading; default: the member's title."),
            new("share", ScalarShape.Boolean, "Show the value as its share of the total."),
            new("bar", ScalarShape.Boolean, "Draw a bar beside the value."),
            new("format", ScalarShape.Choice("a format", "currency", "percent", "number"), "How values are shown; default: as the member declares."),
        ]))), "The columns.", Required: true),
        new("total", ScalarShape.Boolean, "Add a row with the totals."),
        new("lookup", new MapShape("a lookup",
        [
            new("by", new EitherShape(member, new ListShape(member)), "The dimensions of the second question.", Required: true),
            new("measures", new EitherShape(member, new ListShape(member)), "The measures of the second question."),
            new("where", where, "Filters of the second question; all must hold."),
            new("from", member, "The dimension of the table whose values join the two.", Required: true),
            new("to", member, "The dimension of the lookup that holds the same values.", Required: true),
        ]), "A second question whose columns stand beside the first one's."),
    ]);

    private static readonly MapShape treemap = new("a treemap",
    [
        .. frame, .. question,
        new("by", member, "The dimension that names the rectangles.", Required: true),
        new("sizes", new EitherShape(member, new ListShape(member)), "Measures the area can show; the reader chooses, the first is shown at the start.", Required: true),
        new("colour", member, "The measure that colours them."),
        new("good", ScalarShape.Choice("a direction", "up", "down"), "Which values of the colour are good; default up."),
    ]);

    private static readonly MapShape heatmap = new("a heatmap",
    [
        .. frame, .. question,
        new("x", member, "The dimension across.", Required: true),
        new("y", member, "The dimension down.", Required: true),
        new("colour", member, "The measure that colours the cells and is written in them.", Required: true),
        new("rank", new MapShape("a rank",
        [
            new("member", member, "The dimension that holds the values of the axes.", Required: true),
            new("by", member, "The dimension that says their place.", Required: true),
            new("where", where, "Filters of this question; all must hold."),
        ]), "The order in which names stand on the axes; default: alphabetical."),
        new("also", new EitherShape(member, new ListShape(member)), "Further measures, told when a cell is pointed at and in the table."),
    ]);

    private static readonly MapShape prose = new("a text block",
    [
        .. frame,
        new("text", text, "Markdown; {cube.measure} stands for a figure.", Required: true),
        new("where", where, "Filters of the figures; all must hold."),
    ]);

    public static readonly MapShape Shape = new("a report",
    [
        new("report", ScalarShape.Name, "Name of the report.", Required: true),
        new("title", text, "Title.", Required: true),
        new("summary", text, "One or two sentences under the title."),
        new("rows", new ListShape(new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference))),
            "The layout: rows from top to bottom, each the name of a block or a list of names.", Required: true),
        Blocks("tiles", "tiles", tiles, "Figures in large type."),
        Blocks("charts", "a chart", chart, "Columns, bars and lines."),
        Blocks("tables", "a table", table, "Tables."),
        Blocks("treemaps", "a treemap", treemap, "Rectangles whose area is a measure the reader chooses."),
        Blocks("heatmaps", "a heatmap", heatmap, "Two dimensions crossed."),
        Blocks("prose", "a text block", prose, "Text with figures inline."),
        new("texts", new MapShape("texts", [], new FreeKeys("a language", new MapShape("a language", [], new FreeKeys("a text", ScalarShape.Text)), AnyName: true)),
            "Texts by language and key; the first language is used when the reader's is not there."),
    ]);

    private static Key Blocks(string key, string noun, MapShape block, string description) =>
        new(key, new MapShape(key, [], new FreeKeys(noun, block)), description);
}
