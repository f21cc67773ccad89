using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>A report, read and checked: what it shows, in which order, over which questions. Nothing in it has been asked yet.</summary>
/// <param name="Name">Name in snake_case; also the stem of its files.</param>
/// <param name="Title">Title for people, in the language of the plan.</param>
/// <param name="Summary">One or two sentences under the title; null for none.</param>
/// <param name="Language">BCP 47 language of its texts, e.g. <c>en</c>.</param>
/// <param name="Rows">Rows from top to bottom; the blocks of a row stand side by side where there is room.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record ReportPlan(
    string Name, string Title, string? Summary, string Language, IReadOnlyList<RowPlan> Rows, SourceLocation Where)
{
    /// <summary>What whoever asks for it may choose; empty when nothing.</summary>
    public IReadOnlyList<ParameterPlan> Parameters { get; init; } = [];

    /// <summary>Where and when it is delivered, by name; empty when nowhere.</summary>
    public IReadOnlyList<DeliveryPlan> Deliveries { get; init; } = [];

    /// <summary>All blocks in reading order.</summary>
    public IEnumerable<BlockPlan> Blocks => Rows.SelectMany(r => r.Blocks);
}

/// <summary>Blocks that stand side by side.</summary>
/// <param name="Blocks">From left to right; at least one.</param>
public sealed record RowPlan(IReadOnlyList<BlockPlan> Blocks);

/// <summary>A block of a report.</summary>
/// <param name="Frame">What every block has.</param>
public abstract record BlockPlan(BlockFrame Frame);

/// <summary>What every block has, whatever it shows.</summary>
/// <param name="Name">Name in snake_case, unique in the report; a stable id in pages and files.</param>
/// <param name="Title">Heading; null for none.</param>
/// <param name="Note">A sentence that says how to read it; null for none.</param>
/// <param name="Width">Share of the row in twelfths (1–12); 0: the rest, shared equally.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record BlockFrame(string Name, string? Title, string? Note, int Width, SourceLocation Where);

/// <summary>Figures in large type, each beside the figure of the period before.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Period">The period the figures are of; null: over everything, compared with nothing.</param>
/// <param name="Tiles">The figures; at least one.</param>
public sealed record TilesPlan(BlockFrame Frame, TilePeriod? Period, IReadOnlyList<TilePlan> Tiles) : BlockPlan(Frame);

/// <summary>The period that tiles show and compare.</summary>
/// <param name="Over">The time dimension, e.g. <c>date.month</c> or <c>rfm.snapshot</c>.</param>
/// <param name="Choice"><see cref="PeriodChoice.Complete"/> or <see cref="PeriodChoice.Latest"/>; compared with the one before it.</param>
/// <param name="TotalLabel">What the figure over all periods is called; null: that figure means nothing here and is not shown.</param>
public sealed record TilePeriod(string Over, PeriodChoice Choice, string? TotalLabel);

/// <summary>One figure.</summary>
/// <param name="Label">What it is called; null: the measure's own title.</param>
/// <param name="Measure">The measure; null for a tile that says when the newest data is from.</param>
/// <param name="Filters">Only what meets these counts.</param>
/// <param name="ShareOf">Also say which share of this measure, unfiltered, the figure is; null: say none.</param>
/// <param name="Sparkline">Also draw it over all periods.</param>
/// <param name="Good">Which direction of change is good.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record TilePlan(
    string? Label, string? Measure, IReadOnlyList<FilterPlan> Filters, string? ShareOf, bool Sparkline, GoodDirection Good, SourceLocation Where);

/// <summary>Which direction of change is good news.</summary>
public enum GoodDirection
{
    /// <summary>More is better.</summary>
    Up,

    /// <summary>Less is better.</summary>
    Down,

    /// <summary>Neither.</summary>
    None,
}

