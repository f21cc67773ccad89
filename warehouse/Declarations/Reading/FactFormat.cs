using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of a fact.</summary>
internal static class FactFormat
{
    private static readonly MapShape column = new("a column",
    [
        new("type", ScalarShape.ColumnType, "Type of the value; default: the type of the contract column when 'sql' is one."),
        new("sql", ScalarShape.Sql, "Expression over the contract's columns; default: the contract column of the same name."),
        new("currency", ScalarShape.Reference, "The contract column with the currency of the amount; the fact then holds it in the project's currency, by the rate of the day."),
        new("default", ScalarShape.Sql, "In a derived fact: SQL literal where there is no value, e.g. \"0\"."),
        new("description", ScalarShape.Text, "What it means, with its unit."),
    ]);

    private static readonly MapShape role = new("a dimension role",
    [
        new("dimension", ScalarShape.Reference, "The dimension; default: the role's name."),
        new("column", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)),
            "The column with the member's key (all of them when the key has several), or the moment for the calendar.", Required: true),
    ]);

    private static readonly MapShape derived = new("a derived fact",
    [
        new("each", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)), "What a row stands for: roles and columns that all the facts below have.", Required: true),
        new("period", ScalarShape.Choice("a period", "day", "week", "month", "quarter", "year"), "One row for each of them too; its first day goes into the column named by 'time'."),
        new("from", new MapShape("facts", [], new FreeKeys("a fact", new MapShape("columns", [], new FreeKeys("a column", ScalarShape.Sql)))),
            "The facts it is made from, and the aggregates taken from each: column: expression.", Required: true),
    ]);

    private static readonly MapShape weight = new("a weight",
    [
        new("column", ScalarShape.Reference, "The column with the share of each member, 0–1.", Required: true),
        new("of", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)), "The columns that name the thing whose shares sum to 1.", Required: true),
    ]);

    public static readonly MapShape Shape = new("a fact",
    [
        new("fact", ScalarShape.Name, "Name of the fact.", Required: true),
        new("kind", ScalarShape.Choice("a kind of fact", "transaction", "periodic_snapshot", "accumulating_snapshot", "factless", "bridge", "score"), "Kind of fact table.", Required: true),
        new("grain", ScalarShape.Text, "What one row means, in one sentence.", Required: true),
        new("from", ScalarShape.Reference, "The contract its rows come from; none for scores, which a model writes."),
        new("time", ScalarShape.Reference, "The column that dates the row."),
        new("dimensions", new MapShape("dimension roles", [], new FreeKeys("a dimension role", new EitherShape(ScalarShape.Reference, role))),
            "The dimension roles: role: column, or role: {dimension: …, column: …}, where column is a list when the dimension's key has several. Only scores may have none."),
        new("derived", derived, "For facts made from other facts instead of a contract."),
        new("weight", weight, "For a bridge: the share of each member."),
        new("columns", new MapShape("columns", [], new FreeKeys("a column", column)), "Its own columns, by name.", Required: true),
    ]);

    public static Fact Build(YamlMap map, Model model)
    {
        var name = map.Text("fact") ?? "";
        var kind = map.Text("kind") switch
        {
            "score" => FactKind.Score,
            "periodic_snapshot" => FactKind.PeriodicSnapshot,
            "factless" => FactKind.Factless,
            "bridge" => FactKind.Bridge,
            "accumulating_snapshot" => FactKind.AccumulatingSnapshot,
            _ => FactKind.Transaction,
        };
        var from = map.Text("from");
        var contract = from is not null && model.Contracts.TryGetValue(from, out var declared) ? declared.Value : null;
        var roles = new List<FactRole>();
        foreach (var (role, value) in map.MapOf("dimensions"))
        {
            string[] of = value is YamlScalar one ? [one.Text] : [.. (value as YamlMap)?.ScalarsOf("column").Select(c => c.Text) ?? []];
            roles.Add(new(role.Text, (value as YamlMap)?.Text("dimension") ?? role.Text, of.FirstOrDefault() ?? "", role.Where) { Columns = of });
        }

        var columns = new List<FactColumn>();
        foreach (var (column, value) in map.MapOf("columns"))
        {
            var sql = (value as YamlMap)?.Text("sql") ?? column.Text;
            columns.Add(new(column.Text, ContractFormat.TypeOf(value as YamlMap) ?? Inferred(sql, contract) ?? new(TypeKind.Text), sql,
                (value as YamlMap)?.Text("description"), column.Where)
            {
                Currency = (value as YamlMap)?.Text("currency"),
                Default = (value as YamlMap)?.Text("default"),
            });
        }

        var prefix = kind switch
        {
            FactKind.Score => "score",
            FactKind.Bridge => "bridge",
            _ => "fact",
        };
        return new(name, $"{prefix}_{name}", kind, map.Text("grain") ?? "", from, map.Text("time"), roles, columns, map.Where)
        {
            Derived = map["derived"] is YamlMap made ? Derived(made) : null,
            Weight = map["weight"] is YamlMap share
                ? new(share.Text("column") ?? "", [.. share.ScalarsOf("of").Select(c => c.Text)]) : null,
        };
    }

    private static DerivedFact Derived(YamlMap map) => new(
        [.. map.ScalarsOf("each").Select(e => e.Text)], map.Text("period"),
        [.. map.MapOf("from").Select(f => new DerivedPart(
            f.Key.Text,
            ((f.Value as YamlMap)?.Entries ?? []).Where(c => c.Value is YamlScalar).DistinctBy(c => c.Key.Text).ToDictionary(c => c.Key.Text, c => ((YamlScalar)c.Value).Text),
            f.Key.Where))]);

    /// <summary>The type of an expression that is nothing but a column of the contract, else null.</summary>
    public static ColumnType? Inferred(string sql, Contract? contract)
        => contract is not null && SqlWords.BareColumn(sql) is { } column
            ? contract.Columns.FirstOrDefault(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Type : null;
}
