using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Where a figure comes from, so that a page can lead on from it: the question that was asked, and the cell of its answer.</summary>
/// <param name="Question">The question, with every filter that held.</param>
/// <param name="At">Value by dimension of the question; empty for a total over everything.</param>
public sealed record Origin(CubeQuery Question, IReadOnlyList<KeyValuePair<string, object?>> At)
{
    /// <summary>The origin of a row of an answer; a total has fewer values than the rows it sums up.</summary>
    public static Origin Of(CubeResult answer, ResultRow row) => new(
        answer.Query,
        [.. answer.Columns.TakeWhile(c => !c.IsMeasure).SkipLast(row.TotalLevel).Select((c, i) => KeyValuePair.Create(c.Member, row.Values[i]))]);
}
