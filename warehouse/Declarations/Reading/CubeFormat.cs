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
        new("relationship", ScalarShape.Choice("a relationship", "many_to_one", "one_to_many"),
            "How many rows meet: many_to_one (default) for a dimension role; one_to_many for the cube of a bridge, where a row counts with each share."),
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
        new("public", ScalarShape.Boolean, "False: not shown to people; default true."),
        new("mask", ScalarShape.Sql, "Expression that stands for the value where a policy masks it; default: the value is missing there."),
    ]);

    private static readonly MapShape filter = new("a filter", [new("sql", ScalarShape.Sql, "Condition over the fact's columns.", Required: true)]);

    private static readonly ListShape members = new(ScalarShape.Reference);

    private static readonly MapShape measure = new("a measure",
    [
        name, title, description,
        new("type", ScalarShape.Choice("a type of measure", MeasureTimeFormat.Types), "How it is computed.", Required: true),
        new("sql", ScalarShape.Sql, "Expression over the fact's columns, or over {measures} when the type is number or share."),
        new("filters", new ListShape(filter), "Only rows that meet all of them count."),
        new("format", ScalarShape.Choice("a format", "currency", "percent", "number"), "How values are shown."),
        new("drill_members", members, "Members that a list of the rows behind it shows."),
        new("percentile", MeasureTimeFormat.Share, "For type percentile: the share of values below it, 0–1."),
        new("rolling_window", MeasureTimeFormat.Window, "The span of time around each period that counts."),
        new("time_shift", new EitherShape(MeasureTimeFormat.Step, new ListShape(MeasureTimeFormat.Shift)), "How far in time the value is taken from."),
        new("non_additive_dimension", MeasureTimeFormat.NonAdditive, "For balances and stocks: which value over time stands for all."),
        new("multi_stage", ScalarShape.Boolean, "As in Cube; what a measure is computed from tells it here, so it changes nothing."),
        new("group_by", members, "Computed for these dimensions of the question only."),
        new("reduce_by", members, "Computed without these dimensions; for a rank: ranked among them, within the others."),
        new("order_by", new ListShape(MeasureTimeFormat.Order), "For type rank: what is ranked by."),
        new("of", ScalarShape.Choice("a whole", "parent", "total"), "For type share: parent (without the last dimension of the question, the default) or total."),
        new("public", ScalarShape.Boolean, "False: not shown to people; default true."),
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
        new("hierarchies", new ListShape(CubePartFormat.Hierarchy), "Drill paths."),
        new("pre_aggregations", new ListShape(CubePartFormat.Rollup), "Stored coarser grains, kept by the run that changes the fact."),
        new("access_policy", new ListShape(CubePartFormat.Policy), "Who may see what; without any, everybody everything."),
        new("public", ScalarShape.Boolean, "False: not shown to people; default true."),
    ]);

    public static readonly MapShape Shape = new("a file of cubes", [new("cubes", new ListShape(Cube), "The cubes.", Required: true)]);

    public static Cube Build(YamlMap map, Model model)
    {
        var cubeName = map.Text("name") ?? "";
        var table = map.Text("sql_table") ?? "";
        var fact = model.Facts.Values.FirstOrDefault(f => f.Value.Table == table)?.Value;
        return new(cubeName, map.Text("title") ?? Identifier.Title(cubeName), map.Text("description"), table,
            [.. map.MapsOf("joins").Select(j => new CubeJoin(j.Text("name") ?? "", j.Where) { IsBridge = j.Text("relationship") == "one_to_many" })],
            [.. map.MapsOf("dimensions").Select(d => Dimension(d, fact))],
            [.. map.MapsOf("measures").Select(Measure)],
            [.. map.MapsOf("segments").Select(s => new CubeSegment(Name(s), Sql(s) ?? "", Title(s), s.Where))],
            map.Where)
        {
            Hierarchies = [.. map.MapsOf("hierarchies").Select(CubePartFormat.HierarchyOf)],
            Rollups = [.. map.MapsOf("pre_aggregations").Select(r => CubePartFormat.RollupOf(r, cubeName))],
            AccessPolicies = [.. map.MapsOf("access_policy").Select(CubePartFormat.PolicyOf)],
            IsPublic = map.Text("public") != "false",
        };
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
        return new(Name(map), sql, type, Title(map), map.Text("description"), map.Text("format"), map.Where)
        {
            IsPublic = map.Text("public") != "false",
            Mask = map.Text("mask") is { } mask ? SqlTokens.WithoutCube(mask) : null,
        };
    }

    private static Measure Measure(YamlMap map) => new(Name(map), TypeOf(map), Sql(map),
        [.. map.MapsOf("filters").Select(f => Sql(f) ?? "true")], Title(map), map.Text("description"), map.Text("format"),
        [.. map.ScalarsOf("drill_members").Select(m => m.Text)], map.Where)
    {
        Percentile = MeasureTimeFormat.ShareOf(map.Text("percentile")),
        Window = (map["rolling_window"] as YamlMap) is { } window ? MeasureTimeFormat.WindowOf(window) : null,
        Shift = MeasureTimeFormat.ShiftOf(map),
        NonAdditive = (map["non_additive_dimension"] as YamlMap) is { } over ? MeasureTimeFormat.NonAdditiveOf(over) : null,
        GroupBy = map["group_by"] is null ? null : [.. map.ScalarsOf("group_by").Select(m => m.Text)],
        ReduceBy = map["reduce_by"] is null ? null : [.. map.ScalarsOf("reduce_by").Select(m => m.Text)],
        OrderBy = [.. map.MapsOf("order_by").Select(o => new RankOrder(o.Text("sql") ?? "", o.Text("dir") != "asc"))],
        Of = map.Text("of") == "total" ? ShareOf.Total : ShareOf.Parent,
        IsPublic = map.Text("public") != "false",
    };

    /// <summary>The type of a measure; a wrong one counts as a count, it was complained about already.</summary>
    public static MeasureType TypeOf(YamlMap measure) => measure.Text("type") switch
    {
        "count_distinct" => MeasureType.CountDistinct,
        "count_distinct_approx" => MeasureType.CountDistinctApprox,
        "percentile" => MeasureType.Percentile,
        "rank" => MeasureType.Rank,
        "share" => MeasureType.Share,
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
