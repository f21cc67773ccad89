using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report deliver</c>: sends reports where their declarations say, once, now.</summary>
internal static class ReportDeliverCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("NAME") { Description = "Reports (default: all that are declared to go somewhere)", Arity = ArgumentArity.ZeroOrMore };
        var delivery = new Option<string?>("--delivery") { Description = "One of its deliveries (default: all)", HelpName = "NAME" };
        return new Command("deliver", "Send reports where they are declared to go: folder, e-mail, webhook; to each recipient their rows") { names, delivery }
            .Does((context, parsed) => Run(context, parsed.GetValue(names) ?? [], parsed.GetValue(delivery)));
    }

    private static int Run(CommandContext context, IReadOnlyList<string> names, string? delivery)
    {
        if (delivery is not null && names.Count != 1)
        {
            throw new CrmException(FailureKind.WrongUse, $"--delivery {delivery} with {names.Count} reports", "crm report deliver", "the one report that it is a delivery of", "Name the report");
        }

        var outcomes = ReportDeliveries.Deliver(Composition.ReadProject(context.ProjectFolder), context, names, delivery);
        if (context.Json)
        {
            WriteJson(context, outcomes);
        }
        else if (outcomes.Count == 0)
        {
            context.WriteLine("No report is declared to go anywhere.");
        }
        else
        {
            foreach (var outcome in outcomes.Where(o => o.State != DeliveryState.Failed))
            {
                context.WriteLine($"{Name(outcome)}: {Word(outcome.State)}: {outcome.Said}");
            }
        }

        foreach (var failed in outcomes.Where(o => o.State == DeliveryState.Failed))
        {
            context.Error.WriteLine($"crm: {Name(failed)} failed: {failed.Said}");
        }

        return outcomes.Any(o => o.State == DeliveryState.Failed) ? (int)FailureKind.Failed
            : outcomes.Any(o => o.State == DeliveryState.Waiting) ? (int)FailureKind.Busy : 0;
    }

    private static string Name(DeliveryOutcome outcome) => $"{outcome.Report}/{outcome.Delivery}" + (outcome.Value is { } value ? $" ({value})" : "");

    private static string Word(DeliveryState state) => state switch
    {
        DeliveryState.Delivered => "delivered",
        DeliveryState.NotDue => "not due",
        DeliveryState.ToldAlready => "told already",
        DeliveryState.Waiting => "waiting",
        _ => "failed",
    };

    private static void WriteJson(CommandContext context, IReadOnlyList<DeliveryOutcome> outcomes) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("deliveries");
        foreach (var outcome in outcomes)
        {
            json.WriteStartObject();
            json.WriteString("report", outcome.Report);
            json.WriteString("delivery", outcome.Delivery);
            json.WriteString("value", outcome.Value);
            json.WriteString("state", Word(outcome.State));
            json.WriteString("said", outcome.Said);
            if (outcome.Id is { } id)
            {
                json.WriteNumber("id", id);
            }

            json.WriteStartArray("files");
            foreach (var file in outcome.Files)
            {
                FileJson.Write(json, file.Format, file.Name, file.Bytes, file.Sha256, file.Rows);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
