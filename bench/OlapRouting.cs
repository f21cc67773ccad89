using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Query;
using DuckDB.NET.Data;

namespace Crm.Analytics.Bench;

/// <summary>Whether the choice between facts and rollups is the faster one, for rollups that have nearly as many rows as the facts: each statement is timed, the chosen and the others.</summary>
internal static class OlapRouting
{
    /// <summary>Larger stars have no such rollups: they would take as long to make as the facts.</summary>
    public const int MostMillions = 10;

    private static readonly CubeQuery[] questions =
    [
        Question(["weighed.revenue"], []),
        Question(["weighed.lines"], ["date.month"]),
        Question(["weighed.revenue", "weighed.lines"], ["geography.country"]),
        Question(["weighed.revenue"], ["weighed.channel", "date.day"]),
        Question(["weighed.revenue"], ["product.code"]) with { Limit = 10 },
        Question(["weighed.revenue"], ["product.code", "geography.country"]) with { Limit = 100 },
        Question(["weighed.revenue"], ["date.day"], ("product.code", "P77")),
        Question(["weighed.lines"], ["geography.country"], ("date.day", "2024-05-05")),
        Question(["weighed.revenue"], ["weighed.channel"], ("date.month", "2024-03")),
        Question(["weighed.revenue"], ["product.code"], ("geography.country", "Chile")),
    ];

    public static void Run(string project, DuckDBConnection star, int rounds)
    {
        var catalogue = ProjectReader.ReadOrThrow(project, StandardConnectors.Options).Catalogue;
        var sizes = Sizes(star);
        var cube = catalogue.Cubes["weighed"];
        Console.WriteLine("the choice between facts and rollups    chosen ms best ms  ratio  (promise: 1.10)");
        foreach (var question in questions)
        {
            var plan = CubePlanner.Plan(question, catalogue);
            var chosen = new RollupRouter(catalogue, sizes).Route(plan);
            List<(string Name, string Sql)> ways = [("facts", Text(plan)), .. cube.Rollups.Select(r => Forced(catalogue, cube, r, sizes, plan)).Where(w => w.Sql is not null).Select(w => (w.Name, w.Sql!))];
            var name = chosen.Rollup.Served?.Split('.')[1] ?? "facts";
            var times = ways.ToDictionary(w => w.Name, _ => new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var (way, sql) in ways)
                {
                    var took = OlapBench.Time(() => OlapBench.Execute(star, sql));
                    if (round > 0)
                    {
                        times[way].Add(took);
                    }
                }
            }

            var best = times.MinBy(t => OlapBench.Middle(t.Value));
            var ratio = OlapBench.Middle(times[name].Zip(best.Value, (a, b) => a / b));
            BenchBook.Note($"choice of rollup or facts / the best: {string.Join(", ", question.Measures.Concat(question.Dimensions))}{(question.Filters.Count > 0 ? " filtered" : "")}", times[name].Zip(best.Value, (a, b) => a / b), atMost: 1.1);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {string.Join(", ", question.Measures.Concat(question.Dimensions)) + (question.Filters.Count > 0 ? " filtered" : ""),-38} {OlapBench.Middle(times[name]),7:0.0}  {OlapBench.Middle(best.Value),7:0.0}  {ratio,5:0.00}  {name}{(name == best.Key ? "" : $", best {best.Key}")}  {(ratio <= 1.1 ? "holds" : "DOES NOT HOLD")}"));
        }
    }

    /// <summary>The statement that one rollup serves, whatever its size; null when it cannot serve it.</summary>
    private static (string Name, string? Sql) Forced(Catalogue catalogue, Cube cube, Rollup rollup, TableSizes sizes, CubePlan plan)
    {
        var only = catalogue with { Cubes = new Dictionary<string, Cube>(catalogue.Cubes) { [cube.Name] = cube with { Rollups = [rollup] } } };
        var huge = new TableSizes(new Dictionary<string, long>(sizes.Rows) { [cube.Table] = long.MaxValue / 1000 });
        var routed = new RollupRouter(only, huge).Route(plan);
        return (rollup.Name, routed.Rollup.Served is null ? null : Text(routed));
    }

    /// <summary>Values stand in the text: the same for every way, and nothing but the tables differs.</summary>
    private static string Text(CubePlan plan)
    {
        var sql = CubeSqlWriter.Write(plan, DuckDbDialect.Instance);
        return sql.Parameters.OrderByDescending(p => p.Key.Length).Aggregate(sql.Text, (text, p) => text.Replace($"${p.Key}", p.Value switch
        {
            string value => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
            DateOnly day => $"DATE '{day:yyyy-MM-dd}'",
            var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
        }, StringComparison.Ordinal));
    }

    private static TableSizes Sizes(DuckDBConnection star)
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        using var command = star.CreateCommand();
        command.CommandText = "SELECT table_name, estimated_size FROM duckdb_tables() WHERE schema_name = 'star'";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows[$"star.{reader.GetString(0)}"] = reader.GetInt64(1);
        }

        return new(rows);
    }

    private static CubeQuery Question(string[] measures, string[] dimensions, params (string Member, string Value)[] filters) => new()
    {
        Measures = measures,
        Dimensions = dimensions,
        Filters = [.. filters.Select(f => new MemberFilter(f.Member, FilterOperator.Equals, [f.Value]))],
    };
}
