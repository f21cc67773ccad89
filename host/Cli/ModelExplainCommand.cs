using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Models.Explanations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm model explain</c>: why a customer has these scores.</summary>
internal static class ModelExplainCommand
{
    public static Command Create()
    {
        var customer = new Argument<string>("CUSTOMER") { Description = "The customer's id, as customer.id has it" };
        return new Command("explain", "Tell why a customer has the scores of the newest run") { customer }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            using var warehouse = Composition.OpenToRead(project, context);
            using var session = warehouse.Instance.Connect();
            FitResultText.WriteEither(context, CustomerExplanation.Of(session, parsed.GetValue(customer)!, context.Cancellation));
            return 0;
        });
    }
}
