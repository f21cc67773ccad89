using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question without measures about one dimension: its members are listed, the unknown one left out.</summary>
internal sealed class DimensionScope : MemberScope
{
    private readonly Catalogue _catalogue;
    private readonly Dimension _dimension;
    private readonly bool _masksPersonal;
    private readonly AttributeReading _reading;
    private readonly List<(CubeAccess Access, string Role)> _access;

    public DimensionScope(Catalogue catalogue, Dimension dimension, CubeQuery query, QueryCalendar calendar)
        : base(calendar)
    {
        (_catalogue, _dimension, _reading, _masksPersonal) = (catalogue, dimension, query.Reading, query.Security is { MasksPersonal: true });
        _access = query.Security is null ? [] : [.. Reaching(catalogue, dimension, query.Security)];
        if (_access.Count > 0 && _access.All(a => a.Access.IsClosed))
            throw QueryErrors.Wrong("the question", $"no cube that reaches '{dimension.Name}' is open to you", "a cube that is", "Ask the administrator");
        if (_access.SelectMany(a => a.Access.RowMembers().Where(m => !Owns(m, a.Role))).FirstOrDefault() is { } other)
            throw QueryErrors.Wrong("the question", $"what you may see of '{dimension.Name}' depends on '{other}'", "a measure, which says through which fact",
                "Add a measure");
    }

    public override bool IsMeasure(string name) => false;

    public override bool IsMasked(string name) => _access.Any(a => !a.Access.IsClosed && a.Access.Masks(In(name, a.Role)))
        || (_masksPersonal && Split(name) is var (_, member) && _dimension.Attributes.FirstOrDefault(a => a.Name == member) is { } attribute && PersonalMembers.Is(_catalogue, _dimension, attribute));

    public override PlannedDimension Dimension(string name, string where)
    {
        var attribute = Split(name) is var (role, member) && role == _dimension.Name && _access.All(a => a.Access.IsClosed || a.Access.Sees(In(name, a.Role)))
            ? _dimension.Attributes.FirstOrDefault(a => a.Name == member) : null;
        if (attribute is null)
            throw QueryErrors.Unreachable(name, where, $"without a measure only members of '{_dimension.Name}' can be listed",
                _dimension.Attributes.Select(a => $"{_dimension.Name}.{a.Name}").Where(m => _access.All(a => a.Access.Sees(In(m, a.Role)))));
        Uses(attribute.Column);
        var planned = Planned(_dimension.Name, _dimension, attribute, SqlName.Quote(attribute.Column)) with { Role = null };
        return IsMasked(name) ? planned with { Sql = $"CAST(NULL AS {attribute.Type.Sql})" } : planned;
    }

    public override PlannedMeasure Measure(string name, string where) => throw QueryErrors.DimensionAsMeasure(name);

    public override string Segment(string name) => throw QueryErrors.UnknownSegment(name, []);

    public override PlannedTable From()
    {
        var known = $"{SqlName.Quote(_dimension.KeyColumn)} <> 0";
        var current = _dimension.IsVersioned && _reading == AttributeReading.AsIs;
        return new PlannedTable(_dimension.Table, $"{_dimension.Table}_history", _dimension.Name, Columns,
            current ? $"{known} AND \"is_current\"" : known);
    }

    public override IReadOnlyList<PlannedJoin> Joins() => [];

    public override IReadOnlyList<PlannedCondition> PolicyFilters()
        => [.. _access.Where(a => !a.Access.IsClosed).Select(a => a.Access.Rows() is { } rows ? Named(rows, a.Role) : null).OfType<CubeFilter>()
            .SelectMany(f => new FilterPlanner(new Unmasked(this)).Plan([f]).Rows)];

    private static IEnumerable<(CubeAccess, string)> Reaching(Catalogue catalogue, Dimension dimension, SecurityContext security)
    {
        foreach (var cube in catalogue.Cubes.Values)
        {
            if (CubeAccess.Of(cube, security) is not { } access || catalogue.Facts.Values.FirstOrDefault(f => f.Table == cube.Table) is not { } fact)
                continue;
            foreach (var role in fact.Roles.Where(r => r.Dimension == dimension.Name && cube.Joins.Any(j => j.Name == r.Role)))
                yield return (access, role.Role);
        }
    }

    private bool Owns(string member, string role)
        => Split(member) is var (left, right) && left == role && _dimension.Attributes.Any(a => a.Name == right);

    /// <summary>The member as a cube calls it in which the dimension plays a role.</summary>
    private static string In(string name, string role) => Split(name) is var (_, right) ? $"{role}.{right}" : name;

    private CubeFilter Named(CubeFilter filter, string role) => filter is FilterGroup group
        ? group with { Filters = [.. group.Filters.Select(f => Named(f, role))] }
        : (MemberFilter)filter with { Member = $"{_dimension.Name}.{Split(((MemberFilter)filter).Member)!.Value.Right}" };

    /// <summary>The dimension as policies see it: all of it.</summary>
    private sealed class Unmasked(DimensionScope scope) : MemberScope(scope.Calendar)
    {
        public override bool IsMeasure(string name) => false;

        public override PlannedDimension Dimension(string name, string where)
        {
            var attribute = scope._dimension.Attributes.First(a => $"{scope._dimension.Name}.{a.Name}" == name);
            scope.Uses(attribute.Column);
            return Planned(scope._dimension.Name, scope._dimension, attribute, SqlName.Quote(attribute.Column));
        }

        public override PlannedMeasure Measure(string name, string where) => throw QueryErrors.DimensionAsMeasure(name);

        public override string Segment(string name) => throw QueryErrors.UnknownSegment(name, []);

        public override PlannedTable From() => scope.From();

        public override IReadOnlyList<PlannedJoin> Joins() => [];
    }
}
