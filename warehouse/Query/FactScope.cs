using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// A question to a cube: its measures, its own dimensions, the attributes of the roles it joins, and what it reaches through bridges. It notes what it is
/// asked, so each block of a plan has a scope of its own.
/// </summary>
internal sealed class FactScope : MemberScope
{
    private readonly Catalogue _catalogue;
    private readonly Cube _cube;
    private readonly Fact _fact;
    private readonly FactTables _tables;
    private readonly MeasureResolver _measures;
    private readonly CubeAccess? _access;

    public FactScope(Catalogue catalogue, Cube cube, CubeQuery query, QueryCalendar calendar)
        : base(calendar)
    {
        (_catalogue, _cube, _fact) = (catalogue, cube, MeasureResolver.FactOf(catalogue, cube));
        _tables = new FactTables(catalogue, cube, _fact, query.Reading);
        _measures = new MeasureResolver(catalogue);
        _access = CubeAccess.Of(cube, query.Security);
        Query = query;
        if (_access is { IsClosed: true })
            throw QueryErrors.Wrong("the question", $"cube '{cube.Name}' is not open to you", "a cube that is", "Ask the administrator");
    }

    public Cube Cube => _cube;

    public Fact Fact => _fact;

    private CubeQuery Query { get; }

    public override bool IsMeasure(string name)
        => Split(name) is var (left, right) && _catalogue.Cubes.TryGetValue(left, out var cube) && cube.Measures.Any(m => m.Name == right);

    public override bool IsMasked(string name) => (_access is { } access
        && (access.Masks(name) || (Split(name) is var (left, right) && TreeOf(left) is { } tree && access.Masks($"{tree.Role.Role}.{right}"))))
        || (Query.Security is { MasksPersonal: true } && IsPersonal(name));

    public override PlannedMeasure Measure(string name, string where)
    {
        if (Split(name) is not var (left, right) || !_catalogue.Cubes.TryGetValue(left, out var cube) || !Sees(cube, name)
            || cube.Measures.FirstOrDefault(m => m.Name == right) is not { } measure)
            throw QueryErrors.UnknownMeasure(name, where, _cube.Measures.Select(m => $"{_cube.Name}.{m.Name}").Where(m => Sees(_cube, m)));
        var planned = _measures.Plan(cube, measure);
        return CubeAccess.Of(cube, Query.Security)?.Masks(name) == true
            ? planned with { Aggregate = MeasureType.Number, Sql = $"CAST(NULL AS {planned.Type.Sql})", Parts = new Dictionary<string, PlannedMeasure>(), Filters = [] }
            : planned;
    }

    public override PlannedDimension Dimension(string name, string where)
    {
        if (IsMeasure(name))
            throw QueryErrors.MeasureAsDimension(name, where);
        if (Split(name) is not var (left, right))
            throw QueryErrors.Unqualified(name, where, Reachable());
        if (_access?.Sees(name) == false || (TreeOf(left) is { } tree && _access?.Sees($"{tree.Role.Role}.{right}") == false))
            throw QueryErrors.Unreachable(name, where, "it is not open to you", Reachable());
        // A masked member of a tree is not joined: nobody could tell for whom a row counts.
        var planned = IsMasked(name) && TreeOf(left) is { } masked ? Attribute(name, masked.Role.Role, right, where) with { Member = name } : Resolved(name, left, right, where);
        return IsMasked(name) ? planned with { Sql = MaskOf(name, planned) } : planned;
    }

    /// <summary>The dimension whatever the asker may see: for the conditions of access policies.</summary>
    public PlannedDimension Unmasked(string name) => Split(name) is var (left, right)
        ? Resolved(name, left, right, $"the access policy of cube '{_cube.Name}'")
        : throw QueryErrors.Unqualified(name, $"the access policy of cube '{_cube.Name}'", Reachable());

    public override string Segment(string name)
    {
        if (Split(name) is not var (left, right) || left != _cube.Name || _cube.Segments.FirstOrDefault(s => s.Name == right) is not { } segment)
            throw QueryErrors.UnknownSegment(name, _cube.Segments.Select(s => $"{_cube.Name}.{s.Name}"));
        var expression = MeasureResolver.OverFact(segment.Sql, _cube, segment.Where);
        _tables.Uses(expression);
        return expression;
    }

    /// <summary>Notes what an aggregate of the cube reads.</summary>
    public void Uses(PlannedMeasure leaf)
    {
        _tables.Uses(leaf.Sql ?? "");
        foreach (var filter in leaf.Filters)
            _tables.Uses(filter);
    }

    public override PlannedTable From() => _tables.From();

    public override IReadOnlyList<PlannedJoin> Joins() => _tables.Joins();

    public IReadOnlyList<PlannedBridge> Bridges() => _tables.Bridges();

    public override IReadOnlyList<PlannedCondition> PolicyFilters()
        => _access?.Rows() is { } rows ? new FilterPlanner(new Open(this)).Plan([rows]).Rows : [];

