using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>The members that one question can reach, and what reading those it asked for takes.</summary>
/// <param name="calendar">What relative dates stand on.</param>
internal abstract class MemberScope(QueryCalendar calendar)
{
    private readonly SortedSet<string> _columns = new(StringComparer.Ordinal);

    /// <summary>What relative dates stand on.</summary>
    public QueryCalendar Calendar { get; } = calendar;

    /// <summary>The dimension of that name. Throws <see cref="CrmException"/> when it cannot be reached.</summary>
    public abstract PlannedDimension Dimension(string name, string where);

    /// <summary>The measure of that name. Throws <see cref="CrmException"/> when there is none.</summary>
    public abstract PlannedMeasure Measure(string name, string where);

    /// <summary>The condition that a segment stands for. Throws <see cref="CrmException"/> when there is none of that name.</summary>
    public abstract string Segment(string name);

    /// <summary>True when the name is one of the scope's measures.</summary>
    public abstract bool IsMeasure(string name);

    /// <summary>True when the member's values are out of the asker's sight.</summary>
    public virtual bool IsMasked(string name) => false;

    /// <summary>The table that is read, with the columns that what was asked so far uses.</summary>
    public abstract PlannedTable From();

    /// <summary>The joins that what was asked so far needs, in declared order.</summary>
    public abstract IReadOnlyList<PlannedJoin> Joins();

    /// <summary>Conditions that access policies put on the rows, whatever is asked.</summary>
    public virtual IReadOnlyList<PlannedCondition> PolicyFilters() => [];

    /// <summary>The dimension or measure of that name, to filter by.</summary>
    public PlannedMember Member(string name, string where) => IsMasked(name)
        ? throw QueryErrors.Wrong(where, $"'{name}' is masked for you", "a member whose values you may see", "Leave the filter out")
        : IsMeasure(name) ? Measure(name, where) : Dimension(name, where);

    /// <summary>The periods of a time dimension.</summary>
    public PlannedDimension Periods(TimeDimension time) => TimePeriods.Of(Dimension(time.Dimension, "the time dimensions"), time.Granularity!, Calendar);

    /// <summary>Columns used so far, in name order.</summary>
    protected IReadOnlyList<string> Columns => [.. _columns];

    /// <summary>Notes a column as used.</summary>
    protected void Uses(string column) => _columns.Add(column);

    /// <summary>Splits <c>left.right</c>; null when it has not exactly two parts.</summary>
    public static (string Left, string Right)? Split(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot <= 0 || dot == name.Length - 1 || name.IndexOf('.', dot + 1) >= 0 ? null : (name[..dot], name[(dot + 1)..]);
    }

    /// <summary>An attribute of a dimension as a member of the question.</summary>
    protected static PlannedDimension Planned(string role, Dimension dimension, DimensionAttribute attribute, string sql)
    {
        var (grain, part) = dimension.IsDate ? TimePeriods.GrainOf(attribute.Column) : (null, null);
        return new($"{role}.{attribute.Name}", attribute.Title, dimension.Title, attribute.Description, attribute.Type, attribute.Format, sql)
        {
            Role = role,
            Grain = grain,
            PartGrain = part,
        };
    }
}
