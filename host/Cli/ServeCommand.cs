using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Host.Web;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm serve</c>: the written reports in a browser on this machine.</summary>
internal static class ServeCommand
{
    /// <summary>The port option, which `demo --serve` has too.</summary>
    public static Option<int> Port() => new("--port")
    {
        Description = "Port on 127.0.0.1 (default: a free one)",
        HelpName = "N",
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && !(int.TryParse(result.Tokens[0].Value, out var port) && port is >= 0 and <= 65_535))
                {
                    result.AddError($"--port: found '{result.Tokens[0].Value}'. Expected a number from 0 to 65535.");
                }
            },
        },
    };

    public static Command Create()
    {
        var port = Port();
        return new Command("serve", "Show the written reports in a browser on this machine, until Ctrl+C") { port }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            return Serve(context, Composition.OutOf(project), parsed.GetValue(port));
        });
    }

    /// <summary>Serves until the command is asked to stop.</summary>
    public static int Serve(CommandContext context, string folder, int port)
    {
        ServeAsync(context, folder, port).GetAwaiter().GetResult();
        return 0;
    }

    private static async Task ServeAsync(CommandContext context, string folder, int port)
    {
        await using var server = await ReportServer.StartAsync(folder, port, context.Cancellation);
        if (context.Json)
        {
            context.Error.WriteLine(server.Address);
        }
        else
        {
            context.WriteLine($"Reports: {server.Address} (Ctrl+C ends)");
            await context.Out.FlushAsync(CancellationToken.None);
        }

        var stopped = new TaskCompletionSource();
        await using var registration = context.Cancellation.Register(stopped.SetResult);
        await stopped.Task;
    }
}