    /// <summary>The date roles of the cube: the one that dates the fact first.</summary>
    public IReadOnlyList<string> DateRoles() => [.. _fact.Roles.Where(r => _catalogue.Dimensions.TryGetValue(r.Dimension, out var d) && d.IsDate && Joined(r.Role))
        .OrderByDescending(r => r.Column == _fact.Time).Select(r => r.Role)];

    /// <summary>The calendar of a date role for frames; null when the role is none.</summary>
    public PlannedCalendar? CalendarOf(string roleName)
    {
        if (Role(roleName) is not { } role || _tables.DimensionOf(role) is not { IsDate: true } dimension)
            return null;
        var (fact, key) = _tables.KeyOf(role, dimension);
        var columns = dimension.Attributes.Select(a => a.Column).Order(StringComparer.Ordinal).ToList();
        return new PlannedCalendar(roleName, fact, new PlannedTable(dimension.Table, $"{dimension.Table}_history", roleName, columns, null), key, [], [], From()) { Grains = [], Days = Calendar };
    }

    /// <summary>The expression of a non-additive dimension or one of its groupings: a date role's day, or a role's key, or a column.</summary>
    public string ChoiceOf(string name, bool isTime)
    {
        var role = Role(name.Split('.')[0]);
        if (role is not null && isTime)
            return Dimension(name.Contains('.', StringComparison.Ordinal) ? name : $"{name}.day", "a non_additive_dimension").Sql;
        if (role is not null && name.Contains('.', StringComparison.Ordinal))
            return Dimension(name, "a non_additive_dimension").Sql;
        var column = role is null ? name : $"{role.Role}_key";
        _tables.Uses(SqlName.Quote(column));
        return SqlName.Quote(column);
    }

    private bool Sees(Cube cube, string member) => CubeAccess.Of(cube, Query.Security)?.Sees(member) != false;

    private string MaskOf(string name, PlannedDimension planned)
        => Split(name) is var (left, right) && left == _cube.Name && _cube.Dimensions.FirstOrDefault(d => d.Name == right) is { Mask: { } mask } own
            ? $"({MeasureResolver.OverFact(mask, _cube, own.Where)})" : $"CAST(NULL AS {planned.Type.Sql})";

    private PlannedDimension Resolved(string name, string left, string right, string where)
    {
        if (left == _cube.Name && _cube.Dimensions.FirstOrDefault(d => d.Name == right) is { } own)
            return Own(name, own);
        if (Role(left) is not null)
            return Attribute(name, left, right, where);
        return Bridged(name, left, right) ?? Above(name, left, right) ?? Attribute(name, left, right, where);
    }

