namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>
/// What the members of a group may see of a cube. Once a cube has policies, people that none of them speaks of see nothing of it; several that speak of
/// one person add up: rows of any, members of any.
/// </summary>
/// <param name="Group">Name of the group; <c>*</c> for everybody.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record AccessPolicy(string Group, SourceLocation Where)
{
    /// <summary>Members they may see: names of the cube's own, or <c>role.attribute</c>; null: all but <see cref="Excludes"/>.</summary>
    public IReadOnlyList<string>? Includes { get; init; }

    /// <summary>Members they may not see.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>Members whose values are put out of sight.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];

    /// <summary>Conditions on rows, all of which must hold; empty: all rows.</summary>
    public IReadOnlyList<RowRule> Rows { get; init; } = [];
}

/// <summary>A condition on the rows that a group may see.</summary>
/// <param name="Member">A dimension that the cube reaches.</param>
/// <param name="Operator">Operator as in questions, e.g. <c>equals</c>.</param>
/// <param name="Values">Values; <c>{securityContext.NAME}</c> stands for what is known of the person.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record RowRule(string Member, string Operator, IReadOnlyList<string> Values, SourceLocation Where)
{
    /// <summary>The operators that a condition may have, named as in Cube's REST format.</summary>
    public static IReadOnlyList<string> Operators { get; } =
    [
        "equals", "notEquals", "in", "notIn", "contains", "notContains", "startsWith", "notStartsWith", "endsWith", "notEndsWith", "gt", "gte", "lt", "lte", "set", "notSet",
        "inDateRange", "notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate", "afterDate", "afterOrOnDate",
    ];
}
