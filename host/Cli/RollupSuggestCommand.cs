using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm rollup suggest</c>: rollups worth declaring, from what was asked.</summary>
internal static class RollupSuggestCommand
{
    public static Command Create()
    {
        var most = new Option<int>("--limit") { Description = "Most proposals", HelpName = "N", DefaultValueFactory = _ => 10 };
        return new Command("suggest", "Propose rollups from the questions that were asked, as YAML with their size and what they save") { most }
            .Does((context, parsed) => Run(context, parsed.GetValue(most)));
    }

    private static int Run(CommandContext context, int most)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        var asked = new QuestionLog(Composition.WarehouseOf(project), TimeProvider.System).Read();
        var reader = new CubeReader(warehouse.Instance.Connect, project.Catalogue);
        Dictionary<string, long> sizes;
        using (var session = warehouse.Instance.Connect())
        {
            sizes = session.Query<(string Table, long Rows)>(SqlFile.Beside(typeof(RollupSuggestCommand)).Fill("")).ToDictionary(t => t.Table, t => t.Rows);
        }

        var advice = new RollupAdvice(
            need => reader.Read(QuestionOf(need), context.Cancellation).Total!.Value,
            cube => sizes.GetValueOrDefault(project.Catalogue.Cubes[cube].Table.Split('.')[^1]));

        // The model may have changed since a question was asked.
        var known = asked.Where(q => q.Needs.All(n => project.Catalogue.Cubes.TryGetValue(n.Cube, out var cube) && n.Measures.All(m => cube.Measures.Any(k => m == $"{n.Cube}.{k.Name}")))).ToList();
        var proposals = advice.Propose(known, most);
        var refused = RollupAdvice.Refused(known);
        if (context.Json)
        {
            WriteJson(context, known.Count, proposals, refused);
            return 0;
        }

        context.Error.WriteLine($"{known.Count} questions in the log, {known.Count(q => q.Served is not null)} of them served by rollups.");
        WriteYaml(context, proposals);
        foreach (var (reason, questions) in refused.Take(10))
        {
            context.Error.WriteLine($"  no rollup for {questions}: {reason}");
        }

        return 0;
    }

    private static CubeQuery QuestionOf(RollupNeed need) => new()
    {
        Measures = [need.Measures[0]],
        Dimensions = [.. need.Dimensions, .. need.TimeRole is null ? [] : new[] { $"{need.TimeRole}.{need.Granularity}" }],
        Segments = need.Segments,
        Limit = 0,
        Counting = RowCounting.All,
        Rollups = RollupUse.Refused,
        Order = [],
    };

    private static void WriteYaml(CommandContext context, IReadOnlyList<RollupProposal> proposals)
    {
        if (proposals.Count == 0)
        {
            context.Error.WriteLine("No rollup would be much smaller than its fact.");
            return;
        }

        foreach (var cube in proposals.GroupBy(p => p.Holds.Cube))
        {
            context.WriteLine($"# into pre_aggregations of the cube {cube.Key}");
            foreach (var proposal in cube)
            {
                context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"# {proposal.Questions} questions, {proposal.Seconds:0.###} s in all; {proposal.Rows:N0} rows instead of {proposal.FactRows:N0}: {proposal.Gain:N0} times fewer"));
                context.WriteLine($"- {Yaml(proposal)}");
            }
        }
    }

    private static string Yaml(RollupProposal proposal)
    {
        var holds = proposal.Holds;
        List<string> parts = [$"name: {proposal.Name}", $"measures: [{string.Join(", ", holds.Measures.Select(m => Own(m, holds.Cube)))}]"];
        if (holds.Dimensions.Count > 0)
        {
            parts.Add($"dimensions: [{string.Join(", ", holds.Dimensions)}]");
        }

        if (holds.TimeRole is { } role)
        {
            parts.Add($"time_dimension: {role}.day, granularity: {holds.Granularity}");
        }

        if (holds.Segments.Count > 0)
        {
            parts.Add($"segments: [{string.Join(", ", holds.Segments.Select(s => Own(s, holds.Cube)))}]");
        }

        return $"{{{string.Join(", ", parts)}}}";
    }

    private static string Own(string member, string cube) => member.StartsWith($"{cube}.", StringComparison.Ordinal) ? member[(cube.Length + 1)..] : member;

    private static void WriteJson(CommandContext context, int questions, IReadOnlyList<RollupProposal> proposals, IReadOnlyList<(string Reason, int Questions)> refused) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("questions", questions);
        json.WriteStartArray("proposals");
        foreach (var proposal in proposals)
        {
            json.WriteStartObject();
            json.WriteString("cube", proposal.Holds.Cube);
            json.WriteString("name", proposal.Name);
            json.WriteString("yaml", Yaml(proposal));
            json.WriteNumber("rows", proposal.Rows);
            json.WriteNumber("factRows", proposal.FactRows);
            json.WriteNumber("questions", proposal.Questions);
            json.WriteNumber("seconds", Math.Round(proposal.Seconds, 6));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("refused");
        foreach (var (reason, count) in refused)
        {
            json.WriteStartObject();
            json.WriteString("reason", reason);
            json.WriteNumber("questions", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
