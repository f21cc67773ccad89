using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>One filter on one member as a condition.</summary>
internal sealed class MemberCondition(PlannedMember subject, MemberFilter filter, FilterValues values)
{
    private bool IsTime => subject.Type.Kind is TypeKind.Date or TypeKind.Timestamp;

    /// <summary>The condition. Throws <see cref="CrmException"/> when the operator or a value does not fit the member's type.</summary>
    public PlannedCondition Plan() => filter.Operator switch
    {
        FilterOperator.Equals => IsTime ? Any(filter.Values.Select(v => Within(v, v))) : Among(false),
        FilterOperator.NotEquals => OrMissing(IsTime ? All(filter.Values.Select(v => Outside(v, v))) : Among(true)),
        FilterOperator.Contains => Any(Matches(TextPlace.Anywhere, false)),
        FilterOperator.NotContains => OrMissing(All(Matches(TextPlace.Anywhere, true))),
        FilterOperator.StartsWith => Any(Matches(TextPlace.Start, false)),
        FilterOperator.EndsWith => Any(Matches(TextPlace.End, false)),
        FilterOperator.Gt => IsTime ? FromEnd(filter.Values[0]) : Compare(Comparison.Greater),
        FilterOperator.Gte => IsTime ? FromStart(filter.Values[0]) : Compare(Comparison.GreaterOrEqual),
        FilterOperator.Lt => IsTime ? ToStart(filter.Values[0]) : Compare(Comparison.Less),
        FilterOperator.Lte => IsTime ? ToEnd(filter.Values[0]) : Compare(Comparison.LessOrEqual),
        FilterOperator.Set => new NullTest(subject, true),
        FilterOperator.NotSet => new NullTest(subject, false),
        FilterOperator.InDateRange => Within(Time().Values[0], filter.Values[^1]),
        FilterOperator.NotInDateRange => Outside(Time().Values[0], filter.Values[^1]),
        FilterOperator.NotStartsWith => OrMissing(All(Matches(TextPlace.Start, true))),
        FilterOperator.NotEndsWith => OrMissing(All(Matches(TextPlace.End, true))),
        FilterOperator.OnTheDate => Within(Time().Values[0], filter.Values[0]),
        FilterOperator.BeforeOrOnDate => ToEnd(Time().Values[0]),
        FilterOperator.AfterOrOnDate => FromStart(Time().Values[0]),
        FilterOperator.BeforeDate => ToStart(Time().Values[0]),
        FilterOperator.AfterDate => FromEnd(Time().Values[0]),
        _ => throw new InvalidOperationException($"unknown operator {filter.Operator}"),
    };

    private PlannedCondition Among(bool negated) => values.Fitting(filter.Values) is { Count: > 0 } fitting ? new Membership(subject, fitting, negated)
        : negated ? new NullTest(subject, true) : new ConditionGroup(false, [new NullTest(subject, true), new NullTest(subject, false)]);

    private ValueComparison Compare(Comparison comparison)
    {
        if (subject.Type.Kind == TypeKind.Boolean)
            throw Unfit("Compare it with equals or notEquals");
        var (fitting, value) = values.Fitting(comparison, filter.Values[0]);
        return new ValueComparison(subject, fitting, value);
    }

    private IEnumerable<PlannedCondition> Matches(TextPlace place, bool negated)
    {
        if (subject.Type.Kind != TypeKind.Text)
            throw Unfit("Compare it with equals, gt, gte, lt or lte");
        return filter.Values.Select(v => new TextMatch(subject, place, v, negated));
    }

    private MemberFilter Time() => IsTime ? filter : throw Unfit("Ask a date member such as date.day");

    private CrmException Unfit(string next) => QueryErrors.Wrong(
        $"the filter on '{subject.Member}'", $"{filter.Operator} on a member of type {subject.Type}", "an operator for that type", next);

    private ConditionGroup Within(string first, string last)
    {
        if (values.Period(first).Start >= values.Period(last).End)
            throw QueryErrors.Wrong($"the filter on '{subject.Member}'", $"a range from '{first}' back to '{last}'", "the earlier date first", "Swap the two");
        return new ConditionGroup(false, [FromStart(first), ToEnd(last)]);
    }

    private ConditionGroup Outside(string first, string last) => new(true, [ToStart(first), FromEnd(last)]);

    private ValueComparison FromStart(string value) => new(subject, Comparison.GreaterOrEqual, values.Moment(values.Period(value).Start));

    private ValueComparison FromEnd(string value) => new(subject, Comparison.GreaterOrEqual, values.Moment(values.Period(value).End));

    private ValueComparison ToStart(string value) => new(subject, Comparison.Less, values.Moment(values.Period(value).Start));

    private ValueComparison ToEnd(string value) => new(subject, Comparison.Less, values.Moment(values.Period(value).End));

    private ConditionGroup OrMissing(PlannedCondition condition) => new(true, [condition, new NullTest(subject, false)]);

    private static PlannedCondition Any(IEnumerable<PlannedCondition> conditions) => Joined(true, conditions);

    private static PlannedCondition All(IEnumerable<PlannedCondition> conditions) => Joined(false, conditions);

    private static PlannedCondition Joined(bool any, IEnumerable<PlannedCondition> conditions)
        => conditions.ToList() is var list && list.Count == 1 ? list[0] : new ConditionGroup(any, list);
}
