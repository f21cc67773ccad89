using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Query;

/// <summary>A small model with every kind of measure and dimension: a versioned customer, a role-playing date, a score fact.</summary>
internal static class SalesCatalogue
{
    private static readonly SourceLocation Here = new("model/test.yaml", 1, 1);
    private static readonly ColumnType Text = new(TypeKind.Text);
    private static readonly ColumnType Integer = new(TypeKind.Integer);
    private static readonly ColumnType Date = new(TypeKind.Date);
    private static readonly ColumnType Money = new(TypeKind.Decimal, 18, 4);

    public static Catalogue Value { get; } = Of(Sales());

    /// <summary>The catalogue with its sales cube replaced.</summary>
    public static Catalogue Of(Cube sales) => new(
        new Dictionary<string, Contract>(),
        Named<Dimension>([DateDimension(), Customer(), Geography(), Employee()], d => d.Name),
        Named<Fact>([SalesFact(), RfmFact()], f => f.Name),
        Named<Cube>([sales, Rfm()], c => c.Name));

    public static Cube Sales() => new("sales", "Sales", null, "star.fact_sales",
        [new("date", Here), new("customer", Here), new("geography", Here), new("shipped", Here)],
        [Own("order_id", "order_id", Text), Own("is_return", "is_return", new(TypeKind.Boolean)), Own("ordered_at", "ordered_at", new(TypeKind.Timestamp)),
         Own("units", "{CUBE}.quantity", new(TypeKind.Double)), Own("size", "CASE WHEN abs(quantity) >= 10 THEN 'big' ELSE 'small' END", Text)],
        [Measure("revenue", MeasureType.Sum, "revenue", format: "currency"), Measure("returns", MeasureType.Sum, "revenue", "is_return"),
         Measure("quantity", MeasureType.Sum, "quantity"), Measure("lines", MeasureType.Count, null), Measure("known_lines", MeasureType.Count, "line_id"),
         Measure("orders", MeasureType.CountDistinct, "order_id", "not is_return"), Measure("customers", MeasureType.CountDistinct, "customer_key", "customer_key <> 0"),
         Measure("mean_price", MeasureType.Avg, "unit_price"), Measure("lowest_price", MeasureType.Min, "unit_price"),
         Measure("latest", MeasureType.Max, "ordered_at"), Measure("median_price", MeasureType.Median, "unit_price", "not is_return"),
         Measure("average_order_value", MeasureType.Number, "{revenue} / {orders}"), Measure("net_of_returns", MeasureType.Number, "{revenue} - {returns}"),
         Measure("value_per_customer", MeasureType.Number, "{average_order_value} * {orders} / nullif({customers}, 0)")],
        [new("without_returns", "not is_return", "Without returns", Here)], Here);

    public static Measure Measure(string name, MeasureType type, string? sql, string? filter = null, string? format = null)
        => new(name, type, sql, filter is null ? [] : [filter], Title(name), null, format, [], Here);

    private static Cube Rfm() => new("rfm", "Segments", null, "star.score_rfm", [new("customer", Here)],
        [Own("segment", "segment", Text), Own("r", "r", Integer), new("snapshot", "snapshot_date", new(TypeKind.Timestamp), "Snapshot", null, "day", Here)],
        [Measure("customers", MeasureType.CountDistinct, "customer_key", "customer_key <> 0"), Measure("revenue", MeasureType.Sum, "total_spend")], [], Here);

    private static CubeDimension Own(string name, string sql, ColumnType type) => new(name, sql, type, Title(name), null, null, Here);

    private static Fact SalesFact() => new("sales", "fact_sales", FactKind.Transaction, "one line of an order", "order_line", "ordered_at",
        [new("date", "date", "ordered_at", Here), new("customer", "customer", "customer_id", Here), new("geography", "geography", "country", Here),
         new("shipped", "date", "shipped_at", Here)],
        [Column("order_id", Text), Column("line_id", Text), Column("ordered_at", new(TypeKind.Timestamp)), Column("quantity", new(TypeKind.Decimal, 18, 3)),
         Column("unit_price", Money), Column("revenue", Money), Column("is_return", new(TypeKind.Boolean))], Here);

    private static Fact RfmFact() => new("rfm", "score_rfm", FactKind.Score, "one customer at one snapshot date", null, "snapshot_date",
        [new("customer", "customer", "customer_id", Here)],
        [Column("snapshot_date", Date), Column("total_spend", Money), Column("r", Integer), Column("segment", Text)], Here);

    private static FactColumn Column(string name, ColumnType type) => new(name, type, name, null, Here);

    private static Dimension DateDimension() => new("date", "Date", null, null, null,
        [Attribute("day", Date, "day"), Attribute("week", Date, "week"), Attribute("month", Date, "month"), Attribute("quarter", Date, "quarter"),
         Attribute("year", Integer, "year")], [], Here);

    private static Dimension Customer() => new("customer", "Customer", "customer", "customer_id", "effective_at",
        [new("id", "customer_id", Text, ScdType.Fixed, "Customer number", null, null, Here), new("name", "name", Text, ScdType.Overwrite, "Name", null, null, Here),
         new("country", "country", Text, ScdType.NewVersion, "Country of residence", null, null, Here),
         new("rating", "rating", new(TypeKind.Double), ScdType.NewVersion, "Rating", null, null, Here)], [], Here);

    private static Dimension Geography() => new("geography", "Geography", "order_line", "country", null,
        [new("country", "country", Text, ScdType.Fixed, "Country", null, null, Here)], [], Here);

    private static Dimension Employee() => new("employee", "Employee", "employee", "employee_id", null,
        [new("name", "name", Text, ScdType.Overwrite, "Name", null, null, Here)], [], Here);

    private static DimensionAttribute Attribute(string name, ColumnType type, string format)
        => new(name, name, type, ScdType.Fixed, Title(name), null, format, Here);

    private static string Title(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');

    private static Dictionary<string, T> Named<T>(T[] items, Func<T, string> name) => items.ToDictionary(name);
}
