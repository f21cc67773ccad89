using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm check</c>: everything that is wrong in a project's declarations, at once, before anything runs.</summary>
internal static class CheckCommand
{
    public static Command Create() => new Command("check", "Check all declarations of the project; every problem with file, line and column").Does(Run);

    private static int Run(CommandContext context, ParseResult parsed)
    {
        var read = Composition.CheckProject(context.ProjectFolder);
        var problems = read.Problems.ToList();
        if (read.Project is { } project && problems.Count == 0)
        {
            problems.AddRange(Composition.CheckMaps(project, context.Cancellation));
            problems.AddRange(ReportFiles.Check(ReportWriting.List(project), project.Catalogue));
            problems.AddRange(ReportFiles.CheckDeliveries(ReportWriting.List(project), project));
            problems.AddRange(CheckGrid(project));
            problems.AddRange(CheckJobs(project));
        }

        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", problems.Count == 0);
                ErrorText.WriteProblems(json, problems);
                json.WriteStartArray("open_cubes");
                OpenCubes(read.Project).ForEach(json.WriteStringValue);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else if (problems.Count > 0)
        {
            problems.ForEach(problem => context.Error.WriteLine(problem));
            context.Error.WriteLine(problems.Count == 1 ? "1 problem" : $"{problems.Count} problems");
        }
        else
        {
            context.WriteLine($"{read.Project!.Settings.Name}: {Count(read.Project.Sources.Count, "source")}, " +
                $"{Count(read.Project.Catalogue.Facts.Count, "fact")}, {Count(read.Project.Catalogue.Cubes.Count, "cube")}: no problem found");
            if (OpenCubes(read.Project) is { Count: > 0 } open)
            {
                context.WriteLine($"open to everybody who signs in, for no access_policy speaks of them: {string.Join(", ", open)}");
            }
        }

        return problems.Count == 0 ? 0 : (int)FailureKind.CheckFailed;
    }

    /// <summary>Cubes without an access policy in a project whose other cubes have some; empty where none has.</summary>
    private static List<string> OpenCubes(Project? project)
    {
        var cubes = project?.Catalogue.Cubes.Values.Where(c => c.IsPublic).ToList() ?? [];
        return cubes.TrueForAll(c => c.AccessPolicies.Count == 0) ? [] : [.. cubes.Where(c => c.AccessPolicies.Count == 0).Select(c => c.Name).Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<Problem> CheckGrid(Project project)
    {
        try
        {
            RfmGrid.Load(project.Settings.Rfm.Grid, project.Folder);
            return [];
        }
        catch (DeclarationException e)
        {
            return e.Problems;
        }
    }

    private static IEnumerable<Problem> CheckJobs(Project project)
    {
        string[] reports = [.. ReportWriting.List(project).Select(r => r.Name)];
        return project.Settings.Jobs.Where(j => j.Work is JobWork.Reports or JobWork.Deliver).SelectMany(j => j.Of).Where(r => !reports.Contains(r.Text))
            .Select(r => new Problem(r.Where, $"no report '{r.Text}'", NearestName.Expected("one of the reports", r.Text, reports), "correct the name, or write the report"));
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
