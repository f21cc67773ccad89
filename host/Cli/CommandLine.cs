using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using System.Text;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;

namespace Crm.Analytics.Host.Cli;

/// <summary>The command line: all commands, what they share, and how they end.</summary>
internal static class CommandLine
{
    /// <summary>Every command. A new one is a file in this folder and a line here.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Crm.Analytics: load, ask, score, report.")
        {
            InitCommand.Create(),
            DemoCommand.Create(),
            GenerateCommand.Create(),
            CheckCommand.Create(),
            new Command("source", "The sources of a project: look at them, and add new ones")
            {
                SourceListCommand.Create(), SourceNewCommand.Create(), SourceTestCommand.Create(), SourcePreviewCommand.Create(), SourceProfileCommand.Create(),
            },
            RunCommand.Create(),
            RunsCommand.Create(),
            new Command("quarantine", "The records that were not loaded, and why") { QuarantineListCommand.Create(), QuarantineShowCommand.Create(), QuarantineReplayCommand.Create() },
            LineageCommand.Create(),
            QueryCommand.Create(),
            DrillCommand.Create(),
            new Command("rollup", "Stored coarser grains of cubes") { RollupSuggestCommand.Create() },
            new Command("model", "Models of customers: lifetime value, churn, segments, forecasts")
            {
                ModelListCommand.Create(), ModelFitCommand.Create(), ModelScoreCommand.Create(), ModelValidateCommand.Create(), ModelExplainCommand.Create(),
            },
            new Command("report", "The reports of a project")
            {
                ReportListCommand.Create(), ReportNewCommand.Create(), ReportChoicesCommand.Create(), ReportRunCommand.Create(), ReportDeliverCommand.Create(),
                ReportDeliveriesCommand.Create(), ReportRerunCommand.Create(),
            },
            new Command("warehouse", "The warehouse on a cluster") { WarehouseCopyCommand.Create() },
            ServeCommand.Create(),
            JobsCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            new Command("customer", "The customers that records became") { CustomerShowCommand.Create(), CustomerReportCommand.Create(), CustomerDecisionCommand.CreateMerge(), CustomerDecisionCommand.CreateSplit() },
            new Command("identity", "Which records are one customer") { IdentityEvaluateCommand.Create() },
            new Command("user", "Who may sign in to the server") { UserAddCommand.Create(), UserListCommand.Create(), UserPasswordCommand.Create(), UserRemoveCommand.Create() },
            new Command("token", "Which programs may ask the server") { TokenCreateCommand.Create(), TokenListCommand.Create(), TokenRevokeCommand.Create() },
            EraseCommand.Create(),
            EncryptCommand.Create(),
            new Command("audit", "Who saw, exported, changed and erased what") { AuditListCommand.Create(), AuditVerifyCommand.Create() },
            DoctorCommand.Create(),
            SharedOptions.Project,
            SharedOptions.Json,
            SharedOptions.Verbose,
            SharedOptions.Wait,
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new CommandHelp((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>The exit code: 0 done, 1 failed or stopped, 2 wrong use, 3 checks or data rules failed, 4 busy.</returns>
    public static int Run(string[] args)
    {
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = Encoding.UTF8;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var output = new StandardOutput(Console.OpenStandardOutput());
        return Run(args, output, Console.Error, stop.Token);
    }

    /// <summary>Runs the command that the arguments name, with the given ends.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="error">Where all else goes.</param>
    /// <param name="cancellation">Asks the command to stop.</param>
    /// <param name="origin">Where it comes from, when another process sent it.</param>
    public static int Run(string[] args, Stream output, TextWriter error, CancellationToken cancellation, CommandOrigin? origin = null)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return WrongUse.Say(parsed, error);
        }

        var context = new CommandContext(output, error, cancellation)
        {
            ProjectOption = parsed.GetValue(SharedOptions.Project),
            Json = parsed.GetValue(SharedOptions.Json),
            Verbose = parsed.GetValue(SharedOptions.Verbose),
            Wait = TimeSpan.FromSeconds(parsed.GetValue(SharedOptions.Wait) ?? 60),
            Served = origin?.Served,
            WorkingFolder = origin?.Folder ?? Environment.CurrentDirectory,
            IsRedirected = origin?.Redirected ?? Console.IsOutputRedirected,
        };
        try
        {
            return parsed.Action is CommandAction action
                ? AuditedCommands.Noted(context, parsed, origin, action.Run(context, parsed))
                : parsed.Invoke(new InvocationConfiguration { Output = context.Out, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (ServedElsewhereException served) when (origin is null && !context.HasAnswered && parsed.CommandResult.Command.Name != ServeCommand.Name)
        {
            return Forward(served, args, output, context);
        }
        catch (Exception e)
        {
            return AuditedCommands.Noted(context, parsed, origin, ErrorText.Say(e, context));
        }
        finally
        {
            context.Out.Flush();
        }
    }

    private static int Forward(ServedElsewhereException served, string[] args, Stream output, CommandContext context)
    {
        try
        {
            return ForwardedCommand.Run(served.At, new(args, context.WorkingFolder, context.IsRedirected), output, context.Error, context.Cancellation);
        }
        catch (Exception e)
        {
            return ErrorText.Say(e, context);
        }
    }

    // The first signal asks the command to stop; a second one is not held back.
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
