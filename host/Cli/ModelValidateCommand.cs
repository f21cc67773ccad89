using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Models.Explanations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm model validate</c>: what the newest scores stand on.</summary>
internal static class ModelValidateCommand
{
    public static Command Create() => new Command("validate", "Tell what the newest scores stand on: parameters, fit, errors on data that the models had not seen").Does((context, _) =>
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        FitResultText.WriteEither(context, ModelValidation.Of(session, context.Cancellation));
        return 0;
    });
}
