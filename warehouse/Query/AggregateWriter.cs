using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Writes aggregates over rows, and what is computed from them.</summary>
/// <param name="dialect">The engine's spelling.</param>
/// <param name="stored">For each aggregate's column the stored one with its parts; null when facts are read.</param>
internal sealed class AggregateWriter(SqlDialect dialect, IReadOnlyDictionary<string, string>? stored)
{
    /// <summary>A measure at the place where its rows are grouped.</summary>
    public string Inline(PlannedMeasure measure) => measure.IsLeaf ? Leaf(measure, null) : Computed(measure, part => Inline(part));

    /// <summary>A number over its parts; <paramref name="part"/> writes those.</summary>
    public static string Computed(PlannedMeasure number, Func<PlannedMeasure, string> part) => NumberExpression.Replace(number.Sql!, name =>
    {
        var inner = number.Parts[name];
        return inner.Aggregate == MeasureType.Number ? $"({part(inner)})" : part(inner);
    });

    /// <summary>An aggregate.</summary>
    /// <param name="measure">The aggregate.</param>
    /// <param name="weight">The share with which a row counts; null: rows count whole.</param>
    public string Leaf(PlannedMeasure measure, string? weight)
    {
        if (stored?.TryGetValue(measure.Column, out var part) == true)
            return FromParts(measure, SqlName.Quote(part));
        var condition = string.Join(" AND ", measure.Filters.Select(f => $"({f})"));
        if (measure.Filters.Count > 0 && !dialect.FiltersAggregates)
            return Leaf(measure with { Sql = $"CASE WHEN {condition} THEN {measure.Sql ?? "1"} END", Filters = [] }, weight);
        var filter = measure.Filters.Count == 0 ? "" : $" FILTER (WHERE {condition})";
        if (weight is not null && !dialect.WeighsBridges && measure.Aggregate is MeasureType.Count or MeasureType.Sum or MeasureType.Avg)
            throw new CrmException(FailureKind.Failed, "an amount that is shared out over a bridge", measure.Member, "amounts that count whole, on a cluster", "Ask without the bridge's dimension, or a warehouse that is one file");
        return weight is null ? $"{Whole(measure)}{filter}" : Weighted(measure, weight, filter);
    }

    /// <summary>The whole of stored parts; no parts are a count of zero.</summary>
    private static string FromParts(PlannedMeasure measure, string part) => measure.Aggregate switch
    {
        MeasureType.Count => $"CAST(coalesce(sum({part}), 0) AS BIGINT)",
        MeasureType.Min => $"min({part})",
        MeasureType.Max => $"max({part})",
        _ => $"sum({part})",
    };

    private string Whole(PlannedMeasure measure) => measure.Aggregate switch
    {
        MeasureType.Count => $"count({measure.Sql ?? "*"})",
        MeasureType.CountDistinct => $"count(DISTINCT {measure.Sql})",
        MeasureType.CountDistinctApprox => dialect.DistinctSketch(measure.Sql!),
        MeasureType.Sum => $"sum({measure.Sql})",
        MeasureType.Avg => $"avg({measure.Sql})",
        MeasureType.Min => $"min({measure.Sql})",
        MeasureType.Max => $"max({measure.Sql})",
        MeasureType.Median => dialect.Quantile(measure.Sql!, "0.5"),
        MeasureType.Percentile => dialect.Quantile(measure.Sql!, measure.Percentile.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new InvalidOperationException($"unknown measure type {measure.Aggregate}"),
    };

    private string Weighted(PlannedMeasure measure, string weight, string filter) => measure.Aggregate switch
    {
        MeasureType.Count => $"coalesce(sum({(measure.Sql is null ? weight : $"CASE WHEN {measure.Sql} IS NOT NULL THEN {weight} END")}){filter}, 0)",
        MeasureType.Sum => $"sum(({measure.Sql}) * {weight}){filter}",
        MeasureType.Avg => $"sum(({measure.Sql}) * {weight}){filter} / nullif(sum(CASE WHEN {measure.Sql} IS NOT NULL THEN {weight} END){filter}, 0)",
        _ => $"{Whole(measure)}{filter}",
    };
}
