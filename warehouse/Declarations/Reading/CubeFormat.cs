using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of cubes. Key names follow Cube's YAML data model; <c>{CUBE}.column</c> is read as the column.</summary>
internal static class CubeFormat
{
    private static readonly Key name = new("name", ScalarShape.Name, "Name of the member.", Required: true);
    private static readonly Key title = new("title", ScalarShape.Text, "Name for people; default: from its name.");
    private static readonly Key description = new("description", ScalarShape.Text, "What it means, with its unit.");

    private static readonly MapShape join = new("a join",
    [
        name with { Value = ScalarShape.Reference, Description = "A dimension role of the fact." },
        new("relationship", ScalarShape.Choice("a relationship", "many_to_one"), "How many rows meet; only many_to_one, the default."),
    ]);

    private static readonly MapShape dimension = new("a dimension",
    [
        name, title, description,
        new("sql", ScalarShape.Sql, "Expression over the fact's columns.", Required: true),
        new("type", ScalarShape.ColumnType with
        {
            What = "a type: string, number, boolean or time, or as columns have it",
            Pattern = ScalarShape.ColumnType.Pattern!.Replace("^(", "^(string|number|time|", StringComparison.Ordinal),
            Accepts = static text => text is "string" or "number" or "time" || ColumnType.TryParse(text, out _),
            Suggest = static text => NearestName.Find(text, ["string", "number", "boolean", "time", "date"]),
        }, "Type of the value; Cube's words, or a column type.", Required: true),
        new("format", ScalarShape.Choice("a format", "day", "week", "month", "quarter", "year", "currency", "percent", "number"), "How values are shown."),
    ]);

    private static readonly MapShape filter = new("a filter", [new("sql", ScalarShape.Sql, "Condition over the fact's columns.", Required: true)]);

    private static readonly MapShape measure = new("a measure",
    [
        name, title, description,
        new("type", ScalarShape.Choice("a type of measure", "count", "count_distinct", "sum", "avg", "min", "max", "median", "number"), "How it is computed.", Required: true),
        new("sql", ScalarShape.Sql, "Expression over the fact's columns, or over {measures} when the type is number."),
        new("filters", new ListShape(filter), "Only rows that meet all of them count."),
        new("format", ScalarShape.Choice("a format", "currency", "percent", "number"), "How values are shown."),
        new("drill_members", new ListShape(ScalarShape.Reference), "Members that a list of the rows behind it shows."),
    ]);

    private static readonly MapShape segment = new("a segment",
        [name, title, new("sql", ScalarShape.Sql, "Condition over the fact's columns.", Required: true)]);

    public static readonly MapShape Cube = new("a cube",
    [
        name with { Description = "Name of the cube." }, title, description with { Description = "What it answers." },
        new("sql_table", ScalarShape.Reference, "The fact's table with its schema: star.fact_NAME or star.score_NAME.", Required: true),
        new("joins", new ListShape(join), "The dimension roles it offers."),
        new("dimensions", new ListShape(dimension), "Its own dimensions: columns of the fact."),
        new("measures", new ListShape(measure), "Its measures.", Required: true),
        new("segments", new ListShape(segment), "Named filters."),
    ]);

    public static readonly MapShape Shape = new("a file of cubes", [new("cubes", new ListShape(Cube), "The cubes.", Required: true)]);

    public static Cube Build(YamlMap map, Model model)
    {
        var cubeName = map.Text("name") ?? "";
        var table = map.Text("sql_table") ?? "";
        var fact = model.Facts.Values.FirstOrDefault(f => f.Value.Table == table)?.Value;
        return new(cubeName, map.Text("title") ?? Identifier.Title(cubeName), map.Text("description"), table,
            [.. map.MapsOf("joins").Select(j => new CubeJoin(j.Text("name") ?? "", j.Where))],
            [.. map.MapsOf("dimensions").Select(d => Dimension(d, fact))],
            [.. map.MapsOf("measures").Select(Measure)],
            [.. map.MapsOf("segments").Select(s => new CubeSegment(Name(s), Sql(s) ?? "", Title(s), s.Where))],
            map.Where);
    }

    private static CubeDimension Dimension(YamlMap map, Fact? fact)
    {
        var sql = Sql(map) ?? "";
        var column = SqlWords.BareColumn(sql) is { } bare ? fact?.Columns.FirstOrDefault(c => c.Name.Equals(bare, StringComparison.OrdinalIgnoreCase)) : null;
        var type = map.Text("type") switch
        {
            "number" => column?.Type ?? new(TypeKind.Double),
            "time" => column?.Type ?? new(TypeKind.Timestamp),
            "string" => new ColumnType(TypeKind.Text),
            { } text when ColumnType.TryParse(text, out var own) => own,
            _ => new(TypeKind.Text),
        };
        return new(Name(map), sql, type, Title(map), map.Text("description"), map.Text("format"), map.Where);
    }

    private static Measure Measure(YamlMap map) => new(Name(map), TypeOf(map), Sql(map),
        [.. map.MapsOf("filters").Select(f => Sql(f) ?? "true")], Title(map), map.Text("description"), map.Text("format"),
        [.. map.ScalarsOf("drill_members").Select(m => m.Text)], map.Where);

    /// <summary>The type of a measure; a wrong one counts as a count, it was complained about already.</summary>
    public static MeasureType TypeOf(YamlMap measure) => measure.Text("type") switch
    {
        "count_distinct" => MeasureType.CountDistinct,
        "sum" => MeasureType.Sum,
        "avg" => MeasureType.Avg,
        "min" => MeasureType.Min,
        "max" => MeasureType.Max,
        "median" => MeasureType.Median,
        "number" => MeasureType.Number,
        _ => MeasureType.Count,
    };

    private static string Name(YamlMap map) => map.Text("name") ?? "";

    private static string Title(YamlMap map) => map.Text("title") ?? Identifier.Title(Name(map));

    private static string? Sql(YamlMap map) => map.Text("sql") is { } sql ? SqlTokens.WithoutCube(sql) : null;
}
