namespace Crm.Analytics.Warehouse.Query;

/// <summary>What can be told of conditions.</summary>
internal static class PlannedConditions
{
    /// <summary>Every member that a condition speaks of.</summary>
    public static IEnumerable<PlannedMember> Subjects(PlannedCondition condition) => condition switch
    {
        ConditionGroup group => group.Conditions.SelectMany(Subjects),
        ValueComparison compared => [compared.Subject],
        Membership among => [among.Subject],
        TextMatch match => [match.Subject],
        NullTest test => [test.Subject],
        _ => throw new InvalidOperationException($"unknown condition {condition.GetType().Name}"),
    };

    /// <summary>Conditions that must all hold, one by one.</summary>
    public static IEnumerable<PlannedCondition> Each(IEnumerable<PlannedCondition> conditions)
        => conditions.SelectMany(c => c is ConditionGroup { Any: false } all ? Each(all.Conditions) : [c]);
}
