using System.CommandLine;
using System.CommandLine.Parsing;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary>Which commands the audit log tells of, and how: by the command, its options, and pseudonyms of what may be personal.</summary>
internal static class AuditedCommands
{
    /// <summary>Commands that show data.</summary>
    private static readonly HashSet<string> see = new(StringComparer.Ordinal)
    {
        "query", "drill", "lineage", "customer show", "customer report", "quarantine list", "quarantine show", "source preview", "source profile", "report run", "report choices",
        "model explain", "backup", "audit list",
    };

    /// <summary>Commands that change something.</summary>
    private static readonly HashSet<string> change = new(StringComparer.Ordinal)
    {
        "run", "quarantine replay", "customer merge", "customer split", "model fit", "model score", "report deliver", "report rerun", "jobs run", "jobs pause", "jobs resume", "jobs cancel",
        "restore", "erase", "encrypt", "user add", "user password", "user remove", "token create", "token revoke", "serve",
    };

    /// <summary>Options whose values are words of the declarations or of this program, never of the data.</summary>
    private static readonly HashSet<string> plain = new(StringComparer.Ordinal)
    {
        "--measures", "--dimensions", "--segments", "--order", "--limit", "--offset", "--across", "--totals", "--as-of", "--as-of-run", "--run", "--role", "--group", "--days", "--source",
        "--stream", "--format", "--delivery", "--rule", "--language", "--print", "--csv", "--png", "--time", "--explain", "--column", "--list", "--verify", "--dry-run", "--replay",
        "--model", "--force", "--missing", "--standby", "--new-key", "--port", "--log-format", "--plain",
    };

    private static readonly Option[] shared = [SharedOptions.Project, SharedOptions.Json, SharedOptions.Verbose, SharedOptions.Wait];

    /// <summary>Commands whose arguments are names of declarations, users or tokens.</summary>
    private static readonly string[] named = ["report ", "jobs ", "user ", "token ", "model ", "source "];

    /// <summary>Notes what a command did and answers its exit code.</summary>
    public static int Noted(CommandContext context, ParseResult parsed, CommandOrigin? origin, int code)
    {
        var path = PathOf(parsed.CommandResult);
        var isChange = change.Contains(path);
        if ((!isChange && !see.Contains(path)) || !File.Exists(Path.Combine(context.ProjectFolder, "crm.yaml")))
        {
            return code;
        }

        try
        {
            var log = new AuditLog(context.ProjectFolder, TimeProvider.System);
            log.Append(new(origin?.Who ?? Environment.UserName, origin?.Through ?? "console", path, What(parsed, path, log), code.ToString(System.Globalization.CultureInfo.InvariantCulture)), isChange);
            return code;
        }
        catch (Exception e) when (e is CrmException or IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"warning: {(e as CrmException)?.Found ?? $"the audit log cannot be written ({e.Message})"}; this command is not in it");
            return code;
        }
    }

    private static string What(ParseResult parsed, string path, AuditLog log)
    {
        var isNamed = named.Any(n => path.StartsWith(n, StringComparison.Ordinal));
        var parts = parsed.CommandResult.Children.Select(child => child switch
        {
            ArgumentResult { Tokens.Count: > 0 } argument => Text(argument.Tokens, isNamed, log),
            OptionResult option when shared.Contains(option.Option) => null,
            OptionResult { Implicit: false } option when option.Tokens.Count == 0 => option.Option.Name,
            OptionResult { Implicit: false } option => $"{option.Option.Name} {Text(option.Tokens, plain.Contains(option.Option.Name), log)}",
            _ => null,
        });
        return string.Join(' ', parts.OfType<string>());
    }

    private static string Text(IReadOnlyList<Token> tokens, bool isPlain, AuditLog log) => string.Join(' ', tokens.Select(t => isPlain ? t.Value : log.Pseudonym(t.Value)));

    private static string PathOf(CommandResult command) => command.Parent is CommandResult { Parent: not null } above ? $"{PathOf(above)} {command.Command.Name}" : command.Command.Name;
}
