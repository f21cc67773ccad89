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
        new("description", ScalarShape.Text, "What it means, with its unit."),
    ]);

    private static readonly MapShape role = new("a dimension role",
    [
        new("dimension", ScalarShape.Reference, "The dimension; default: the role's name."),
        new("column", ScalarShape.Reference, "The column with the member's key, or the moment for the calendar.", Required: true),
    ]);

    public static readonly MapShape Shape = new("a fact",
    [
        new("fact", ScalarShape.Name, "Name of the fact.", Required: true),
        new("kind", ScalarShape.Choice("a kind of fact", "transaction", "periodic_snapshot", "accumulating_snapshot", "score"), "Kind of fact table.", Required: true),
        new("grain", ScalarShape.Text, "What one row means, in one sentence.", Required: true),
        new("from", ScalarShape.Reference, "The contract its rows come from; none for scores, which a model writes."),
        new("time", ScalarShape.Reference, "The column that dates the row."),
        new("dimensions", new MapShape("dimension roles", [], new FreeKeys("a dimension role", new EitherShape(ScalarShape.Reference, role))),
            "The dimension roles: role: column, or role: {dimension: …, column: …}. Only scores may have none."),
        new("columns", new MapShape("columns", [], new FreeKeys("a column", column)), "Its own columns, by name.", Required: true),
    ]);

    public static Fact Build(YamlMap map, Model model)
    {
        var name = map.Text("fact") ?? "";
        var kind = map.Text("kind") switch
        {
            "score" => FactKind.Score,
            "periodic_snapshot" => FactKind.PeriodicSnapshot,
            "accumulating_snapshot" => FactKind.AccumulatingSnapshot,
            _ => FactKind.Transaction,
        };
        var from = map.Text("from");
        var contract = from is not null && model.Contracts.TryGetValue(from, out var declared) ? declared.Value : null;
        var roles = new List<FactRole>();
        foreach (var (role, value) in map.MapOf("dimensions"))
        {
            var column = (value as YamlScalar)?.Text ?? (value as YamlMap)?.Text("column") ?? "";
            roles.Add(new(role.Text, (value as YamlMap)?.Text("dimension") ?? role.Text, column, role.Where));
        }

        var columns = new List<FactColumn>();
        foreach (var (column, value) in map.MapOf("columns"))
        {
            var sql = (value as YamlMap)?.Text("sql") ?? column.Text;
            columns.Add(new(column.Text, ContractFormat.TypeOf(value as YamlMap) ?? Inferred(sql, contract) ?? new(TypeKind.Text), sql,
                (value as YamlMap)?.Text("description"), column.Where));
        }

        return new(name, kind == FactKind.Score ? $"score_{name}" : $"fact_{name}", kind, map.Text("grain") ?? "", from, map.Text("time"), roles, columns, map.Where);
    }

    /// <summary>The type of an expression that is nothing but a column of the contract, else null.</summary>
    public static ColumnType? Inferred(string sql, Contract? contract)
        => contract is not null && SqlWords.BareColumn(sql) is { } column
            ? contract.Columns.FirstOrDefault(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Type : null;
}
