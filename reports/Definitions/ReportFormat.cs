using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Declarations.Shapes;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>The YAML of a report, as data: the reader checks against it, and the JSON Schema for editors is written from it.</summary>
internal static class ReportFormat
{
    public const string Equal = "equals";

    private static readonly ScalarShape text = ScalarShape.Text with { What = "a text, or $key for one of 'texts'" };
    private static readonly ScalarShape member = ScalarShape.Reference with { What = "a member: cube.measure or dimension.attribute" };

    private static readonly ListShape where = DeliveryFormat.Where;

    private static readonly EitherShape members = new(member, new ListShape(member));

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
        new("kind", ScalarShape.Choice("a kind", "column", "bar", "line", "area"), "Columns (default), bars that lie, lines, or lines with what lies under them filled."),
        new("split", member, "A dimension whose members make a series each, of the one series given."),
        new("stack", ScalarShape.Boolean, "Stand the series on each other."),
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
            new("per", member, "Show the value as its share of this column's in the same row, as for what was reached of a target."),
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
        new("sequence", new ListShape(ScalarShape.Text), "The names of the axes in the order in which they stand, where no dimension says it."),
        new("also", new EitherShape(member, new ListShape(member)), "Further measures, told when a cell is pointed at and in the table."),
    ]);

    private static readonly MapShape prose = new("a text block",
    [
        .. frame,
        new("text", text, "Markdown; {cube.measure} stands for a figure.", Required: true),
        new("where", where, "Filters of the figures; all must hold."),
    ]);

    private static readonly MapShape pivot = new("a pivot",
    [
        .. frame, .. question,
        new("down", members, "The dimensions of the rows, the coarsest first.", Required: true),
        new("across", members, "The dimensions of the columns."),
        new("measures", members, "The measures.", Required: true),
        new("total", ScalarShape.Boolean, "Totals over rows and columns, each at its own grain; default true."),
        new("subtotals", ScalarShape.Boolean, "Also a total after each part of the rows."),
    ]);

    private static readonly MapShape cohort = new("a cohort triangle",
    [
        .. frame, .. question,
        new("cohort", member, "The time dimension that says when they began.", Required: true),
        new("period", member, "The time dimension of the figures, or the number of periods since the beginning.", Required: true),
        new("measure", member, "What is measured.", Required: true),
        new("share", ScalarShape.Boolean, "Show each figure as a share of the cohort's first period."),
    ]);

    private static readonly MapShape funnel = new("a funnel",
    [
        .. frame, .. question,
        new("steps", new ListShape(new EitherShape(member, new MapShape("a step",
        [
            new("measure", member, "What is counted.", Required: true),
            new("label", text, "What it is called; default: the measure's title."),
        ]))), "Measures from the first step to the last; one when 'by' gives the steps.", Required: true),
        new("by", member, "A dimension whose members are the steps."),
        new("sequence", new ListShape(ScalarShape.Text), "The members of 'by' in their order; default: the largest first."),
    ]);

    private static readonly MapShape flow = new("a flow",
    [
        .. frame, .. question,
        new("from", member, "The dimension at the left.", Required: true),
        new("to", member, "The dimension at the right.", Required: true),
        new("measure", member, "What the breadth of a stream shows.", Required: true),
        new("from_title", text, "What the left side is called; default: its dimension's title."),
        new("to_title", text, "What the right side is called; default: its dimension's title."),
    ]);

    private static readonly MapShape pareto = new("a Pareto curve",
    [
        .. frame, .. question,
        new("by", member, "The dimension whose members are lined up, the largest first.", Required: true),
        new("measure", member, "What they are lined up by.", Required: true),
    ]);

    private static readonly MapShape map = new("a map",
    [
        .. frame, .. question,
        new("by", member, "The dimension that holds countries, by English name or ISO 3166 code.", Required: true),
        new("colour", member, "The measure that colours them.", Required: true),
        new("also", members, "Further measures, told when a country is pointed at and in the table."),
    ]);

    private static readonly MapShape parameter = new("a parameter",
    [
        new("title", text, "Name for people; default: its name."),
        new("type", ScalarShape.Choice("a type", "text", "number", "date", "boolean"), "What its values are; default text."),
        new("choices", member, "The dimension whose members in the data may be chosen."),
        new("values", new ListShape(ScalarShape.Text), "The only values that may be chosen."),
        new("default", new EitherShape(ScalarShape.Text, new ListShape(ScalarShape.Text)), "Value when none is given; default: no restriction."),
        new("most", member, "The measure whose greatest member among 'choices' is taken when none is given."),
        new("several", ScalarShape.Boolean, "Several values may be given."),
        new("required", ScalarShape.Boolean, "A value has to be given."),
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
        Blocks("pivots", "a pivot", pivot, "Measures by rows and columns, with totals at their own grain."),
        Blocks("cohorts", "a cohort triangle", cohort, "What became of those who began together."),
        Blocks("funnels", "a funnel", funnel, "Steps that fewer and fewer pass."),
        Blocks("flows", "a flow", flow, "Streams from the members of one dimension to those of another."),
        Blocks("paretos", "a Pareto curve", pareto, "Members from the largest down, with the share they make together."),
        Blocks("maps", "a map", map, "Countries, coloured by a measure."),
        Blocks("parameters", "a parameter", parameter, "What whoever asks for the report may choose; filters name them."),
        Blocks("deliver", "a delivery", DeliveryFormat.Shape, "Where the report goes, in which forms, for whom and under which condition."),
        Blocks("prose", "a text block", prose, "Text with figures inline."),
        new("texts", new MapShape("texts", [], new FreeKeys("a language", new MapShape("a language", [], new FreeKeys("a text", ScalarShape.Text)), AnyName: true)),
            "Texts by language and key; the first language is used when the reader's is not there."),
    ]);

    private static Key Blocks(string key, string noun, MapShape block, string description) =>
        new(key, new MapShape(key, [], new FreeKeys(noun, block)), description);
}
