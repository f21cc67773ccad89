using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Privacy;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm encrypt</c>: brings the project's files to what crm.yaml says of encryption.</summary>
internal static class EncryptCommand
{
    public static Command Create()
    {
        var newKey = new Option<bool>("--new-key") { Description = "Make a new key first; the former one opens nothing afterwards" };
        return new Command("encrypt", "Encrypt warehouse and landing, or write them in the clear again, as privacy: {encrypt: …} in crm.yaml says") { newKey }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            var outcome = Encrypting.Run(project, context, parsed.GetValue(newKey));
            if (context.Json)
            {
                context.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteBoolean("encrypted", outcome.IsEncrypted);
                    json.WriteBoolean("newKey", outcome.IsNewKey);
                    json.WriteBoolean("warehouse", outcome.Warehouse);
                    json.WriteNumber("landed", outcome.Landed);
                    json.WriteNumber("pushed", outcome.Pushed);
                    json.WriteEndObject();
                });
                return 0;
            }

            context.WriteLine(outcome.IsEncrypted ? "Warehouse, landing and pushed events are encrypted, and what is set down on disk meanwhile." : "Warehouse, landing and pushed events are in the clear.");
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Written anew: {outcome.Landed:N0} landed batches, {(outcome.Warehouse ? "the warehouse" : "the warehouse not")}."));
            if (outcome.IsEncrypted)
            {
                context.WriteLine($"The key is {DataKeys.Name}: keep a copy where neither the project nor its backups are. Without it nobody can read the data.");
            }

            return 0;
        });
    }
}
