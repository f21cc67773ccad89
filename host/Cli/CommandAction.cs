using System.CommandLine;
using System.CommandLine.Invocation;
using Crm.Analytics.Host.Terminal;

namespace Crm.Analytics.Host.Cli;

/// <summary>What a command does; <see cref="CommandLine"/> runs it with its context.</summary>
internal sealed class CommandAction(Func<CommandContext, ParseResult, int> run) : SynchronousCommandLineAction
{
    public int Run(CommandContext context, ParseResult parsed) => run(context, parsed);

    public override int Invoke(ParseResult parseResult) => throw new InvalidOperationException("a command runs through CommandLine.Run");
}

/// <summary>Makes commands.</summary>
internal static class Commands
{
    /// <summary>Says what the command does.</summary>
    public static Command Does(this Command command, Func<CommandContext, ParseResult, int> run)
    {
        command.Action = new CommandAction(run);
        return command;
    }
}
