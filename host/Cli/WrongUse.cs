using System.CommandLine;
using System.CommandLine.Parsing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary>Says what is wrong with a command line, with the nearest known name.</summary>
internal static class WrongUse
{
    public static int Say(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(parsed.CommandResult);
        var unknown = parsed.UnmatchedTokens;
        if (unknown.Count == 0)
        {
            foreach (var message in parsed.Errors.Select(e => e.Message).Distinct())
            {
                error.WriteLine($"crm: {message}");
            }
        }

        foreach (var token in unknown)
        {
            error.WriteLine($"crm: {Unknown(token, command, path)}");
        }

        error.WriteLine($"  next      See `{path} --help`");
        return (int)FailureKind.WrongUse;
    }

    private static string Unknown(string token, Command command, string path)
    {
        if (token.StartsWith('-'))
        {
            string[] options = [.. command.Options.Concat(SharedOf()).Where(o => !o.Hidden).Select(o => o.Name)];
            return $"'{token}' is not an option of `{path}`. Expected {NearestName.Expected("one of its options", token, options)}";
        }

        return command.Subcommands.Count > 0
            ? $"'{token}' is not a command of `{path}`. Expected {NearestName.Expected("one of its commands", token, [.. command.Subcommands.Select(c => c.Name)])}"
            : $"'{token}' was not expected. `{path}` takes {(command.Arguments.Count == 0 ? "options only" : "no more arguments")}";
    }

    private static IEnumerable<Option> SharedOf() =>
        [SharedOptions.Project, SharedOptions.Json, SharedOptions.Verbose, SharedOptions.Wait];

    private static string PathOf(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
        {
            names.Insert(0, command.Command is RootCommand ? "crm" : command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
