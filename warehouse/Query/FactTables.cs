using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Which columns of a fact, of the dimensions it joins and of its bridges a question uses.</summary>
internal sealed class FactTables(Catalogue catalogue, Cube cube, Fact fact, AttributeReading reading)
{
    private readonly HashSet<string> _known = ColumnsOf(catalogue, fact);
    private readonly SortedSet<string> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BridgeUse> _bridges = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PlannedBridge> _trees = new(StringComparer.Ordinal);

    public PlannedTable From() => new(fact.Table, fact.HistoryTable, cube.Name, [.. _columns], null);

    public IReadOnlyList<PlannedJoin> Joins() => [.. fact.Roles.Where(r => _roles.ContainsKey(r.Role)).Select(r => Join(r, _roles[r.Role]))];

    public IReadOnlyList<PlannedBridge> Bridges() => [.. _trees.Values, .. _bridges.OrderBy(b => b.Key, StringComparer.Ordinal).Select(b => Planned(b.Key, b.Value))];

    /// <summary>Notes every column of the fact that an expression names.</summary>
    public void Uses(string expression)
    {
        foreach (var name in SqlTokens.Names(expression).Where(_known.Contains))
            _columns.Add(name);
    }

    public void Uses(FactRole role, Dimension dimension, string column)
    {
        if (!_roles.TryGetValue(role.Role, out var columns))
            _roles.Add(role.Role, columns = new SortedSet<string>(StringComparer.Ordinal));
        columns.Add(column);
        _columns.Add(KeyOf(role, dimension).Fact);
    }

    /// <summary>Notes a column of a bridge's own, or of a dimension that it joins.</summary>
    public void Uses(string alias, Fact bridge, FactRole? role, string member, string column)
    {
        if (!_bridges.TryGetValue(alias, out var use))
            _bridges.Add(alias, use = new BridgeUse(bridge));
        use.Members.Add(member);
        if (role is null)
        {
            use.Columns.Add(column);
        }
        else
        {
            if (!use.Roles.TryGetValue(role.Role, out var columns))
                use.Roles.Add(role.Role, columns = new SortedSet<string>(StringComparer.Ordinal));
            columns.Add(column);
        }

        foreach (var key in bridge.Weight!.Of)
            _columns.Add(key);
    }

    /// <summary>Notes a column of those who stand above a role's members in a tree.</summary>
    /// <param name="name">The tree's name in the question.</param>
    /// <param name="role">The role.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="member">The member as asked.</param>
    /// <param name="column">Its column.</param>
    public void Uses(string name, FactRole role, Hierarchy tree, string member, string column)
    {
        var dimension = DimensionOf(role);
        var known = _trees.GetValueOrDefault(name);
        IReadOnlyList<string> columns = [.. (known?.Joins[0].Table.Columns ?? []).Append(column).Distinct().Order(StringComparer.Ordinal)];
        var table = $"star.bridge_{dimension.Name}_{tree.Name}";
        var above = new PlannedTable(dimension.Table, $"{dimension.Table}_history", name, columns, dimension.IsVersioned ? "\"is_current\"" : null);
        _columns.Add($"{role.Role}_key");
        _trees[name] = new PlannedBridge(new PlannedTable(table, $"{table}_history", $"{name} tree", ["ancestor_key", dimension.KeyColumn], null), [dimension.KeyColumn], null,
            [new PlannedJoin(above, "ancestor_key", dimension.KeyColumn)], [.. (known?.Members ?? []).Append(member).Distinct()])
        { FactKeys = [$"{role.Role}_key"] };
    }

    public (string Fact, string Dimension) KeyOf(FactRole role, Dimension dimension) => dimension.IsVersioned && reading == AttributeReading.AsWas
        ? ($"{role.Role}_version_key", dimension.VersionKeyColumn)
        : ($"{role.Role}_key", dimension.KeyColumn);

    public Dimension DimensionOf(FactRole role) => catalogue.Dimensions.TryGetValue(role.Dimension, out var dimension)
        ? dimension
        : throw QueryErrors.Declared(role.Where, $"role '{role.Role}' names a dimension '{role.Dimension}' that is not declared", "a declared dimension");

    private PlannedJoin Join(FactRole role, SortedSet<string> columns)
    {
        var dimension = DimensionOf(role);
        var (factColumn, keyColumn) = KeyOf(role, dimension);
        var current = dimension.IsVersioned && reading == AttributeReading.AsIs;
        return new PlannedJoin(
            new PlannedTable(dimension.Table, $"{dimension.Table}_history", role.Role, [.. columns], current ? "\"is_current\"" : null), factColumn, keyColumn);
    }

    private PlannedBridge Planned(string alias, BridgeUse use)
    {
        var bridge = use.Bridge;
        var joins = bridge.Roles.Where(r => use.Roles.ContainsKey(r.Role)).Select(r => Join(r, use.Roles[r.Role])).ToList();
        string[] columns = [.. use.Columns, .. bridge.Weight!.Of, bridge.Weight.Column, .. joins.Select(j => j.FactColumn)];
        return new PlannedBridge(new PlannedTable(bridge.Table, bridge.HistoryTable, alias, [.. columns.Distinct().Order(StringComparer.Ordinal)], null),
            bridge.Weight.Of, bridge.Weight.Column, joins, [.. use.Members]);
    }

    private static HashSet<string> ColumnsOf(Catalogue catalogue, Fact fact)
    {
        var columns = new HashSet<string>(fact.Columns.Select(c => c.Name), StringComparer.Ordinal) { "run_id", "source_file", "source_record" };
        foreach (var role in fact.Roles)
        {
            columns.Add($"{role.Role}_key");
            if (catalogue.Dimensions.TryGetValue(role.Dimension, out var dimension) && dimension.IsVersioned)
                columns.Add($"{role.Role}_version_key");
        }

        return columns;
    }

    private sealed record BridgeUse(Fact Bridge)
    {
        public SortedSet<string> Columns { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Members { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SortedSet<string>> Roles { get; } = new(StringComparer.Ordinal);
    }
}
