using System.Globalization;

namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>Units that spans of time are written in.</summary>
public enum TimeUnit
{
    /// <summary>Seconds.</summary>
    Second,

    /// <summary>Minutes.</summary>
    Minute,

    /// <summary>Hours.</summary>
    Hour,

    /// <summary>Days.</summary>
    Day,

    /// <summary>Weeks.</summary>
    Week,

    /// <summary>Months.</summary>
    Month,

    /// <summary>Quarters of a year.</summary>
    Quarter,

    /// <summary>Years.</summary>
    Year,
}

/// <summary>A span of time as people write it: <c>3 months</c>, <c>1 year</c>.</summary>
/// <param name="Count">How many; may be negative.</param>
/// <param name="Unit">Of what.</param>
public readonly record struct TimeStep(int Count, TimeUnit Unit)
{
    /// <summary>Most of a unit that a step may have.</summary>
    public const int Most = 100_000;

    /// <summary>The step in whole months; null for units that months are not made of.</summary>
    public int? Months => Unit switch
    {
        TimeUnit.Month => Count,
        TimeUnit.Quarter => Count * 3,
        TimeUnit.Year => Count * 12,
        _ => null,
    };

    /// <summary>The step in whole days; null for months and longer, and for less than days.</summary>
    public int? Days => Unit switch
    {
        TimeUnit.Day => Count,
        TimeUnit.Week => Count * 7,
        _ => null,
    };

    /// <summary>As it is written: <c>3 months</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count} {Unit.ToString().ToLowerInvariant()}{(Math.Abs(Count) == 1 ? "" : "s")}");

    /// <summary>Reads a step; false when the text is none.</summary>
    public static bool TryParse(string text, out TimeStep step)
    {
        step = default;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || !int.TryParse(words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) || Math.Abs((long)count) > Most
            || !Enum.TryParse<TimeUnit>(words[1].TrimEnd('s', 'S'), ignoreCase: true, out var unit) || char.IsAsciiDigit(words[1][0]))
        {
            return false;
        }

        step = new(count, unit);
        return true;
    }
}

/// <summary>The span of time around a period that counts for a measure (<c>rolling_window</c>).</summary>
/// <param name="Trailing">How far back from the edge; null: to the edge only.</param>
/// <param name="Leading">How far ahead of the edge; null: to the edge only.</param>
public sealed record RollingWindow(WindowReach Trailing, WindowReach Leading)
{
    /// <summary>True: the edge is the beginning of the period, else its end.</summary>
    public bool FromStart { get; init; }

    /// <summary>For <c>type: to_date</c>: everything from the beginning of this longer period to the end of the period; null for the other kinds.</summary>
    public string? ToDate { get; init; }

    /// <summary>As it is told: <c>3 months back</c>.</summary>
    public override string ToString() => ToDate is not null ? $"{ToDate} to date" : $"window {Trailing} to {Leading}{(FromStart ? " of start" : "")}";
}

/// <summary>How far a window reaches.</summary>
/// <param name="Step">The span; null: none, or everything.</param>
/// <param name="Unbounded">True: as far as there is data.</param>
public readonly record struct WindowReach(TimeStep? Step, bool Unbounded)
{
    /// <summary>As it is told.</summary>
    public override string ToString() => Unbounded ? "unbounded" : Step?.ToString() ?? "0";
}

/// <summary>How far in time a measure's value is taken from (<c>time_shift</c>).</summary>
/// <param name="TimeDimension">The time dimension to shift on; null: the one the question groups by.</param>
/// <param name="Interval">How far back; negative: ahead.</param>
public sealed record TimeShift(string? TimeDimension, TimeStep Interval);

/// <summary>Which of the values over time stands for all of them.</summary>
public enum WindowChoice
{
    /// <summary>That of the last day.</summary>
    Last,

    /// <summary>That of the first day.</summary>
    First,

    /// <summary>The smallest of the days' values.</summary>
    Min,

    /// <summary>The largest of the days' values.</summary>
    Max,
}

/// <summary>A measure that adds up over everything but time (<c>non_additive_dimension</c>): balances, stocks.</summary>
/// <param name="Name">A date role of the fact, or a date or timestamp column of it.</param>
/// <param name="Choice">Which value over time stands for all.</param>
/// <param name="Groupings">Dimension roles or columns for each of which the choice is made on its own; empty: one for all.</param>
public sealed record NonAdditive(string Name, WindowChoice Choice, IReadOnlyList<string> Groupings);

/// <summary>A sort key of a rank.</summary>
/// <param name="Sql">Expression over <c>{measures}</c>.</param>
/// <param name="Descending">True for the largest first.</param>
public sealed record RankOrder(string Sql, bool Descending);

/// <summary>What a share is a share of.</summary>
public enum ShareOf
{
    /// <summary>The value without the last dimension of the question.</summary>
    Parent,

    /// <summary>The value without any dimension.</summary>
    Total,
}
