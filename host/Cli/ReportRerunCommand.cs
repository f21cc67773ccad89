using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report rerun</c>: makes a recorded report again, from its own YAML over the data of its run, and compares the bytes.</summary>
internal static class ReportRerunCommand
{
    public static Command Create()
    {
        var id = new Argument<int>("ID") { Description = "Number in `crm report deliveries`" };
        var to = new Option<string?>("--to") { Description = "Folder for the files (default: out/rerun-ID in the project)", HelpName = "DIR" };
        return new Command("rerun", "Make a recorded report again from the same data, and compare it byte by byte") { id, to }
            .Does((context, parsed) => Run(context, parsed.GetValue(id), parsed.GetValue(to)));
    }

    private static int Run(CommandContext context, int id, string? to)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var number = id.ToString(CultureInfo.InvariantCulture);
        using var warehouse = Composition.OpenToRead(project, context);
        var environment = ReportDeliveries.Environment(project, warehouse);
        var record = environment.Log.Read().FirstOrDefault(r => r.Id == id) ?? throw new CrmException(
            FailureKind.WrongUse, $"no record {number}", "crm report rerun", "the number of a report that was made", "List them with `crm report deliveries`");
        var folder = to is null ? Path.Combine(Composition.OutOf(project), $"rerun-{number}") : Path.GetFullPath(to, context.WorkingFolder);
        var made = DeliveryRecords.Rerun(environment, record, folder, context.Cancellation);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("id", id);
                json.WriteStartArray("files");
                foreach (var file in made)
                {
                    json.WriteStartObject();
                    json.WriteString("path", file.File.Path);
                    json.WriteString("sha256", file.File.Sha256);
                    json.WriteString("was", file.Was);
                    if (file.IsSame is { } same)
                    {
                        json.WriteBoolean("same", same);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            foreach (var file in made)
            {
                context.WriteLine($"{file.File.Path}: {file.IsSame switch { true => "the same bytes", false => "not the same bytes", null => "drawn again" }}");
            }
        }

        if (made.Any(f => f.IsSame == false))
        {
            context.Error.WriteLine(record.Program == environment.Version
                ? "crm: it differs from what was made then; data was erased since, or the model was changed"
                : $"crm: it differs from what was made then; crm {record.Program} made it, this is {environment.Version}");
            return (int)FailureKind.Failed;
        }

        return 0;
    }
}
