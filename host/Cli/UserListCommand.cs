using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Terminal;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm user list</c> and <c>crm token list</c>: who may use the server.</summary>
internal static class UserListCommand
{
    public static Command Create() => new Command("list", "Show who may sign in").Does((context, _) => Write(context, "users", AccessOptions.Store(context).Users()));

    /// <summary>Writes users or tokens.</summary>
    public static int Write(CommandContext context, string kind, IReadOnlyList<AccessStore.Entry> entries)
    {
        if (context.Json)
        {
            WriteJson(context, kind, entries);
            return 0;
        }

        if (entries.Count == 0)
        {
            context.WriteLine($"No {kind}; while there are no users and no tokens, the server is open to this machine and closed to all others.");
            return 0;
        }

        var table = new TextTable(new("Name"), new("Role"), new("Groups and attributes"), new("Made (UTC)"), new("Ends (UTC)"), new("Last used (UTC)"));
        foreach (var entry in entries)
        {
            table.Add(entry.Name, entry.Asker.Role.ToString().ToLowerInvariant(), AccessOptions.Text(entry.Asker), Text(entry.Created), Text(entry.Expires), Text(entry.Used));
        }

        table.WriteTo(context);
        return 0;
    }

    private static void WriteJson(CommandContext context, string kind, IReadOnlyList<AccessStore.Entry> entries) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray(kind);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            json.WriteString("role", entry.Asker.Role.ToString().ToLowerInvariant());
            json.WriteString("access", AccessOptions.Text(entry.Asker));
            json.WriteString("created", entry.Created);
            if (entry.Expires is { } expires)
            {
                json.WriteString("expires", expires);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Text(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";
}
