using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Delivery;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report deliveries</c>: what was written and sent.</summary>
internal static class ReportDeliveriesCommand
{
    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "Most to list (default: 20)", HelpName = "N", DefaultValueFactory = _ => 20 };
        return new Command("deliveries", "What was written and sent, newest first, with run, parameters and hashes") { limit }.Does((context, parsed) => Run(context, parsed.GetValue(limit)));
    }

    private static int Run(CommandContext context, int limit)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var records = new DeliveryLog(Path.Combine(project.Folder, DeliveryLog.Folder)).Read().Reverse().Take(limit).ToList();
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("deliveries");
                foreach (var record in records)
                {
                    json.WriteStartObject();
                    json.WriteNumber("id", record.Id);
                    json.WriteString("at", record.At);
                    json.WriteString("report", record.Report);
                    json.WriteString("delivery", record.Delivery);
                    json.WriteString("value", record.Value);
                    json.WriteString("state", record.State);
                    json.WriteString("why", record.Why);
                    json.WriteString("definition", record.Definition);
                    json.WriteStartObject("parameters");
                    foreach (var (name, values) in record.Parameters)
                    {
                        json.WriteString(name, string.Join(", ", values));
                    }

                    json.WriteEndObject();
                    json.WriteStartArray("files");
                    foreach (var file in record.Files)
                    {
                        FileJson.Write(json, file.Format, file.Name, file.Bytes, file.Sha256, file.Rows);
                    }

                    json.WriteEndArray();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        var table = new TextTable(new("Id"), new("At (UTC)"), new("Report"), new("Delivery"), new("State"), new("Run"), new("Files"), new("To"));
        records.ForEach(r => table.Add(
            r.Id.ToString(CultureInfo.InvariantCulture), r.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), r.Report,
            r.Delivery is null ? "" : r.Value is null ? r.Delivery : $"{r.Delivery} ({r.Value})", r.State, r.Run?.ToString(CultureInfo.InvariantCulture) ?? "",
            string.Join(", ", r.Files.Select(f => f.Format).Distinct()), string.Join("; ", r.Sent)));
        table.WriteTo(context);
        return 0;
    }
}
