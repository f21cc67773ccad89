using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of a contract.</summary>
internal static class ContractFormat
{
    /// <summary>Names that a contract's columns cannot have: <c>from</c> and <c>where</c> are keys of a map, the others are lineage.</summary>
    public static readonly string[] Reserved = ["from", "where", "run_id", "source_file", "source_record"];

    private static readonly MapShape column = new("a column",
    [
        new("type", ScalarShape.ColumnType, "Type of the value.", Required: true),
        new("required", ScalarShape.Boolean, "A record whose value is missing goes to the quarantine; default false."),
        new("default", ScalarShape.Sql, "SQL literal used when a source does not map the column, e.g. \"0\" or \"'web'\"; default: missing."),
        new("personal", ScalarShape.Boolean, "The values tell who a person is, or what is nobody else's business; default false."),
        new("description", ScalarShape.Text, "What it means, with its unit."),
    ]);

    public static readonly MapShape Shape = new("a contract",
    [
        new("contract", ScalarShape.Name, "Name of the contract.", Required: true),
        new("grain", ScalarShape.Text, "What one row means, in one sentence.", Required: true),
        new("key", new EitherShape(ScalarShape.Reference, new ListShape(ScalarShape.Reference)), "Columns that identify a row within its source.", Required: true),
        new("time", ScalarShape.Reference, "The column that says when the row happened or became valid."),
        new("changed", ScalarShape.Reference, "The column that says when a row changed last: of several states of one row the newest stands; default: the last to come."),
        new("columns", new MapShape("columns", [], new FreeKeys("a column", column)), "The columns, by name.", Required: true),
    ]);

    public static Contract Build(YamlMap map)
    {
        var columns = new List<ContractColumn>();
        foreach (var (name, value) in map.MapOf("columns"))
        {
            var column = value as YamlMap;
            columns.Add(new(name.Text, TypeOf(column) ?? new(TypeKind.Text), column?.Text("required") == "true", column?.Text("default"),
                column?.Text("description"), name.Where)
            { IsPersonal = column?.Text("personal") == "true" });
        }

        return new(map.Text("contract") ?? "", map.Text("grain") ?? "", [.. map.ScalarsOf("key").Select(k => k.Text)], map.Text("time"), columns,
            map.Where)
        { Changed = map.Text("changed") };
    }

    public static void Check(Declared<Contract> declared, References references)
    {
        var (contract, node) = (declared.Value, declared.Node);
        var columns = contract.Columns.Select(c => c.Name).ToArray();
        var noun = $"a column of contract '{contract.Name}'";
        references.CheckEach(node.ScalarsOf("key"), noun, columns);
        references.Check(node.Scalar("time"), noun, columns);
        references.CheckMoment(node.Scalar("time"), contract.Columns.FirstOrDefault(c => c.Name == contract.Time)?.Type);
        references.Check(node.Scalar("changed"), noun, columns);
        references.CheckMoment(node.Scalar("changed"), contract.Columns.FirstOrDefault(c => c.Name == contract.Changed)?.Type);
        foreach (var column in contract.Columns)
        {
            if (Reserved.Contains(column.Name))
            {
                references.Add(column.Where, $"column '{column.Name}'", "a name that is not kept for lineage or for the keys of a map", "rename the column");
            }
        }

        foreach (var (_, value) in node.MapOf("columns"))
        {
            if (value is YamlMap column && column.Scalar("default") is { } literal && TypeOf(column) is { } type && !IsLiteral(literal.Text, type.Kind))
            {
                references.Add(literal.Where, $"{Quoted.Text(literal.Text)} for 'default'", $"an SQL literal of type {type}", "write e.g. \"0\", \"'text'\" or \"false\"");
            }
        }
    }

    /// <summary>The declared type of a column, or null when it is missing or wrong.</summary>
    public static ColumnType? TypeOf(YamlMap? column) => column?.Text("type") is { } text && ColumnType.TryParse(text, out var type) ? type : null;

    private static bool IsLiteral(string text, TypeKind kind) => text.Equals("null", StringComparison.OrdinalIgnoreCase) || kind switch
    {
        TypeKind.Integer => long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out _),
        TypeKind.Decimal => IsNumber(text, System.Globalization.NumberStyles.AllowLeadingSign | System.Globalization.NumberStyles.AllowDecimalPoint),
        TypeKind.Double => IsNumber(text, System.Globalization.NumberStyles.Float),
        TypeKind.Boolean => text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase),
        _ => SqlTokens.Of(text) is { Fault: null, Tokens: [.., { Kind: SqlTokenKind.Text }] } read && read.Tokens.Count == (kind == TypeKind.Text ? 1 : read.Tokens.Count),
    };

    private static bool IsNumber(string text, System.Globalization.NumberStyles styles)
        => decimal.TryParse(text, styles, System.Globalization.CultureInfo.InvariantCulture, out _);
}