    /// <summary>The tree that a name stands for: that of a role's dimension, by its own name or, where several roles have one, as <c>role_tree</c>.</summary>
    private (FactRole Role, Hierarchy Tree)? TreeOf(string name)
    {
        if (Role(name) is not null || _catalogue.Cubes.ContainsKey(name))
            return null;
        var trees = _fact.Roles.Where(r => Joined(r.Role)).SelectMany(r => _tables.DimensionOf(r).Hierarchies.Where(h => h.Parent is not null).Select(h => (Role: r, Tree: h))).ToList();
        var found = trees.Where(t => name == $"{t.Role.Role}_{t.Tree.Name}").Concat(trees.Where(t => name == t.Tree.Name)).ToList();
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>An attribute of those who stand above a role's members in a tree, and of themselves: a row counts for each of them.</summary>
    private PlannedDimension? Above(string name, string left, string right)
    {
        if (TreeOf(left) is not { } tree || _tables.DimensionOf(tree.Role) is not { } dimension || dimension.Attributes.FirstOrDefault(a => a.Name == right) is not { } attribute)
            return null;
        _tables.Uses(left, tree.Role, tree.Tree, name, attribute.Column);
        return Planned(left, dimension, attribute, SqlName.Quote($"{left}.{attribute.Column}")) with { Role = $"{left} tree" };
    }

    private bool IsPersonal(string name)
    {
        if (Split(name) is not var (left, right))
            return false;
        if (left == _cube.Name && _cube.Dimensions.FirstOrDefault(d => d.Name == right) is { } own)
            return PersonalMembers.Is(_catalogue, _fact, Bare(own.Sql));
        var bridges = _cube.Joins.Where(j => j.IsBridge && _catalogue.Cubes.ContainsKey(j.Name)).Select(j => MeasureResolver.FactOf(_catalogue, _catalogue.Cubes[j.Name]));
        var role = TreeOf(left)?.Role.Role ?? left;
        return bridges.Prepend(_fact).SelectMany(f => f.Roles).Where(r => r.Role == role).Any(r => _catalogue.Dimensions.TryGetValue(r.Dimension, out var dimension)
            && dimension.Attributes.FirstOrDefault(a => a.Name == right) is { } attribute && PersonalMembers.Is(_catalogue, dimension, attribute));
    }

    private PlannedDimension Own(string name, CubeDimension own)
    {
        // A plain column has the fact's type, which is finer than Cube's number and time.
        var type = _fact.Columns.FirstOrDefault(c => c.Name == Bare(own.Sql))?.Type ?? own.Type;
        var expression = MeasureResolver.OverFact(own.Sql, _cube, own.Where);
        _tables.Uses(expression);
        return new PlannedDimension(name, own.Title, _cube.Title, own.Description, type, own.Format, Alone(expression));
    }

    private static string Bare(string sql) => sql.Trim() is var text && text.StartsWith("{CUBE}.", StringComparison.Ordinal) ? text["{CUBE}.".Length..] : text;

    /// <summary>The expression so that any operator can stand beside it.</summary>
    private static string Alone(string sql) => SqlTokens.Of(sql).Count == 1 ? sql : $"({sql})";

    private PlannedDimension Attribute(string name, string roleName, string attributeName, string where)
    {
        if (Role(roleName) is not { } role)
            throw QueryErrors.Unreachable(name, where, WhyNot(roleName), Reachable());
        var dimension = _tables.DimensionOf(role);
        if (dimension.Attributes.FirstOrDefault(a => a.Name == attributeName) is not { } attribute)
            throw QueryErrors.Unreachable(name, where, $"'{dimension.Name}' has no attribute '{attributeName}'", Reachable());
        _tables.Uses(role, dimension, attribute.Column);
        return Planned(roleName, dimension, attribute, SqlName.Quote($"{roleName}.{attribute.Column}"));
    }

    /// <summary>A member that is reached through a bridge: its own column, or an attribute of a role that only the bridge plays.</summary>
    private PlannedDimension? Bridged(string name, string left, string right)
    {
        foreach (var join in _cube.Joins.Where(j => j.IsBridge))
        {
            if (!_catalogue.Cubes.TryGetValue(join.Name, out var through))
                continue;
            var bridge = MeasureResolver.FactOf(_catalogue, through);
            if (left == join.Name && through.Dimensions.FirstOrDefault(d => d.Name == right) is { } own)
            {
                var column = bridge.Columns.FirstOrDefault(c => c.Name == Bare(own.Sql));
                _tables.Uses(join.Name, bridge, null, name, Bare(own.Sql));
                return new PlannedDimension(name, own.Title, through.Title, own.Description, column?.Type ?? own.Type, own.Format, SqlName.Quote($"{join.Name}.{Bare(own.Sql)}"))
                { Role = join.Name };
            }

            if (bridge.Roles.FirstOrDefault(r => r.Role == left) is { } role && through.Joins.Any(j => j.Name == left)
                && _tables.DimensionOf(role) is var dimension && dimension.Attributes.FirstOrDefault(a => a.Name == right) is { } attribute)
            {
                _tables.Uses(join.Name, bridge, role, name, attribute.Column);
                return Planned(left, dimension, attribute, SqlName.Quote($"{left}.{attribute.Column}")) with { Role = join.Name, Grain = null, PartGrain = null };
            }
        }

        return null;
    }

    private bool Joined(string name) => _cube.Joins.Any(j => j.Name == name && !j.IsBridge);

    private FactRole? Role(string name) => Joined(name) ? _fact.Roles.FirstOrDefault(r => r.Role == name) : null;

    private string WhyNot(string role)
    {
        if (_fact.Roles.Any(r => r.Role == role))
            return $"cube '{_cube.Name}' does not join '{role}'";
        if (role == _cube.Name)
            return $"cube '{_cube.Name}' has no such dimension";
        return _catalogue.Cubes.ContainsKey(role)
            ? $"it belongs to cube '{role}', and cube '{_cube.Name}', which is asked too, does not have it"
            : $"rows of {_fact.Table} ({_fact.Grain}) have no '{role}'";
    }

    /// <summary>Every dimension that can be asked with this cube.</summary>
    private IEnumerable<string> Reachable()
        => _cube.Joins.Select(j => Role(j.Name)).OfType<FactRole>()
            .SelectMany(r => _tables.DimensionOf(r).Attributes.Select(a => $"{r.Role}.{a.Name}"))
            .Concat(_cube.Dimensions.Select(d => $"{_cube.Name}.{d.Name}"))
            .Concat(_cube.Joins.Where(j => j.IsBridge && _catalogue.Cubes.ContainsKey(j.Name)).SelectMany(j => _catalogue.Cubes[j.Name].Dimensions.Select(d => $"{j.Name}.{d.Name}")))
            .Where(m => _access?.Sees(m) != false);

    /// <summary>The cube as access policies see it: all of it.</summary>
    private sealed class Open(FactScope scope) : MemberScope(scope.Calendar)
    {
        public override bool IsMeasure(string name) => false;

        public override PlannedDimension Dimension(string name, string where) => scope.Unmasked(name);

        public override PlannedMeasure Measure(string name, string where) => throw QueryErrors.DimensionAsMeasure(name);

        public override string Segment(string name) => throw QueryErrors.UnknownSegment(name, []);

        public override PlannedTable From() => scope.From();

        public override IReadOnlyList<PlannedJoin> Joins() => scope.Joins();
    }
}
