using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm query</c>: one question to a cube, answered as a table, JSON or CSV.</summary>
internal static class QueryCommand
{
    public static Command Create()
    {
        var options = new QueryOptions();
        return new Command("query", "Ask a cube: measures by dimensions, filtered, ordered, with totals")
        {
            options.Measures, options.By, options.Where, options.Segments, options.Order, options.Limit, options.Offset, options.Totals, options.AsOf, options.AsIs,
            options.Csv,
        }.Does((context, parsed) => Run(context, options.Query(parsed), parsed.GetValue(options.Csv)));
    }

    private static int Run(CommandContext context, CubeQuery query, bool csv)
    {
        Composition.WarmUp();
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        var result = Composition.Reader(warehouse, project).Read(query, context.Cancellation);
        if (context.Json)
        {
            context.WriteJson(json => ResultJson.Write(result, json));
        }
        else if (csv)
        {
            ResultCsv.Write(result, context.Answer());
        }
        else
        {
            ResultTable.Write(result, project.Settings, context);
        }

        return 0;
    }

    private sealed class QueryOptions
    {
        public Option<string[]> Measures { get; } = List("--measures", "Measures, e.g. sales.revenue,sales.orders", "LIST");

        public Option<string[]> By { get; } = List("--by", "Dimensions to group by, e.g. geography.country,date.month", "LIST");

        public Option<string[]> Where { get; } = new("--where")
        {
            Description = "Filter, e.g. \"geography.country = 'France' and date.year >= 2011\"; several must all hold",
            HelpName = "FILTER",
            DefaultValueFactory = _ => [],
        };

        public Option<string[]> Segments { get; } = List("--segments", "Named filters of the cube", "LIST");

        public Option<string?> Order { get; } = new("--order") { Description = "Order, e.g. \"sales.revenue desc, date.month\"", HelpName = "LIST" };

        public Option<int?> Limit { get; } = new("--limit") { Description = "Most rows (default: 10000)", HelpName = "N" };

        public Option<int> Offset { get; } = new("--offset") { Description = "Rows to leave out at the start", HelpName = "N" };

        public Option<Totals> Totals { get; } = new("--totals")
        {
            Description = "Totals, each computed at its own grain: none, grand, subtotals",
            HelpName = "KIND",
        };

        public Option<int?> AsOf { get; } = new("--as-of") { Description = "Read the warehouse as this past run left it (see `crm runs`)", HelpName = "RUN" };

        public Option<bool> AsIs { get; } = new("--as-is") { Description = "Attributes as they are now, instead of as they were when the fact happened" };

        public Option<bool> Csv { get; } = new("--csv") { Description = "Answer as CSV" };

        public CubeQuery Query(ParseResult parsed) => new()
        {
            Measures = parsed.GetValue(Measures)!,
            Dimensions = parsed.GetValue(By)!,
            Filters = [.. parsed.GetValue(Where)!.Select(FilterParser.Parse)],
            Segments = parsed.GetValue(Segments)!,
            Order = parsed.GetValue(Order) is { } order ? OrderParser.Parse(order) : null,
            Limit = parsed.GetValue(Limit),
            Offset = parsed.GetValue(Offset),
            Totals = parsed.GetValue(Totals),
            AsOfRun = parsed.GetValue(AsOf),
            Reading = parsed.GetValue(AsIs) ? AttributeReading.AsIs : AttributeReading.AsWas,
        };

        private static Option<string[]> List(string name, string description, string help) => new(name)
        {
            Description = description,
            HelpName = help,
            DefaultValueFactory = _ => [],
            CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
        };
    }
}
