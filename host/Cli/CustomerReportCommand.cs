using System.CommandLine;
using System.Text;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Privacy;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm customer report</c>: all that a project holds of one person, for that person.</summary>
internal static class CustomerReportCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The customer's number, or one of its records as SOURCE:ID" };
        return new Command("report", "All that the project holds of one person, as JSON: every row of every table, and every landed record") { id }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            using var warehouse = Composition.OpenToRead(project, context);
            using var scratch = Composition.Scratch(project);
            using var session = warehouse.Instance.Connect();
            var customer = EraseCommand.IdOf(session, project, parsed.GetValue(id)!);
            var records = PersonErasure.RecordsOf(session, project, customer);
            var told = new ProjectErasure(project, Composition.Environment(project, session, scratch), SuppressionList.ToFind(records)).Tell(context.Cancellation);
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("customer", customer);
                json.WriteStartArray("records");
                records.ToList().ForEach(r => json.WriteStringValue(r));
                json.WriteEndArray();
                foreach (var table in told.GroupBy(t => t.Where))
                {
                    json.WriteStartArray(table.Key);
                    foreach (var row in table.SelectMany(t => t.Rows))
                    {
                        json.WriteRawValue(Encoding.UTF8.GetBytes(row));
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            });
            return 0;
        });
    }
}
