using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Models.Rfm;

/// <summary>What scoring did.</summary>
/// <param name="Newest">The newest snapshot's day; null while there are no facts.</param>
/// <param name="Scores">What changed in <c>star.score_rfm</c>, in rows.</param>
/// <param name="Segments">The newest snapshot by segment, in the grid's order, empty segments too.</param>
public sealed record RfmSummary(DateOnly? Newest, MergeCounts Scores, IReadOnlyList<RfmSegmentTotal> Segments);

/// <summary>A segment at one snapshot.</summary>
/// <param name="Segment">Its name.</param>
/// <param name="Customers">Customers in it.</param>
/// <param name="Revenue">What they spent up to the snapshot, returns taken off.</param>
public sealed record RfmSegmentTotal(string Segment, long Customers, decimal Revenue);
