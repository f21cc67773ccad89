using System.Globalization;
using System.Numerics;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Answers questions a second way: plain GROUP BY over the flat table, one statement for each grain, expressions written by hand.</summary>
internal sealed class FlatOracle(ISession session)
{
    /// <summary>Each measure as someone would write it who never saw the cube.</summary>
    public static readonly IReadOnlyDictionary<string, string> Measures = new Dictionary<string, string>
    {
        ["sales.revenue"] = "sum(revenue)",
        ["sales.returns"] = "sum(CASE WHEN is_return THEN revenue END)",
        ["sales.quantity"] = "sum(quantity)",
        ["sales.lines"] = "sum(1)",
        ["sales.known_lines"] = "sum(CASE WHEN line_id IS NULL THEN 0 ELSE 1 END)",
        ["sales.orders"] = "len(list_distinct(list(CASE WHEN is_return THEN NULL ELSE order_id END)))",
        ["sales.customers"] = "len(list_distinct(list(CASE WHEN is_unknown THEN NULL ELSE customer_key END)))",
        ["sales.mean_price"] = "sum(unit_price)::DOUBLE / NULLIF(count(unit_price), 0)",
        ["sales.lowest_price"] = "list_min(list(unit_price))",
        ["sales.latest"] = "arg_max(ordered_at, ordered_at)",
        ["sales.median_price"] = "median(CASE WHEN NOT is_return THEN unit_price::DOUBLE END)",
        ["sales.average_order_value"] = "CASE WHEN count(DISTINCT CASE WHEN NOT is_return THEN order_id END) > 0 "
            + "THEN sum(revenue)::DOUBLE / count(DISTINCT CASE WHEN NOT is_return THEN order_id END) END",
        ["sales.net_of_returns"] = "sum(revenue) - sum(CASE WHEN is_return THEN revenue END)",
        ["sales.value_per_customer"] = "CASE WHEN count(DISTINCT CASE WHEN NOT is_return THEN order_id END) > 0 AND max(customer_key) > 0 "
            + "THEN sum(revenue)::DOUBLE / count(DISTINCT NULLIF(customer_key, 0)) END",
    };

    /// <summary>Each dimension over the flat table; <c>{c}</c> is the customer as it was or as it is.</summary>
    public static readonly IReadOnlyDictionary<string, string> Dimensions = new Dictionary<string, string>
    {
        ["date.day"] = "date_day",
        ["date.week"] = "date_week",
        ["date.month"] = "date_month",
        ["date.quarter"] = "date_quarter",
        ["date.year"] = "date_year",
        ["shipped.month"] = "shipped_month",
        ["customer.id"] = "CASE WHEN is_unknown THEN '(unknown)' ELSE {c}.customer_id END",
        ["customer.name"] = "CASE WHEN is_unknown THEN '(unknown)' ELSE {c}.name END",
        ["customer.country"] = "CASE WHEN is_unknown THEN '(unknown)' ELSE {c}.country END",
        ["customer.rating"] = "{c}.rating",
        ["geography.country"] = "coalesce(g, '(unknown)')",
        ["sales.order_id"] = "order_id",
        ["sales.is_return"] = "is_return",
        ["sales.ordered_at"] = "ordered_at",
        ["sales.units"] = "quantity",
        ["sales.size"] = "CASE WHEN quantity BETWEEN -9.999 AND 9.999 THEN 'small' ELSE 'big' END",
    };

    /// <summary>The rows of one grain: the leading dimensions given, everything else summed up.</summary>
    /// <param name="query">The question: measures, reading and run are taken from it.</param>
    /// <param name="grain">The dimensions that stay.</param>
    /// <param name="condition">A condition over the flat table's columns.</param>
    public List<object?[]> Rows(CubeQuery query, IReadOnlyList<string> grain, string condition = "true")
    {
        var customer = query.Reading == AttributeReading.AsIs ? "now" : "was";
        var dimensions = grain.Select(d => Dimensions[d].Replace("{c}", customer, StringComparison.Ordinal)).ToList();
        var columns = dimensions.Concat(query.Measures.Select(m => Measures[m])).ToList();
        var groups = dimensions.Count == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, dimensions.Count))}";
        var rows = new List<object?[]>();
        session.Stream($"SELECT {string.Join(", ", columns)} FROM flat WHERE run = {query.AsOfRun ?? OracleStar.Runs} AND ({condition}){groups}", null, record =>
        {
            var values = new object?[columns.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = record.IsDBNull(i) ? null : record.GetValue(i);
            rows.Add(values);
        });
        return rows;
    }

    /// <summary>A value as text in which equal values are equal whatever the engine's type for them; doubles to ten digits.</summary>
    public static string Canonical(object? value) => value switch
    {
        null => "null",
        float or double => Significant(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        decimal exact => exact.ToString("0.############", CultureInfo.InvariantCulture),
        BigInteger or sbyte or byte or short or ushort or int or uint or long or ulong => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    private static string Significant(double number) => Math.Abs(number) < 1e-9 ? "0" : number.ToString("E9", CultureInfo.InvariantCulture);
}
