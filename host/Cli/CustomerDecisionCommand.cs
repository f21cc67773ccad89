using System.CommandLine;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Host.Terminal;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm customer merge</c> and <c>crm customer split</c>: what a person decides about customers, recorded and followed.</summary>
internal static class CustomerDecisionCommand
{
    public static Command CreateMerge()
    {
        var ids = new Argument<string[]>("ID") { Description = "Two or more customers, or records as SOURCE:ID", Arity = ArgumentArity.OneOrMore };
        var options = new Options();
        return options.On(new Command("merge", "Decide that customers are one; facts follow, and past runs still answer as they did") { ids }).Does((context, parsed) =>
            Decide(context, parsed, options, "crm customer merge", (session, story) => options.Decisions(session, parsed).Merge([.. parsed.GetValue(ids)!.Select(story.Find)])));
    }

    public static Command CreateSplit()
    {
        var id = new Argument<string>("ID") { Description = "The customer" };
        var records = new Argument<string[]>("RECORD") { Description = "Its records, as SOURCE:ID, that are another customer", Arity = ArgumentArity.OneOrMore };
        var options = new Options();
        return options.On(new Command("split", "Decide that records of a customer are another one; facts follow, and past runs still answer as they did") { id, records }).Does((context, parsed) =>
            Decide(context, parsed, options, "crm customer split", (session, story) => options.Decisions(session, parsed).Split(story.Find(parsed.GetValue(id)!), parsed.GetValue(records)!)));
    }

    private static int Decide(CommandContext context, ParseResult parsed, Options options, string doing, Action<ISession, CustomerStory> decide)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        Composition.Write(project, context, doing, session => decide(session, new CustomerStory(session, project.Catalogue)));
        if (parsed.GetValue(options.Later))
        {
            context.Error.WriteLine("Recorded; the next `crm run` follows it.");
            return 0;
        }

        var request = new RunRequest { IsDecided = true };
        RunCommand.Tell(context, RunCommand.Execute(project, context, doing, request), request);
        return 0;
    }

    private sealed class Options
    {
        private readonly Option<string> by = new("--by") { Description = "Who decides (default: the user of this computer)", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        private readonly Option<string?> note = new("--note") { Description = "Why", HelpName = "TEXT" };

        public Option<bool> Later { get; } = new("--later") { Description = "Only record it; the next run follows it" };

        public Command On(Command command)
        {
            command.Add(by);
            command.Add(note);
            command.Add(Later);
            return command;
        }

        public CustomerDecisions Decisions(ISession session, ParseResult parsed) =>
            new(session, parsed.GetValue(by)!, parsed.GetValue(note), new DateTime(DateTime.UtcNow.Ticks / 10 * 10, DateTimeKind.Unspecified));
    }
}
