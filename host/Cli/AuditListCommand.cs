using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Terminal;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm audit list</c>: who did what.</summary>
internal static class AuditListCommand
{
    public static Command Create()
    {
        var who = new Option<string?>("--who") { Description = "Of this user, token or account", HelpName = "NAME" };
        var did = new Option<string?>("--did") { Description = "Only this, e.g. query, sign-in, erase", HelpName = "WHAT" };
        var of = new Option<string?>("--of") { Description = "Only what was done with this value, e.g. a customer, which the log knows as a pseudonym", HelpName = "VALUE" };
        var limit = new Option<int>("--limit") { Description = "Most entries, the newest (default: 50)", HelpName = "N", DefaultValueFactory = _ => 50 };
        return new Command("list", "Show who saw, exported, changed and erased what") { who, did, of, limit }.Does((context, parsed) =>
        {
            Composition.ReadProject(context.ProjectFolder);
            var log = new AuditLog(context.ProjectFolder, TimeProvider.System);
            var (name, what, value) = (parsed.GetValue(who), parsed.GetValue(did), parsed.GetValue(of) is { } text ? log.Pseudonym(text) : null);
            var entries = AuditVerification.Entries(log)
                .Where(e => (name is null || e.Fact.Who == name) && (what is null || e.Fact.Did == what) && (value is null || e.Fact.What.Contains(value, StringComparison.Ordinal)))
                .TakeLast(Math.Max(0, parsed.GetValue(limit)));
            Write(context, [.. entries]);
            return 0;
        });
    }

    private static void Write(CommandContext context, IReadOnlyList<AuditEntry> entries)
    {
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("entries");
                foreach (var (number, at, fact, _) in entries)
                {
                    AuditEntry.WriteFields(json, number, at, fact);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        var table = new TextTable(new("Entry", IsNumber: true), new("When (UTC)"), new("Who"), new("Through"), new("Did"), new("What"), new("Ended"));
        foreach (var (number, at, fact, _) in entries)
        {
            table.Add(number.ToString(CultureInfo.InvariantCulture), JobsCommand.Text(at), fact.Who, fact.Through, fact.Did, fact.What, fact.Ended);
        }

        table.WriteTo(context);
    }
}
