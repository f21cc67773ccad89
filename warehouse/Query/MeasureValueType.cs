using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Tells the type of a measure's values from its declaration.</summary>
internal static class MeasureValueType
{
    /// <summary>The type of an aggregate over a fact's rows.</summary>
    public static ColumnType Of(Measure measure, Fact fact) => measure.Type switch
    {
        MeasureType.Count or MeasureType.CountDistinct or MeasureType.CountDistinctApprox => new ColumnType(TypeKind.Integer),
        MeasureType.Avg or MeasureType.Median or MeasureType.Percentile => new ColumnType(TypeKind.Double),
        MeasureType.Sum => Widened(RowType(measure.Sql!, fact)),
        _ => RowType(measure.Sql!, fact),
    };

    /// <summary>The type of an expression over measures.</summary>
    public static ColumnType Of(string sql, IEnumerable<PlannedMeasure> parts)
        => NumberExpression.Divides(sql) ? new ColumnType(TypeKind.Double) : Widest([.. parts.Select(p => p.Type)]);

    /// <summary>The type of an expression over rows, told from the columns it names: exact when it is a column, else the widest of them.</summary>
    private static ColumnType RowType(string sql, Fact fact)
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

    private static ColumnType Widest(IReadOnlyList<ColumnType> types)
    {
        if (types.Count == 0 || types.Any(t => t.Kind == TypeKind.Double))
            return new ColumnType(TypeKind.Double);
        return types.Any(t => t.Kind == TypeKind.Decimal)
            ? new ColumnType(TypeKind.Decimal, types.Max(t => t.Precision), types.Max(t => t.Scale))
            : types[0];
    }

    private static ColumnType Widened(ColumnType type) => type.Kind == TypeKind.Decimal ? type with { Precision = 38 } : type;
}
