using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm quarantine show</c>: one record that was set aside, whole, with all its reasons.</summary>
internal static class QuarantineShowCommand
{
    public static Command Create()
    {
        var id = new Argument<long>("ID") { Description = "The number that `crm quarantine list` shows" };
        return new Command("show", "One record that was set aside, whole, with every reason") { id }.Does((context, parsed) => Run(context, parsed.GetValue(id)));
    }

    private static int Run(CommandContext context, long id)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        var sql = SqlFile.Beside(typeof(QuarantineListCommand));
        var reasons = session.Query<SetAsideRecord>(sql.Fill("records", ("filter", sql.Fill("same_record"))), new { id, limit = 1000 }, context.Cancellation);
        if (reasons.Count == 0)
        {
            throw new CrmException(
                FailureKind.WrongUse, $"no {id} in the quarantine", Composition.WarehouseOf(project), "a number that `crm quarantine list` shows",
                "It may have been loaded since: list again");
        }

        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("reasons");
                foreach (var reason in reasons)
                {
                    reason.Write(json);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        var first = reasons.First(r => r.QuarantineId == id);
        context.WriteLine($"{first.Source}/{first.Stream}, {first.Where} (run {first.RunId.ToString(CultureInfo.InvariantCulture)})");
        foreach (var reason in reasons)
        {
            context.WriteLine($"  {reason.Rule}: {reason.Reason}");
        }

        context.WriteLine();
        foreach (var line in Lines(first.Raw ?? ""))
        {
            context.WriteLine($"  {line}");
        }

        return 0;
    }

    /// <summary>The record's values one by one, where it could be read; else its text.</summary>
    private static IEnumerable<string> Lines(string raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return [.. document.RootElement.EnumerateObject().Select(p => $"{p.Name}: {(p.Value.ValueKind == JsonValueKind.Null ? "–" : p.Value.ToString())}")];
            }
        }
        catch (JsonException)
        {
            // What could not be read as a record is kept as it stands in the file.
        }

        return raw.Split('\n');
    }
}
