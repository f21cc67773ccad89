using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report run</c>: writes reports to the project's out folder, in any format, and records each so that it can be made again.</summary>
internal static class ReportRunCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("NAME") { Description = "Reports to write (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var png = new Option<bool>("--png") { Description = "Also as pictures, drawn by Chromium, Chrome or Edge" };
        var formats = new Option<string[]>("--format")
        {
            Description = $"Formats, as html,xlsx (default: html); of {string.Join(", ", ReportOutput.Formats)}",
            HelpName = "LIST",
            DefaultValueFactory = _ => ["html"],
        };
        var set = new Option<string[]>("--set") { Description = "A parameter's value, as country=France; again for more values", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
        var language = new Option<string?>("--language") { Description = "Language of the texts, as zh (default: the project's)", HelpName = "TAG" };
        var asOf = new Option<int?>("--as-of-run") { Description = "Over the data as this run left it (default: the newest)", HelpName = "RUN" };
        var to = new Option<string?>("--to") { Description = "Folder for the files (default: out in the project)", HelpName = "DIR" };
        return new Command("run", "Write reports as pages, pictures, paper, workbooks or data") { names, formats, png, set, language, asOf, to }.Does((context, parsed) => Run(
            context, parsed.GetValue(names) ?? [],
            new Wanted(Formats(parsed.GetValue(formats)!), parsed.GetValue(png), Values(parsed.GetValue(set)!), parsed.GetValue(language), parsed.GetValue(asOf), parsed.GetValue(to))));
    }

    private static int Run(CommandContext context, string[] names, Wanted wanted)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        IReadOnlyList<ReportFile> reports = names.Length == 0 ? ReportWriting.List(project) : [.. names.Select(n => ReportDeliveries.Find(project, n))];
        using var warehouse = Composition.OpenToRead(project, context);
        var environment = ReportDeliveries.Environment(project, warehouse);
        var written = reports.Select(r => Write(context, environment, r, wanted)).ToList();
        if (context.Json)
        {
            WriteJson(context, written);
        }
        else
        {
            written.ForEach(w => Say(context, w));
        }

        foreach (var failed in written.SelectMany(w => w.Made.Failed))
        {
            context.Error.WriteLine($"crm: a part of a report could not be made: {failed}");
        }

        return written.Any(w => w.Made.Failed.Count > 0) ? (int)FailureKind.Failed : 0;
    }

    private static Written Write(CommandContext context, DeliveryEnvironment environment, ReportFile report, Wanted wanted)
    {
        var project = environment.Project;
        var plan = ReportFiles.Plan(report, project.Catalogue, wanted.Language ?? project.Settings.Locale);
        var options = ReportWriting.Options(project) with
        {
            Parameters = ParameterValues.Check(plan, wanted.Values, environment.Reader, context.Cancellation),
            AsOfRun = wanted.AsOf,
        };
        var folder = wanted.To is { } to ? Path.GetFullPath(to, context.WorkingFolder) : Composition.OutOf(project);
        var made = ReportOutput.Write(new OutputRequest(plan, environment.Reader, project.Settings, options), wanted.Formats, folder, report.Name, context.Cancellation);
        var record = environment.Log.Add(DeliveryRecords.Of(environment, plan, options, made) with { State = made.Failed.Count > 0 ? "failed" : "written" }, report.Content.Span);
        return new Written(report.Name, plan.Title, made, record.Id, wanted.Png ? Draw(context, folder, report.Name, made) : null);
    }

    /// <summary>A report without its picture is still a report, so a missing browser is told and fails nothing.</summary>
    private static string? Draw(CommandContext context, string folder, string name, OutputResult made)
    {
        if (made.Files.FirstOrDefault(f => f.Format == "html") is not { } html)
        {
            return null;
        }

        var picture = PngReport.Write(html.Path, Path.Combine(folder, $"{name}.png"), cancellation: context.Cancellation);
        if (picture.Message is { } message)
        {
            context.Error.WriteLine($"crm: {message}");
        }

        return picture.Path;
    }

    private static void Say(CommandContext context, Written written)
    {
        foreach (var file in written.Made.Files)
        {
            context.WriteLine(file.Rows is { } rows ? $"{written.Title}: {file.Path} ({rows} {(rows == 1 ? "row" : "rows")})" : $"{written.Title}: {file.Path}");
        }

        if (written.Picture is not null)
        {
            context.WriteLine($"{written.Title}: {written.Picture}");
        }

        if (written.Made.Missing.Count > 0)
        {
            context.WriteLine($"{written.Title}: no source fills {string.Join(", ", written.Made.Missing)}, so it says only that");
        }
    }

    private static void WriteJson(CommandContext context, List<Written> written) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("reports");
        foreach (var report in written)
        {
            json.WriteStartObject();
            json.WriteNumber("id", report.Id);
            json.WriteString("name", report.Name);
            json.WriteString("title", report.Title);
            json.WriteString("path", report.Made.Files.Count > 0 ? report.Made.Files[0].Path : null);
            json.WriteString("picture", report.Picture);
            json.WriteStartArray("files");
            foreach (var file in report.Made.Files)
            {
                FileJson.Write(json, file.Format, file.Path, file.Bytes, file.Sha256, file.Rows);
            }

            json.WriteEndArray();
            json.WriteStartArray("missing");
            report.Made.Missing.ToList().ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteStartArray("failed");
            report.Made.Failed.ToList().ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static List<string> Formats(string[] given)
    {
        var formats = given.SelectMany(g => g.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        return formats.Find(f => !ReportOutput.Formats.Contains(f)) is { } wrong
            ? throw new CrmException(FailureKind.WrongUse, $"format '{wrong}'", "crm report run", NearestName.Expected("one of the formats", wrong, [.. ReportOutput.Formats]), "Correct --format")
            : formats;
    }

    private static Dictionary<string, IReadOnlyList<string>> Values(string[] given) => given
        .Select(g => g.IndexOf('=') is var at and > 0 ? (Name: g[..at], Value: g[(at + 1)..])
            : throw new CrmException(FailureKind.WrongUse, $"'{g}' for --set", "crm report run", "a parameter's name and value, as country=France", "Correct --set"))
        .GroupBy(g => g.Name).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(v => v.Value)]);

    private sealed record Wanted(IReadOnlyList<string> Formats, bool Png, IReadOnlyDictionary<string, IReadOnlyList<string>> Values, string? Language, int? AsOf, string? To);

    private sealed record Written(string Name, string Title, OutputResult Made, int Id, string? Picture);
}
