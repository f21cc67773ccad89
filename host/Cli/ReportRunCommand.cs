using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report run</c>: writes reports to the project's out folder.</summary>
internal static class ReportRunCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("NAME") { Description = "Reports to write (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var png = new Option<bool>("--png") { Description = "Also as pictures, drawn by Chromium, Chrome or Edge" };
        return new Command("run", "Write reports to the folder out, as HTML that needs nothing else") { names, png }
            .Does((context, parsed) => Run(context, parsed.GetValue(names) ?? [], parsed.GetValue(png)));
    }

    private static int Run(CommandContext context, string[] names, bool asPicture)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var all = ReportWriting.List(project);
        foreach (var name in names.Where(n => all.All(r => r.Name != n)))
        {
            throw new CrmException(FailureKind.WrongUse, $"there is no report '{name}'", "crm report run",
                NearestName.Expected("one of the reports", name, [.. all.Select(r => r.Name)]), "List them with `crm report list`");
        }

        var written = new ReportWriting(project, context).Write(names.Length == 0 ? all : [.. names.Select(n => all.First(r => r.Name == n))], again: true);
        if (asPicture)
        {
            written = [.. written.Select(file => Draw(context, file))];
        }

        if (context.Json)
        {
            WriteJson(context, written);
        }
        else
        {
            Write(context, written);
        }

        return written.Any(w => w.Failed.Count > 0) ? (int)FailureKind.Failed : 0;
    }

    /// <summary>A report without its picture is still a report, so a missing browser is told and fails nothing.</summary>
    private static WrittenFile Draw(CommandContext context, WrittenFile file)
    {
        var picture = PngReport.Write(file.Path, Path.ChangeExtension(file.Path, ".png"), cancellation: context.Cancellation);
        if (picture.Message is { } message)
        {
            context.Error.WriteLine($"crm: {message}");
        }

        return file with { Picture = picture.Path };
    }

    /// <summary>Tells people of written reports.</summary>
    public static void Write(CommandContext context, IReadOnlyList<WrittenFile> written)
    {
        foreach (var file in written)
        {
            context.WriteLine($"{file.Title}: {file.Path}");
            if (file.Picture is not null)
            {
                context.WriteLine($"{file.Title}: {file.Picture}");
            }
        }

        foreach (var failed in written.SelectMany(w => w.Failed))
        {
            context.Error.WriteLine($"crm: a part of a report could not be made: {failed}");
        }
    }

    private static void WriteJson(CommandContext context, IReadOnlyList<WrittenFile> written) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("reports");
        foreach (var file in written)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteString("title", file.Title);
            json.WriteString("path", file.Path);
            json.WriteString("picture", file.Picture);
            json.WriteStartArray("failed");
            foreach (var failed in file.Failed)
            {
                json.WriteStringValue(failed);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
