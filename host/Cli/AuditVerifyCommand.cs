using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm audit verify</c>: whether the audit log is as it was written.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create()
    {
        var head = new Option<string?>("--head") { Description = "An entry noted before, as NUMBER:HASH, that the log must still have", HelpName = "N:HASH" };
        return new Command("verify", "Look whether nothing in the audit log was changed, taken out, moved or cut off") { head }.Does((context, parsed) =>
        {
            Composition.ReadProject(context.ProjectFolder);
            var findings = AuditVerification.Look(new AuditLog(context.ProjectFolder, TimeProvider.System), parsed.GetValue(head));
            Write(context, findings);
            return findings.Faults.Count == 0 ? 0 : (int)FailureKind.CheckFailed;
        });
    }

    private static void Write(CommandContext context, AuditFindings findings)
    {
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", findings.Faults.Count == 0);
                json.WriteNumber("entries", findings.Entries);
                json.WriteString("head", findings.Head);
                json.WriteStartArray("faults");
                foreach (var fault in findings.Faults)
                {
                    json.WriteStartObject();
                    json.WriteString("where", fault.Where);
                    json.WriteString("what", fault.What);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        foreach (var fault in findings.Faults)
        {
            context.WriteLine($"{fault.Where}: {fault.What}");
        }

        context.WriteLine(findings.Entries == 0 ? "No entries."
            : string.Create(CultureInfo.InvariantCulture, $"{findings.Entries:N0} entries, {findings.From?.UtcDateTime:yyyy-MM-dd HH:mm} to {findings.To?.UtcDateTime:yyyy-MM-dd HH:mm} UTC: ")
                + (findings.Faults.Count == 0 ? "all as they were written." : "not as they were written. Compare with the log in a backup."));
        context.WriteLine($"Head {findings.Head}");
    }
}
