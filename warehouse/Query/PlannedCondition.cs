namespace Crm.Analytics.Warehouse.Query;

/// <summary>A condition with its values typed, free of any engine's spelling.</summary>
public abstract record PlannedCondition;

/// <summary>Conditions joined by and / or.</summary>
/// <param name="Any">True: one must hold. False: all must hold.</param>
/// <param name="Conditions">At least one.</param>
public sealed record ConditionGroup(bool Any, IReadOnlyList<PlannedCondition> Conditions) : PlannedCondition;

/// <summary>How two values compare.</summary>
public enum Comparison
{
    /// <summary>&lt;</summary>
    Less,

    /// <summary>&lt;=</summary>
    LessOrEqual,

    /// <summary>&gt;</summary>
    Greater,

    /// <summary>&gt;=</summary>
    GreaterOrEqual,
}

/// <summary>A member compared with one value; missing values never pass.</summary>
/// <param name="Subject">The member.</param>
/// <param name="Comparison">The comparison.</param>
/// <param name="Value">long, decimal, double, string, DateOnly or DateTime.</param>
public sealed record ValueComparison(PlannedMember Subject, Comparison Comparison, object Value) : PlannedCondition;

/// <summary>A member is one of some values; missing values never pass.</summary>
/// <param name="Subject">The member.</param>
/// <param name="Values">At least one; long, decimal, double, bool or string.</param>
/// <param name="Negated">True: none of them.</param>
public sealed record Membership(PlannedMember Subject, IReadOnlyList<object> Values, bool Negated) : PlannedCondition;

/// <summary>Where in a text a value is looked for.</summary>
public enum TextPlace
{
    /// <summary>Anywhere.</summary>
    Anywhere,

    /// <summary>At the beginning.</summary>
    Start,

    /// <summary>At the end.</summary>
    End,
}

/// <summary>A text holds a value at some place, ignoring case; missing values never pass.</summary>
/// <param name="Subject">The member.</param>
/// <param name="Place">Where.</param>
/// <param name="Value">The text looked for, as it stands.</param>
/// <param name="Negated">True: it does not hold it.</param>
public sealed record TextMatch(PlannedMember Subject, TextPlace Place, string Value, bool Negated) : PlannedCondition;

/// <summary>A member is present or missing.</summary>
/// <param name="Subject">The member.</param>
/// <param name="Present">True: present.</param>
public sealed record NullTest(PlannedMember Subject, bool Present) : PlannedCondition;
