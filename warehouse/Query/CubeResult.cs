using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>The answer to a <see cref="CubeQuery"/>.</summary>
/// <param name="Query">The question.</param>
/// <param name="Columns">Dimensions, then measures, as asked.</param>
/// <param name="Rows">Rows, ordered; totals after the rows they sum up.</param>
/// <param name="AsOf">What data the answer stands on.</param>
public sealed record CubeResult(CubeQuery Query, IReadOnlyList<ResultColumn> Columns, IReadOnlyList<ResultRow> Rows, DataAsOf AsOf)
{
    /// <summary>True when the limit left rows out.</summary>
    public bool HasMore { get; init; }

    /// <summary>Rows of the grain asked without limit and offset; null when they were not counted (<see cref="CubeQuery.Counting"/>).</summary>
    public long? Total { get; init; }

    /// <summary>Which stored coarser grain served the question, and why the others did not.</summary>
    public RollupChoice Rollup { get; init; } = RollupChoice.None;

    /// <summary>The position of a member among the columns; throws when it was not asked for.</summary>
    public int IndexOf(string member)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Member == member)
            {
                return i;
            }
        }

        throw new ArgumentException($"'{member}' is not a column of this answer", nameof(member));
    }
}

/// <summary>What an answer that streamed was.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Rows handed over.</param>
/// <param name="Left">Rows that the limit left out after them; 0: it is complete.</param>
/// <param name="AsOf">What data it stands on.</param>
/// <param name="Rollup">Which stored coarser grain served it.</param>
public sealed record RowsSummary(IReadOnlyList<ResultColumn> Columns, long Rows, long Left, DataAsOf AsOf, RollupChoice Rollup);

/// <summary>A column of an answer.</summary>
/// <param name="Member"><c>cube.member</c>.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">Type of the values.</param>
/// <param name="Format">null, <c>currency</c>, <c>percent</c>, <c>number</c>, or for dates <c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c>, <c>year</c>.</param>
/// <param name="IsMeasure">True for measures.</param>
public sealed record ResultColumn(string Member, string Title, string? Description, ColumnType Type, string? Format, bool IsMeasure)
{
    /// <summary>Name for people of the cube or dimension it belongs to, e.g. <c>Sales</c> beside the title <c>Revenue</c>.</summary>
    public string Group { get; init; } = "";

    /// <summary>The period that a time dimension is grouped by, e.g. <c>month</c>; null for other columns.</summary>
    public string? Granularity { get; init; }

    /// <summary>Members that a list of the rows behind it shows, for measures.</summary>
    public IReadOnlyList<string> DrillMembers { get; init; } = [];
}

/// <summary>A row of an answer.</summary>
/// <param name="Values">One per column: string, long, decimal, double, bool, DateOnly, DateTime or null.</param>
/// <param name="TotalLevel">0 for a row of the grain asked; k for a total over the last k dimensions (their values are null).</param>
public sealed record ResultRow(IReadOnlyList<object?> Values, int TotalLevel);

/// <summary>What data an answer stands on.</summary>
/// <param name="Run">The published run; null while nothing was loaded.</param>
/// <param name="Newest">The newest moment in the facts, in the project's time zone; null while nothing was loaded.</param>
/// <param name="Published">When the run was published, UTC.</param>
public sealed record DataAsOf(int? Run, DateTime? Newest, DateTimeOffset? Published);

/// <summary>Answers questions; the one door through which reports and pages read the star.</summary>
public interface ICubeReader
{
    /// <summary>Answers a question. Throws <see cref="CrmException"/> with the four facts when it cannot be answered.</summary>
    CubeResult Read(CubeQuery query, CancellationToken cancellation = default);
}
