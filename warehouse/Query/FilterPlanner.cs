namespace Crm.Analytics.Warehouse.Query;

/// <summary>Resolves filters: names to members, texts to typed values, operators to conditions with Cube's treatment of missing values.</summary>
internal sealed class FilterPlanner(MemberScope scope)
{
    private const int MostNested = 32;
    private const int MostValues = 10_000;

    /// <summary>Splits filters that must all hold into conditions on rows and conditions on groups.</summary>
    public (IReadOnlyList<PlannedCondition> Rows, IReadOnlyList<PlannedCondition> Groups) Plan(IReadOnlyList<CubeFilter> filters)
    {
        var rows = new List<PlannedCondition>();
        var groups = new List<PlannedCondition>();
        foreach (var filter in filters)
            Add(filter, rows, groups, 0);
        return (rows, groups);
    }

    /// <summary>The ranges of time dimensions as conditions on rows.</summary>
    public IReadOnlyList<PlannedCondition> Ranges(IReadOnlyList<TimeDimension> times) => [.. times.Where(t => t.Range is not null).Select(t =>
    {
        bool? onMeasures = null;
        return Condition(new MemberFilter(t.Dimension, FilterOperator.InDateRange, t.Range!.To is { } to ? [t.Range.From, to] : [t.Range.From]), ref onMeasures);
    })];

    /// <summary>A group in which all must hold is the same as its parts, so it may mix dimensions and measures; any other may not.</summary>
    private void Add(CubeFilter filter, List<PlannedCondition> rows, List<PlannedCondition> groups, int depth)
    {
        if (filter is FilterGroup { Any: false } all && depth <= MostNested)
        {
            foreach (var part in all.Filters)
                Add(part, rows, groups, depth + 1);
            return;
        }

        bool? onMeasures = null;
        var condition = Condition(filter, ref onMeasures, depth);
        (onMeasures == true ? groups : rows).Add(condition);
    }

    private PlannedCondition Condition(CubeFilter filter, ref bool? onMeasures, int depth)
    {
        if (depth > MostNested)
            throw QueryErrors.Wrong("the filters", $"groups are nested more than {MostNested} deep", "a flatter filter", "Write it with fewer parentheses");
        if (filter is MemberFilter member)
            return Condition(member, ref onMeasures);
        var group = (FilterGroup)filter;
        if (group.Filters.Count == 0)
            throw QueryErrors.Wrong("the filters", "an empty group", "at least one condition in it", "Leave the group out");
        var conditions = new List<PlannedCondition>();
        foreach (var part in group.Filters)
            conditions.Add(Condition(part, ref onMeasures, depth + 1));
        return conditions.Count == 1 ? conditions[0] : new ConditionGroup(group.Any, conditions);
    }

    private PlannedCondition Condition(MemberFilter filter, ref bool? onMeasures)
    {
        var where = $"the filter on '{filter.Member}'";
        var subject = scope.Member(filter.Member, where);
        var isMeasure = subject is PlannedMeasure;
        if (onMeasures is { } other && other != isMeasure)
            throw QueryErrors.Wrong(where, "dimensions and measures are joined by 'or' in one group", "a group on dimensions only or on measures only",
                "Join the two with 'and', or ask two questions");
        onMeasures = isMeasure;
        CheckCount(filter, where);
        return new MemberCondition(subject, filter, new FilterValues(subject, where, scope.Calendar)).Plan();
    }

    private static void CheckCount(MemberFilter filter, string where)
    {
        var (least, most) = filter.Operator switch
        {
            FilterOperator.Set or FilterOperator.NotSet => (0, 0),
            FilterOperator.InDateRange or FilterOperator.NotInDateRange => (1, 2),
            FilterOperator.Gt or FilterOperator.Gte or FilterOperator.Lt or FilterOperator.Lte
                or FilterOperator.BeforeDate or FilterOperator.AfterDate or FilterOperator.BeforeOrOnDate or FilterOperator.AfterOrOnDate
                or FilterOperator.OnTheDate => (1, 1),
            _ => (1, MostValues),
        };
        var count = filter.Values.Count;
        if (count < least || count > most)
            throw QueryErrors.Wrong(where, $"{filter.Operator} with {(count == 0 ? "no value" : count == 1 ? "a value" : $"{count} values")}",
                most == 0 ? "no value" : least == most ? "one value" : most == 2 ? "one period or two dates" : $"one to {most} values",
                "Correct the values");
        if (filter.Values.Any(v => v is null))
            throw QueryErrors.Wrong(where, "a missing value", "a text", "Use notSet (is null) to find missing values");
    }
}
