using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>What one asker may see of one cube: its access policies, held against who they are.</summary>
internal sealed class CubeAccess
{
    private const string Attribute = "{securityContext.";
    private readonly Cube _cube;
    private readonly SecurityContext _security;
    private readonly List<AccessPolicy> _policies;

    private CubeAccess(Cube cube, SecurityContext security)
    {
        (_cube, _security) = (cube, security);
        _policies = [.. cube.AccessPolicies.Where(p => p.Group == "*" || security.Groups.Contains(p.Group))];
    }

    /// <summary>The asker's access; null when they may see all.</summary>
    public static CubeAccess? Of(Cube cube, SecurityContext? security)
        => security is null || cube.AccessPolicies.Count == 0 ? null : new CubeAccess(cube, security);

    /// <summary>True when no policy speaks of the asker: nothing of the cube is theirs to see.</summary>
    public bool IsClosed => _policies.Count == 0;

    /// <summary>True when the asker may name the member.</summary>
    public bool Sees(string member) => _policies.Any(p => Allows(p, member));

    /// <summary>True when the asker may name the member but not see its values.</summary>
    public bool Masks(string member) => Sees(member) && _policies.Where(p => Allows(p, member)).All(p => Telling(member).Any(m => Names(p.Masked, m)));

    /// <summary>Which rows the asker may see: those of any policy; null for all.</summary>
    public CubeFilter? Rows()
    {
        if (_policies.Any(p => p.Rows.Count == 0))
            return null;
        var each = _policies.Select(p => p.Rows.Count == 1 ? (CubeFilter)Filter(p.Rows[0]) : new FilterGroup(false, [.. p.Rows.Select(r => (CubeFilter)Filter(r))])).ToList();
        return each.Count == 1 ? each[0] : new FilterGroup(true, each);
    }

    /// <summary>Members that the conditions on rows speak of.</summary>
    public IEnumerable<string> RowMembers() => Rows() is null ? [] : _policies.SelectMany(p => p.Rows).Select(r => Full(r.Member)).Distinct();

    private bool Allows(AccessPolicy policy, string member)
        => (policy.Includes is null || Names(policy.Includes, member) || Names(policy.Masked, member))
            && !Telling(member).Any(m => Names(policy.Excludes, m) && (m == member || policy.Includes is null || !policy.Includes.Any(i => Full(i) == member)));

    /// <summary>
    /// The member and the measures whose values it tells as they are: one at another time or gathered over time is closed with the measure that it shows, unless a
    /// policy lets it in by name. One that is worked out of several measures is a member of its own.
    /// </summary>
    private IEnumerable<string> Telling(string member)
    {
        HashSet<string> told = [];
        for (var name = member; name is not null && told.Add(name); name = Shown(name))
            yield return name;
    }

    private string? Shown(string member)
        => _cube.Measures.FirstOrDefault(m => Full(m.Name) == member)?.Sql?.Trim() is ['{', .. var inner, '}'] && !inner.Contains('{', StringComparison.Ordinal) ? Full(inner.Trim()) : null;

    private bool Names(IReadOnlyList<string> names, string member) => names.Any(n => n == "*" || Full(n) == member);

    private string Full(string name) => name.Contains('.', StringComparison.Ordinal) ? name : $"{_cube.Name}.{name}";

    private MemberFilter Filter(RowRule rule) => new(Full(rule.Member), OperatorNames.Of(rule.Operator)
        ?? throw QueryErrors.Declared(rule.Where, $"there is no operator '{rule.Operator}'", "an operator such as equals"), [.. rule.Values.SelectMany(v => Values(rule, v))]);

    /// <summary>The texts that a policy's value stands for. What is not known of the asker lets them see nothing, so it is refused.</summary>
    private IReadOnlyList<string> Values(RowRule rule, string value)
    {
        var text = value.Replace(" ", "", StringComparison.Ordinal);
        if (!text.StartsWith(Attribute, StringComparison.Ordinal) || !text.EndsWith('}'))
            return [value];
        var name = text[Attribute.Length..^1];
        return _security.Attributes.TryGetValue(name, out var values) && values.Count > 0 ? values : throw QueryErrors.Wrong(
            $"the access policy of cube '{_cube.Name}'", $"'{name}' is not known of the one who asks", $"a value for it, since rows are chosen by '{rule.Member}'",
            "Ask the administrator to set it for the user");
    }
}
