using System.CommandLine;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Cli;

/// <summary>The options in which a question to a cube is written.</summary>
internal sealed class QuestionOptions
{
    public Option<string[]> Measures { get; } = List("--measures", "Measures, e.g. sales.revenue,sales.orders; of several cubes too", "LIST");

    public Option<string[]> By { get; } = List("--by", "Dimensions to group by, e.g. geography.country,date.month", "LIST", "--dimensions");

    public Option<string[]> Time { get; } = new("--time")
    {
        Description = "Time, e.g. \"date.day by month in last 6 months\" or \"date.day in 2011-01-01..2011-06-30 vs 2010-01-01..2010-06-30\"",
        HelpName = "TIME",
        DefaultValueFactory = _ => [],
    };

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

    public Option<bool> Missing { get; } = new("--missing") { Description = "Show the periods in which nothing happened, for measures over time" };

    /// <summary>The question that the arguments write.</summary>
    public CubeQuery Query(ParseResult parsed) => new()
    {
        Measures = parsed.GetValue(Measures)!,
        Dimensions = parsed.GetValue(By)!,
        TimeDimensions = [.. parsed.GetValue(Time)!.Select(TimeParser.Parse)],
        Filters = [.. parsed.GetValue(Where)!.Select(FilterParser.Parse)],
        Segments = parsed.GetValue(Segments)!,
        Order = parsed.GetValue(Order) is { } order ? OrderParser.Parse(order) : null,
        Limit = parsed.GetValue(Limit),
        Offset = parsed.GetValue(Offset),
        Totals = parsed.GetValue(Totals),
        AsOfRun = parsed.GetValue(AsOf),
        Reading = parsed.GetValue(AsIs) ? AttributeReading.AsIs : AttributeReading.AsWas,
        Missing = parsed.GetValue(Missing) ? MissingPeriods.Show : MissingPeriods.LeaveOut,
    };

    public static Option<string[]> List(string name, string description, string help, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = help,
        DefaultValueFactory = _ => [],
        CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
    };
}
