using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>A question of a report: a <see cref="CubeQuery"/> but for the periods that only the data can name.</summary>
/// <param name="Measures">Measures.</param>
/// <param name="Dimensions">Dimensions.</param>
/// <param name="Filters">Filters; all must hold.</param>
/// <param name="Segments">Named filters of the cube; all must hold.</param>
/// <param name="Order">Order of the rows; null: the reader's own.</param>
/// <param name="Limit">Most rows; null: the reader's own.</param>
/// <param name="Reading">Which version of changing attributes counts.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record QueryPlan(
    IReadOnlyList<string> Measures, IReadOnlyList<string> Dimensions, IReadOnlyList<FilterPlan> Filters,
    IReadOnlyList<string> Segments, IReadOnlyList<CubeOrder>? Order, int? Limit, AttributeReading Reading, SourceLocation Where);

/// <summary>A filter of a report's question.</summary>
public abstract record FilterPlan;

/// <summary>A filter whose values are written in the report.</summary>
/// <param name="Filter">The filter.</param>
public sealed record FixedFilter(CubeFilter Filter) : FilterPlan;

/// <summary>A filter to one period, which is found in the data when the report is made.</summary>
/// <param name="Member">The time dimension.</param>
/// <param name="Choice">Which of its periods.</param>
public sealed record PeriodFilter(string Member, PeriodChoice Choice) : FilterPlan;

/// <summary>A period, by its place in the data.</summary>
public enum PeriodChoice
{
    /// <summary>The newest there is, complete or not.</summary>
    Latest,

    /// <summary>The one before the newest.</summary>
    Previous,

    /// <summary>The newest that the data covers to its last day.</summary>
    Complete,

    /// <summary>The one before the newest complete one.</summary>
    PreviousComplete,
}
