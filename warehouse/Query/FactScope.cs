using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question to a cube: its measures, its own dimensions, and the attributes of the roles it joins.</summary>
internal sealed class FactScope(Catalogue catalogue, Cube cube, Fact fact, AttributeReading reading) : MemberScope
{
    private readonly HashSet<string> _factColumns = FactColumns(catalogue, fact);
    private readonly Dictionary<string, SortedSet<string>> _roleColumns = new(StringComparer.Ordinal);
    private readonly MeasureResolver _measures = new(cube, fact);

    public override bool IsMeasure(string name)
        => Split(name) is var (left, right) && left == cube.Name && cube.Measures.Any(m => m.Name == right);

    public override PlannedMeasure Measure(string name, string where)
    {
        if (Split(name) is not var (left, right) || left != cube.Name || cube.Measures.FirstOrDefault(m => m.Name == right) is not { } measure)
            throw QueryErrors.UnknownMeasure(name, where, cube.Measures.Select(m => $"{cube.Name}.{m.Name}"));
        var planned = _measures.Plan(measure);
        UsesOf(planned);
        return planned;
    }

    public override PlannedDimension Dimension(string name, string where)
    {
        if (IsMeasure(name))
            throw QueryErrors.MeasureAsDimension(name, where);
        if (Split(name) is not var (left, right))
            throw QueryErrors.Unqualified(name, where, Reachable());
        return left == cube.Name && cube.Dimensions.FirstOrDefault(d => d.Name == right) is { } own
            ? Own(name, own)
            : Attribute(name, left, right, where);
    }

    public override string Segment(string name)
    {
        if (Split(name) is not var (left, right) || left != cube.Name || cube.Segments.FirstOrDefault(s => s.Name == right) is not { } segment)
            throw QueryErrors.UnknownSegment(name, cube.Segments.Select(s => $"{cube.Name}.{s.Name}"));
        return Expression(segment.Sql, segment.Where);
    }

    public override PlannedTable From() => new(cube.Table, fact.HistoryTable, cube.Name, Columns, null);

    public override IReadOnlyList<PlannedJoin> Joins()
        => [.. fact.Roles.Where(r => _roleColumns.ContainsKey(r.Role)).Select(Join)];

    private PlannedDimension Own(string name, CubeDimension own)
    {
        // A plain column has the fact's type, which is finer than Cube's number and time.
        var type = fact.Columns.FirstOrDefault(c => c.Name == Bare(own.Sql))?.Type ?? own.Type;
        return new PlannedDimension(name, own.Title, cube.Title, own.Description, type, own.Format, Alone(Expression(own.Sql, own.Where)));
    }

    private static string Bare(string sql) => sql.Trim() is var text && text.StartsWith("{CUBE}.", StringComparison.Ordinal) ? text["{CUBE}.".Length..] : text;

    /// <summary>The expression so that any operator can stand beside it.</summary>
    private static string Alone(string sql) => SqlTokens.Of(sql).Count == 1 ? sql : $"({sql})";

    private PlannedDimension Attribute(string name, string roleName, string attributeName, string where)
    {
        if (Role(roleName) is not { } role)
            throw QueryErrors.Unreachable(name, where, WhyNot(roleName), Reachable());
        var dimension = DimensionOf(role);
        if (dimension.Attributes.FirstOrDefault(a => a.Name == attributeName) is not { } attribute)
            throw QueryErrors.Unreachable(name, where, $"'{dimension.Name}' has no attribute '{attributeName}'", Reachable());
        if (!_roleColumns.TryGetValue(roleName, out var columns))
            _roleColumns.Add(roleName, columns = new SortedSet<string>(StringComparer.Ordinal));
        columns.Add(attribute.Column);
        Uses(KeyOf(role, dimension).Fact);
        return Planned(roleName, dimension, attribute, SqlName.Quote($"{roleName}.{attribute.Column}"));
    }

    private FactRole? Role(string name) => cube.Joins.Any(j => j.Name == name) ? fact.Roles.FirstOrDefault(r => r.Role == name) : null;

    private string WhyNot(string role)
    {
        if (fact.Roles.Any(r => r.Role == role))
            return $"cube '{cube.Name}' does not join '{role}'";
        if (role == cube.Name)
            return $"cube '{cube.Name}' has no such dimension";
        return catalogue.Cubes.ContainsKey(role)
            ? $"it belongs to cube '{role}', the question is to cube '{cube.Name}'"
            : $"rows of {fact.Table} ({fact.Grain}) have no '{role}'";
    }

    /// <summary>Every dimension that can be asked with this cube.</summary>
    private IEnumerable<string> Reachable()
        => cube.Joins.Select(j => Role(j.Name)).OfType<FactRole>()
            .SelectMany(r => DimensionOf(r).Attributes.Select(a => $"{r.Role}.{a.Name}"))
            .Concat(cube.Dimensions.Select(d => $"{cube.Name}.{d.Name}"));

    private Dimension DimensionOf(FactRole role) => catalogue.Dimensions.TryGetValue(role.Dimension, out var dimension)
        ? dimension
        : throw QueryErrors.Declared(role.Where, $"role '{role.Role}' names a dimension '{role.Dimension}' that is not declared", "a declared dimension");

    private PlannedJoin Join(FactRole role)
    {
        var dimension = DimensionOf(role);
        var (factColumn, keyColumn) = KeyOf(role, dimension);
        var current = dimension.IsVersioned && reading == AttributeReading.AsIs;
        var table = new PlannedTable(
            dimension.Table, $"{dimension.Table}_history", role.Role, [.. _roleColumns[role.Role]], current ? "\"is_current\"" : null);
        return new PlannedJoin(table, factColumn, keyColumn);
    }

    private (string Fact, string Dimension) KeyOf(FactRole role, Dimension dimension) => dimension.IsVersioned && reading == AttributeReading.AsWas
        ? ($"{role.Role}_version_key", dimension.VersionKeyColumn)
        : ($"{role.Role}_key", dimension.KeyColumn);

    private void UsesOf(PlannedMeasure measure)
    {
        foreach (var part in measure.Parts.Values)
            UsesOf(part);
        if (measure.Parts.Count == 0)
        {
            UsesOf(measure.Sql ?? "");
            foreach (var filter in measure.Filters)
                UsesOf(filter);
        }
    }

    private string Expression(string sql, SourceLocation where)
    {
        var expression = MeasureResolver.OverFact(sql, cube, where);
        UsesOf(expression);
        return expression;
    }

    private void UsesOf(string expression)
    {
        foreach (var name in SqlTokens.Names(expression).Where(_factColumns.Contains))
            Uses(name);
    }

    private static HashSet<string> FactColumns(Catalogue catalogue, Fact fact)
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
}
