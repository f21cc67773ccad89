using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Measures by rows and columns, each total asked at its own grain: a share, a mean or a number of different customers is right in every total.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question; its dimensions are the rows' followed by the columns'.</param>
/// <param name="Down">Dimensions of the rows, the coarsest first; at least one.</param>
/// <param name="Across">Dimensions of the columns; may be empty.</param>
/// <param name="Total">Add totals over the rows and over the columns.</param>
/// <param name="Subtotals">Add a total after each part of the rows, when they have several dimensions.</param>
public sealed record PivotPlan(
    BlockFrame Frame, QueryPlan Query, IReadOnlyList<string> Down, IReadOnlyList<string> Across, bool Total, bool Subtotals) : BlockPlan(Frame)
{
    /// <summary>Rows that are opened in place, each by the steps that lead to it; what lies below them in their hierarchy stands below them.</summary>
    public IReadOnlyList<IReadOnlyList<PivotStep>> Opened { get; init; } = [];
}

/// <summary>A cohort triangle: what became of those who began together, by the periods since.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question: cohort, then period.</param>
/// <param name="Cohort">The dimension that says when they began; time.</param>
/// <param name="Period">The dimension across: the moment (time, months since the cohort are counted) or the number of periods since.</param>
/// <param name="Measure">What is measured.</param>
/// <param name="Share">Show each figure as a share of the cohort's first period.</param>
public sealed record CohortPlan(BlockFrame Frame, QueryPlan Query, string Cohort, string Period, string Measure, bool Share) : BlockPlan(Frame);

/// <summary>Steps that fewer and fewer pass, each with its share of the first and of the step before.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question: its measures are the steps, or its one dimension's members are.</param>
/// <param name="Steps">Measures in their order with their labels; one when a dimension gives the steps.</param>
/// <param name="Order">The dimension's members in their order; empty: the largest first.</param>
public sealed record FunnelPlan(BlockFrame Frame, QueryPlan Query, IReadOnlyList<FunnelStep> Steps, IReadOnlyList<string> Order) : BlockPlan(Frame);

/// <summary>A step of a funnel.</summary>
/// <param name="Measure">What is counted.</param>
/// <param name="Label">What it is called; null: the measure's own title.</param>
public sealed record FunnelStep(string Measure, string? Label);

/// <summary>Streams from the members of one dimension to those of another (a Sankey diagram).</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question: from, then to.</param>
/// <param name="Measure">What the breadth of a stream shows.</param>
/// <param name="FromTitle">What the left side is; null: the dimension's title.</param>
/// <param name="ToTitle">What the right side is; null: the dimension's title.</param>
public sealed record FlowPlan(BlockFrame Frame, QueryPlan Query, string Measure, string? FromTitle, string? ToTitle) : BlockPlan(Frame);

/// <summary>Members from the largest down, with the share that they make together (Pareto's curve).</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question: one dimension, one measure.</param>
public sealed record ParetoPlan(BlockFrame Frame, QueryPlan Query) : BlockPlan(Frame);

/// <summary>The countries of the world, coloured by a measure.</summary>
/// <param name="Frame">What every block has.</param>
/// <param name="Query">The question: one dimension of country names or codes, one measure or more.</param>
/// <param name="Colour">The measure that colours.</param>
public sealed record WorldMapPlan(BlockFrame Frame, QueryPlan Query, string Colour) : BlockPlan(Frame);

/// <summary>A choice that whoever asks for the report makes.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Choices">The dimension whose members may be chosen; null: any value of the type, or <paramref name="Values"/>.</param>
/// <param name="Values">The only values; empty for others.</param>
/// <param name="Default">Values when none are given; empty: no restriction.</param>
/// <param name="Several">True when more than one value may be given.</param>
/// <param name="Required">True when a value has to be given.</param>
public sealed record ParameterPlan(
    string Name, string Title, ParameterType Type, string? Choices, IReadOnlyList<string> Values, IReadOnlyList<string> Default, bool Several, bool Required)
{
    /// <summary>The measure of which the member taken when no value is given has most; null: no restriction then.</summary>
    public string? Most { get; init; }
}

/// <summary>What the values of a parameter are.</summary>
public enum ParameterType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A number, written with a point.</summary>
    Number,

    /// <summary>A day, as 2011-12-09.</summary>
    Date,

    /// <summary>True or false.</summary>
    Boolean,
}

/// <summary>A filter whose values a parameter gives; without a value everything passes.</summary>
/// <param name="Member">What is filtered.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Parameter">The parameter.</param>
public sealed record ParameterFilter(string Member, FilterOperator Operator, string Parameter) : FilterPlan;
