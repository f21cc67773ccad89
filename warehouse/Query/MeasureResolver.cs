using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Turns declared measures into planned ones: expressions over the fact's columns, and for numbers the measures they are computed from.</summary>
internal sealed class MeasureResolver(Cube cube, Fact fact)
{
    private static readonly Dictionary<string, PlannedMeasure> NoParts = [];
    private readonly Stack<string> _path = new();

    /// <summary>The planned measure. Throws <see cref="CrmException"/> when its declaration does not hold together.</summary>
    public PlannedMeasure Plan(Measure measure)
    {
        var member = $"{cube.Name}.{measure.Name}";
        if (measure.Type == MeasureType.Number)
            return Number(measure, member);
        if (measure.Sql is null && measure.Type != MeasureType.Count)
            throw QueryErrors.Declared(measure.Where, $"measure '{member}' has no sql", "an expression over the fact's columns");
        var sql = measure.Sql is null ? null : OverFact(measure.Sql, cube, measure.Where);
        return new PlannedMeasure(member, measure.Title, cube.Title, measure.Description, TypeOf(measure), measure.Format,
            measure.Type, sql, [.. measure.Filters.Select(f => OverFact(f, cube, measure.Where))], NoParts);
    }

    /// <summary>An expression over the fact's columns, with <c>{CUBE}</c> made the fact's name in the statement.</summary>
    public static string OverFact(string sql, Cube cube, SourceLocation where) => Checked(where, () => NumberExpression.Replace(sql, name => name == "CUBE"
        ? SqlName.Quote(cube.Name)
        : throw QueryErrors.Declared(where, $"'{{{name}}}' in an expression over rows", "the fact's columns, or {CUBE} for the fact itself")));

    private PlannedMeasure Number(Measure measure, string member)
    {
        if (measure.Sql is null || measure.Filters.Count > 0)
            throw QueryErrors.Declared(measure.Where, $"number measure '{member}' with {(measure.Sql is null ? "no sql" : "filters")}",
                "an expression over {measures}; filters belong to those");
        if (_path.Contains(measure.Name))
            throw QueryErrors.Declared(measure.Where, $"measure '{member}' is computed from itself", "an expression over other measures");
        _path.Push(measure.Name);
        var sql = Checked(measure.Where, () => NumberExpression.WithSafeDivisions(measure.Sql));
        var parts = NumberExpression.References(sql).ToDictionary(name => name, name => Plan(Part(measure, name)));
        _path.Pop();
        return new PlannedMeasure(member, measure.Title, cube.Title, measure.Description, TypeOf(sql, parts.Values), measure.Format,
            MeasureType.Number, sql, [], parts);
    }

    private Measure Part(Measure whole, string name)
    {
        var own = name.StartsWith($"{cube.Name}.", StringComparison.Ordinal) ? name[(cube.Name.Length + 1)..] : name;
        return cube.Measures.FirstOrDefault(m => m.Name == own) ?? throw QueryErrors.Declared(
            whole.Where, $"'{{{name}}}' in measure '{cube.Name}.{whole.Name}'",
            NearestName.Of(name, cube.Measures.Select(m => m.Name)) is { } nearest ? $"a measure of the cube; the nearest is '{nearest}'" : "a measure of the cube");
    }

    private ColumnType TypeOf(Measure measure) => measure.Type switch
    {
        MeasureType.Count or MeasureType.CountDistinct => new ColumnType(TypeKind.Integer),
        MeasureType.Avg or MeasureType.Median => new ColumnType(TypeKind.Double),
        MeasureType.Sum => Widened(RowType(measure.Sql!)),
        _ => RowType(measure.Sql!),
    };

    /// <summary>The type of an expression over rows, told from the columns it names: exact when it is a column, else the widest of them.</summary>
    private ColumnType RowType(string sql)
    {
        var names = SqlTokens.Names(sql).ToHashSet(StringComparer.Ordinal);
        var types = fact.Columns.Where(c => names.Contains(c.Name)).Select(c => c.Type).ToList();
        if (NumberExpression.Divides(sql))
            return new ColumnType(TypeKind.Double);
        var numbers = types.Where(t => t.Kind is TypeKind.Integer or TypeKind.Decimal or TypeKind.Double).ToList();
        if (numbers.Count > 0)
            return Widest(numbers);
        return types.Count > 0 ? types[0] : new ColumnType(TypeKind.Integer);
    }

    private static ColumnType TypeOf(string sql, IEnumerable<PlannedMeasure> parts)
        => NumberExpression.Divides(sql) ? new ColumnType(TypeKind.Double) : Widest([.. parts.Select(p => p.Type)]);

    private static ColumnType Widest(IReadOnlyList<ColumnType> types)
    {
        if (types.Count == 0 || types.Any(t => t.Kind == TypeKind.Double))
            return new ColumnType(TypeKind.Double);
        return types.Any(t => t.Kind == TypeKind.Decimal)
            ? new ColumnType(TypeKind.Decimal, types.Max(t => t.Precision), types.Max(t => t.Scale))
            : types[0];
    }

    private static ColumnType Widened(ColumnType type) => type.Kind == TypeKind.Decimal ? type with { Precision = 38 } : type;

    private static T Checked<T>(SourceLocation where, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (FormatException e)
        {
            throw QueryErrors.Declared(where, e.Message, "an expression whose quotes, braces and parentheses close, and whose divisions have clear operands");
        }
    }
}
