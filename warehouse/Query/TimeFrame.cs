using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>The span of time that counts for a group instead of the group's own: first shifted, then widened.</summary>
/// <param name="Shift">How far back it is taken from; negative: ahead; null: not shifted.</param>
/// <param name="Window">How it is widened; null: not.</param>
/// <param name="Role">The date role that is meant; null: the one that the question is about.</param>
public sealed record TimeFrame(TimeStep? Shift, RollingWindow? Window, string? Role)
{
    /// <summary>As it is told: <c>1 year before</c>.</summary>
    public override string ToString() => string.Join(' ', new[]
    {
        Shift is { } step ? step.Count >= 0 ? $"{step} before" : $"{step with { Count = -step.Count }} after" : null,
        Window?.ToString(),
        Role,
    }.Where(t => t is not null));
}

/// <summary>The grain of the periods that rows are grouped by in time.</summary>
public enum PeriodGrain
{
    /// <summary>Everything asked is one period.</summary>
    All,

    /// <summary>Fiscal years.</summary>
    FiscalYear,

    /// <summary>Calendar years.</summary>
    Year,

    /// <summary>Years of ISO 8601 weeks.</summary>
    IsoYear,

    /// <summary>Fiscal quarters.</summary>
    FiscalQuarter,

    /// <summary>Calendar quarters.</summary>
    Quarter,

    /// <summary>Fiscal periods.</summary>
    FiscalPeriod,

    /// <summary>Calendar months.</summary>
    Month,

    /// <summary>Weeks.</summary>
    Week,

    /// <summary>Days.</summary>
    Day,
}

/// <summary>
/// How the days of a date role are mapped to the periods that they count for. Conditions on periods choose the periods of the answer; conditions on
/// parts (weekdays, months of the year) choose the days that count.
/// </summary>
/// <param name="Role">The date role.</param>
/// <param name="FactColumn">The fact's key column.</param>
/// <param name="Table">The date dimension, with the columns used.</param>
/// <param name="KeyColumn">The date dimension's key column.</param>
/// <param name="Targets">Conditions on the periods of the answer.</param>
/// <param name="Sources">Conditions on the days that count.</param>
/// <param name="Fact">The fact's table, whose days bound the periods when no condition does.</param>
public sealed record PlannedCalendar(
    string Role, string FactColumn, PlannedTable Table, string KeyColumn, IReadOnlyList<PlannedCondition> Targets, IReadOnlyList<PlannedCondition> Sources, PlannedTable Fact)
{
    /// <summary>What weeks and fiscal years are.</summary>
    public QueryCalendar Days { get; init; } = QueryCalendar.None;

    /// <summary>The rows that the asker may see, when policies narrow them: no others bound the periods. Null: all rows do.</summary>
    public PlannedBlock? Seen { get; init; }

    /// <summary>For each number of leading dimensions: the grain of the periods in such a row.</summary>
    public required IReadOnlyList<PeriodGrain> Grains { get; init; }
}

/// <summary>How one value over time stands for all.</summary>
/// <param name="Day">The expression of the day (or moment) over the block's rows.</param>
/// <param name="Choice">Which value.</param>
/// <param name="Groupings">Expressions for each of whose values the choice is made on its own.</param>
/// <param name="TimeMembers">The question's dimensions of time: the choice is made within each of their values.</param>
public sealed record PlannedChoice(string Day, WindowChoice Choice, IReadOnlyList<string> Groupings, IReadOnlyList<string> TimeMembers);

/// <summary>A bridge: a fact row meets several of its rows, and counts in each with the row's weight.</summary>
/// <param name="Table">The bridge's table; the alias is the cube's name.</param>
/// <param name="Keys">The columns that both have.</param>
/// <param name="WeightColumn">The bridge's column with the share, 0–1; null for a tree, in which a row counts whole for each member above its own.</param>
/// <param name="Joins">Dimension roles of the bridge that some member needs.</param>
/// <param name="Members">The question's members that are reached through it.</param>
public sealed record PlannedBridge(
    PlannedTable Table, IReadOnlyList<string> Keys, string? WeightColumn, IReadOnlyList<PlannedJoin> Joins, IReadOnlyList<string> Members)
{
    /// <summary>The fact's columns for <see cref="Keys"/>.</summary>
    public IReadOnlyList<string> FactKeys { get; init; } = Keys;
}
