using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>A report whose questions are answered: only text and pictures, ready for a page or a file.</summary>
/// <param name="Plan">What was asked.</param>
/// <param name="Project">Name of the project it is about.</param>
/// <param name="Locale">BCP 47 tag of numbers and dates.</param>
/// <param name="Currency">ISO 4217 code of money.</param>
/// <param name="AsOf">The data it stands on; a run of null means that nothing was loaded yet.</param>
/// <param name="AsOfText">The same in words.</param>
/// <param name="Rows">Rows of blocks.</param>
public sealed record ReportContent(
    ReportPlan Plan, string Project, string Locale, string Currency, DataAsOf AsOf, string AsOfText,
    IReadOnlyList<IReadOnlyList<BlockContent>> Rows)
{
    /// <summary>A sentence that stands over everything; null for none.</summary>
    public string? Notice { get; init; }

    /// <summary>What was chosen: titles of parameters with their values in words; empty when nothing.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Choices { get; init; } = [];

    /// <summary>The words of its language.</summary>
    internal Words Words { get; init; } = Words.English;

    /// <summary>Contracts without which nothing of it can be shown; empty when something can.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            var figures = Blocks.Where(b => b is not TextContent).ToList();
            return figures.Count > 0 && figures.TrueForAll(b => b is EmptyContent { Missing.Count: > 0 })
                ? [.. figures.Cast<EmptyContent>().SelectMany(e => e.Missing).Distinct()] : [];
        }
    }

    /// <summary>All blocks in reading order.</summary>
    public IEnumerable<BlockContent> Blocks => Rows.SelectMany(r => r);

    /// <summary>True while the warehouse holds no data at all.</summary>
    public bool NothingLoaded => AsOf.Run is null;
}

/// <summary>A block, answered.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
public abstract record BlockContent(BlockFrame Frame)
{
    /// <summary>True when something was chosen on the page that does not narrow this block.</summary>
    public bool IsUntouched { get; init; }

    /// <summary>True when all there is to show is of a member that is not known.</summary>
    internal bool IsUnknown { get; init; }
}

/// <summary>Figures in large type.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
/// <param name="Tiles">The figures.</param>
public sealed record TilesContent(BlockFrame Frame, IReadOnlyList<TileContent> Tiles) : BlockContent(Frame)
{
    /// <summary>The same figures, typed, as a table of one row per tile.</summary>
    public TableView Table { get; init; } = new([], []);
}

/// <summary>One figure.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Period">The period it is of; null when it is of everything.</param>
/// <param name="Value">The figure.</param>
/// <param name="Change">How it compares with the period before; null when there is none.</param>
/// <param name="Detail">A further figure, e.g. the one over all periods; null for none.</param>
/// <param name="Sparkline">The figure over the periods so far; null for none.</param>
public sealed record TileContent(string Label, string? Period, string Value, TileChange? Change, string? Detail, SparklineContent? Sparkline)
{
    /// <summary>Where the figure comes from; null when one cannot go on from it.</summary>
    public Origin? Origin { get; init; }
}

/// <summary>A comparison with the period before.</summary>
/// <param name="Direction">1 up, −1 down, 0 unchanged.</param>
/// <param name="IsGood">True good news, false bad news, null neither.</param>
/// <param name="Text">The size of the change, e.g. <c>36.5 %</c>.</param>
/// <param name="Against">What it is compared with, e.g. <c>Oct 2011: £1,070,705</c>.</param>
public sealed record TileChange(int Direction, bool? IsGood, string Text, string Against);

/// <summary>A small line.</summary>
/// <param name="Values">One value per period, up to the one that the tile shows.</param>
/// <param name="Label">What it shows, in words.</param>
public sealed record SparklineContent(IReadOnlyList<double?> Values, string Label);

/// <summary>A chart with its table view.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
/// <param name="Views">What can be drawn; more than one when the reader chooses the measure.</param>
/// <param name="Height">Height on a desktop, CSS pixels.</param>
/// <param name="Wide">True when its labels need more width than a phone has, so that it scrolls inside its own frame there.</param>
/// <param name="Callout">A figure told in words above it; null for none.</param>
/// <param name="Scale">What its colours mean; null when they only tell series apart.</param>
/// <param name="Table">The same figures as a table.</param>
public sealed record ChartContent(
    BlockFrame Frame, IReadOnlyList<ChartView> Views, int Height, bool Wide, string? Callout, ColourScale? Scale, TableView Table) : BlockContent(Frame);

/// <summary>One picture.</summary>
/// <param name="Label">What the reader chooses it by.</param>
/// <param name="Option">ECharts option, JSON.</param>
public sealed record ChartView(string Label, string Option);

