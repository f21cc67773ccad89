using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm query</c>: one question to cubes, answered as a table, JSON or CSV.</summary>
internal static class QueryCommand
{
    public static Command Create()
    {
        var options = new QuestionOptions();
        var across = QuestionOptions.List("--across", "Dimensions of the columns: answers a pivot with totals on both sides", "LIST");
        var expand = new Option<string[]>("--expand")
        {
            Description = "A row of the pivot to open in place, as geography.region=DACH, or below it \"geography.region=DACH > geography.country=Austria\"; once for each",
            HelpName = "ROW",
            DefaultValueFactory = _ => [],
        };
        var top = new Option<int?>("--top") { Description = "The first N groups and one row for all others", HelpName = "N" };
        var rollups = new Option<bool>("--explain") { Description = "Say which rollup served the answer, and why each other one did not" };
        var csv = new Option<bool>("--csv") { Description = "Answer as CSV" };
        var plain = SharedOptions.Plain();
        return new Command("query", "Ask cubes: measures by dimensions and time, filtered, ordered, with totals; pivots; the first N with others")
        {
            options.Measures, options.By, options.Time, options.Where, options.Segments, options.Order, options.Limit, options.Offset, options.Totals, options.AsOf, options.AsIs,
            options.Missing, across, expand, top, rollups, csv, plain,
        }.Does((context, parsed) =>
        {
            Composition.WarmUp();
            var project = Composition.ReadProject(context.ProjectFolder);
            using var warehouse = Composition.OpenToRead(project, context);
            var leaves = (context.Json || parsed.GetValue(csv)) && !parsed.GetValue(plain);
            var reader = leaves ? Composition.Exporting(warehouse, project) : Composition.Reader(warehouse, project);
            var query = options.Query(parsed);
            var opened = parsed.GetValue(expand)!.Select(Steps).OrderBy(s => s.Count).ToList();
            if (parsed.GetValue(across)!.Length > 0)
            {
                var pivot = Pivot.Read(reader, query, query.Dimensions, parsed.GetValue(across)!, context.Cancellation);
                PivotTable.Write(opened.Count == 0 ? pivot : pivot.Open(new PivotExpansion(project.Catalogue, reader), query, opened, context.Cancellation), project.Settings, context);
                return 0;
            }

            if (opened.Count > 0)
            {
                throw new CrmException(FailureKind.WrongUse, "--expand without --across", "the question", "a pivot, whose rows can be opened", "Name the members of its columns with --across");
            }

            foreach (var (asked, range) in CompareRanges.Of(query))
            {
                var result = parsed.GetValue(top) is { } count ? TopWithOthers.Read(reader, asked, count, context.Cancellation) : reader.Read(asked, context.Cancellation);
                if (range is not null)
                {
                    context.Error.WriteLine($"{range.From}{(range.To is null ? "" : $" to {range.To}")}:");
                }

                Write(context, project, result, parsed.GetValue(csv));
                if (parsed.GetValue(rollups))
                {
                    Explain(context, result.Rollup);
                }
            }

            return 0;
        });
    }

    private static List<PivotStep> Steps(string text) => [.. text.Split(" > ").Select(s => DrillCommand.Cell(s, "--expand")).Select(c => new PivotStep(c.Member, c.Value))];

    private static void Write(CommandContext context, Project project, CubeResult result, bool csv)
    {
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
    }

    private static void Explain(CommandContext context, RollupChoice choice)
    {
        context.Error.WriteLine(choice.Served is null ? "No rollup served it." : $"Served by the rollup {choice.Served}.");
        foreach (var refused in choice.Refused)
        {
            context.Error.WriteLine($"  not {refused.Rollup}: {refused.Reason}");
        }
    }
}