/// <summary>Lines, columns or bars over one dimension.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question; its first dimension gives the categories.</param>
/// <param name="Horizontal">True for bars that lie, one category below the other.</param>
/// <param name="LiftDominant">When the first category holds more than half of the first measure's total, say so in words and draw the others, which it would dwarf.</param>
/// <param name="Series">What is drawn; at least one.</param>
public sealed record ChartPlan(
    BlockFrame Frame, QueryPlan Query, bool Horizontal, bool LiftDominant, IReadOnlyList<SeriesPlan> Series) : BlockPlan(Frame)
{
    /// <summary>The dimension whose members make a series each, of the one measure; null for none.</summary>
    public string? Split { get; init; }

    /// <summary>Stand the series on each other.</summary>
    public bool Stack { get; init; }

    /// <summary>Fill what lies under lines.</summary>
    public bool Area { get; init; }
}

/// <summary>One measure of a chart.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Label">What it is called; null: the measure's own title.</param>
/// <param name="Line">True for a line, false for columns or bars.</param>
/// <param name="Share">Draw each value as its share of the total over all categories.</param>
/// <param name="SecondAxis">Measured on the axis at the right.</param>
public sealed record SeriesPlan(string Measure, string? Label, bool Line, bool Share, bool SecondAxis);

/// <summary>Rows and columns of figures.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question.</param>
/// <param name="Lookup">A second question whose columns stand beside the first one's; null for none.</param>
/// <param name="Columns">The columns, in order; at least one.</param>
/// <param name="Total">Add a last row with the totals.</param>
public sealed record TablePlan(
    BlockFrame Frame, QueryPlan Query, LookupPlan? Lookup, IReadOnlyList<ColumnPlan> Columns, bool Total) : BlockPlan(Frame);

/// <summary>A question asked beside the first one, whose rows are joined to the first one's by one dimension each.</summary>
/// <param name="Query">The question.</param>
/// <param name="From">The dimension of the first question.</param>
/// <param name="To">The dimension of this one that holds the same values.</param>
public sealed record LookupPlan(QueryPlan Query, string From, string To);

/// <summary>A column of a table.</summary>
/// <param name="Member">A member of the question (or of the lookup).</param>
/// <param name="Label">Heading; null: the member's own title.</param>
/// <param name="Share">Show the value as its share of the total.</param>
/// <param name="Bar">Draw a bar beside the value.</param>
/// <param name="Format">How values are shown; null: as the member declares.</param>
public sealed record ColumnPlan(string Member, string? Label, bool Share, bool Bar, string? Format)
{
    /// <summary>Show the value as its share of this member's in the same row; null: as it is.</summary>
    public string? Per { get; init; }
}

/// <summary>Rectangles whose area is a measure that the reader chooses.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question; its first dimension names the rectangles.</param>
/// <param name="Sizes">Measures that the area can show; the first is shown at the start.</param>
/// <param name="Colour">Measure that colours them; null: all alike.</param>
/// <param name="LowIsGood">True when small values of <paramref name="Colour"/> are the good ones.</param>
public sealed record TreemapPlan(
    BlockFrame Frame, QueryPlan Query, IReadOnlyList<string> Sizes, string? Colour, bool LowIsGood) : BlockPlan(Frame);

/// <summary>Two dimensions crossed, each cell coloured by a measure.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question.</param>
/// <param name="X">Dimension across.</param>
/// <param name="Y">Dimension down; values descend from the top.</param>
/// <param name="Colour">Measure that colours the cells and is written in them.</param>
/// <param name="Rank">A question whose last column lists the values of both axes in the order to show them; null: their own order.</param>
public sealed record HeatmapPlan(BlockFrame Frame, QueryPlan Query, string X, string Y, string Colour, QueryPlan? Rank) : BlockPlan(Frame)
{
    /// <summary>Names of the axes in their order, before those that are not among them; empty: as ranked, else in their own order.</summary>
    public IReadOnlyList<string> Sequence { get; init; } = [];
}

/// <summary>Text in Markdown, with figures inline as <c>{measure}</c>.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Markdown">The text.</param>
/// <param name="Query">The question whose single row fills the figures; null when there are none.</param>
public sealed record TextPlan(BlockFrame Frame, string Markdown, QueryPlan? Query) : BlockPlan(Frame);
