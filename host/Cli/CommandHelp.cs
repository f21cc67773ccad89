using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Crm.Analytics.Host.Cli;

/// <summary>Help: for the program, every command in one line each, inner ones included; for a command, the usual page.</summary>
internal sealed class CommandHelp(HelpAction page) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not RootCommand root)
        {
            return page.Invoke(parseResult);
        }

        var to = parseResult.InvocationConfiguration.Output;
        to.WriteLine($"{root.Description}{Environment.NewLine}{Environment.NewLine}Usage: crm COMMAND [options]{Environment.NewLine}");
        to.WriteLine("Commands:");
        var commands = Leaves(root, "").ToList();
        var width = commands.Max(c => c.Path.Length);
        foreach (var (path, command) in commands)
        {
            to.WriteLine($"  {path.PadRight(width)}  {command.Description}");
        }

        to.WriteLine($"{Environment.NewLine}Options of every command:");
        foreach (var option in root.Options)
        {
            var name = option.HelpName is null ? option.Name : $"{option.Name} {option.HelpName}";
            to.WriteLine($"  {name.PadRight(width)}  {option.Description}");
        }

        to.WriteLine($"{Environment.NewLine}Exit codes: 0 done, 1 failed or stopped, 2 wrong use, 3 checks or data rules failed, 4 busy.");
        to.WriteLine("`crm COMMAND --help` tells more.");
        return 0;
    }

    /// <summary>Every command that does something, with its full name.</summary>
    public static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) =>
        command.Subcommands.Count == 0
            ? [(path, command)]
            : command.Subcommands.SelectMany(c => Leaves(c, path.Length == 0 ? c.Name : $"{path} {c.Name}"));
}