/// <summary>What the colours of a chart mean.</summary>
/// <param name="Title">What is coloured.</param>
/// <param name="Steps">Colours with their values, in order.</param>
/// <param name="Gradual">True when the colours between two steps mean values between theirs, so that a band shows them; false for classes.</param>
public sealed record ColourScale(string Title, IReadOnlyList<ColourStep> Steps, bool Gradual);

/// <summary>A colour and what it stands for.</summary>
/// <param name="Colour">CSS colour.</param>
/// <param name="Label">The value, or the range of values.</param>
public sealed record ColourStep(string Colour, string Label);

/// <summary>A table.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
/// <param name="Table">Its rows.</param>
public sealed record TableContent(BlockFrame Frame, TableView Table) : BlockContent(Frame);

/// <summary>Text.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
/// <param name="Html">The text as HTML; nothing from the data in it is markup.</param>
public sealed record TextContent(BlockFrame Frame, string Html) : BlockContent(Frame);

/// <summary>A block whose question has no rows.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
public sealed record EmptyContent(BlockFrame Frame) : BlockContent(Frame)
{
    /// <summary>The contracts that are missing for it; empty when that is not why.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The setting that has its scores made and that the project does not have; null when that is not why.</summary>
    public string? Unset { get; init; }

    /// <summary>Why there is nothing, in a sentence; null when that is not known.</summary>
    public string? Reason { get; init; }
}

/// <summary>A block whose question could not be answered. The report says so in its place, and whoever made it is told.</summary>
/// <param name="Frame">Its name, title, note and width.</param>
/// <param name="Found">What was found.</param>
/// <param name="Next">What to do next.</param>
public sealed record FailedContent(BlockFrame Frame, string Found, string Next) : BlockContent(Frame)
{
    /// <summary>One line: which block, what was found, what to do.</summary>
    public override string ToString() => $"{Frame.Title ?? Frame.Name}: {Found}. {Next}.";
}

/// <summary>Rows and columns of text.</summary>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Rows, in order; totals last.</param>
public sealed record TableView(IReadOnlyList<TableColumn> Columns, IReadOnlyList<TableRow> Rows);

/// <summary>A column of a table.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Description">What it means; null when nobody said.</param>
/// <param name="IsNumber">True when its values stand to the right.</param>
public sealed record TableColumn(string Title, string? Description, bool IsNumber)
{
    /// <summary>The member it shows; null for one that is made here.</summary>
    public string? Member { get; init; }

    /// <summary>How its values are shown: <c>currency</c>, <c>percent</c>, <c>number</c>, or for dates <c>day</c> to <c>year</c>; null: plainly.</summary>
    public string? Format { get; init; }

    /// <summary>Type of its values; null: text.</summary>
    public Warehouse.Declarations.ColumnType? Type { get; init; }

    /// <summary>True when it shows the measure <see cref="Member"/>.</summary>
    public bool IsMeasure { get; init; }

    /// <summary>What its cells stand for beside what their row does, in a table that has a dimension across; null for nothing.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>>? At { get; init; }
}

/// <summary>A row of a table.</summary>
/// <param name="Cells">One per column.</param>
/// <param name="IsTotal">True for totals.</param>
public sealed record TableRow(IReadOnlyList<TableCell> Cells, bool IsTotal)
{
    /// <summary>Colours of the cells, CSS, by their place; null when they have none.</summary>
    public IReadOnlyList<string?>? Colours { get; init; }

    /// <summary>Where its figures come from; null when one cannot go on from them.</summary>
    public Origin? Origin { get; init; }

    /// <summary>For each of its first cells how it can be opened in place; empty when it cannot.</summary>
    public IReadOnlyList<RowBranch> Branches { get; init; } = [];
}

/// <summary>How a row of a pivot can be opened or closed at one of its members.</summary>
/// <param name="Depth">Levels that it lies below the rows of the pivot.</param>
/// <param name="Below">The level that lies below; null when there is none.</param>
/// <param name="IsOpen">True when that stands below the row.</param>
/// <param name="Steps">The steps that lead to the row.</param>
public sealed record RowBranch(int Depth, string? Below, bool IsOpen, IReadOnlyList<PivotStep> Steps);

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Bar">Length of the bar behind it, 0–1; null for none.</param>
public readonly record struct TableCell(string Text, double? Bar)
{
    /// <summary>The value itself, for files of figures: string, long, decimal, double, bool, DateOnly, DateTime, or null for none.</summary>
    public object? Value { get; init; }
}
