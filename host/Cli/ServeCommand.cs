using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Host.Web.Api;
using Crm.Analytics.Host.Web.Commands;
using Crm.Analytics.Host.Web.Pages;
using Crm.Analytics.Host.Web.Status;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm serve</c>: keeps the warehouse open for reports, questions over HTTP, pushed events and the commands of other processes.</summary>
internal static class ServeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "serve";

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
        var standby = new Option<bool>("--standby") { Description = "While another server has the warehouse, wait; take over when it is gone" };
        var format = new Option<string>("--log-format") { Description = "What is said on standard error: text, or json (a document a line)", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        return new Command(Name, "Keep the warehouse open: reports in a browser on this machine, answers over HTTP, pushed events loaded every few seconds, jobs at their times; until Ctrl+C") { port, standby, format }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            using var telemetry = TelemetryExport.Start(Composition.Version);
            context = parsed.GetValue(format) == "json" ? context.Saying(new LogLines(context.Error, TimeProvider.System)) : context;
            if (parsed.GetValue(standby))
            {
                Standby.Wait(context, project, parsed.GetValue(port)).GetAwaiter().GetResult();
            }

            return Serve(context, project, parsed.GetValue(port));
        });
    }

    /// <summary>Serves until the command is asked to stop.</summary>
    public static int Serve(CommandContext context, Project project, int port)
    {
        ServeAsync(context, project, port).GetAwaiter().GetResult();
        return 0;
    }

    private static async Task ServeAsync(CommandContext context, Project project, int port)
    {
        using var served = Composition.OpenToServe(project, context, "crm serve");
        await using var push = await PushEndpoint.Open(project, Composition.SecretsOf(project), TimeProvider.System);
        var commands = new CommandEndpoint(served, CommandLine.Run, context.Cancellation);
        var questions = new Questions(served, project, e => context.Error.WriteLine(context.Verbose ? e.ToString() : $"a question failed: {e.Message}"));
        var store = new AccessStore(project.Folder, TimeProvider.System);
        var gate = new Gate(store, ProxyOf(project), Enum.Parse<AccessRole>(project.Settings.PersonalFor, ignoreCase: true), project.Settings.Server.OpenId is not null);
        await using var provider = OpenIdOf(project, store);
        var audit = new AuditTrail(new AuditLog(project.Folder, TimeProvider.System), gate);
        await using var jobs = await JobsOfProject.Start(project, (arguments, output, error, stop) =>
            CommandLine.Run([.. arguments, "--wait", "86400"], output, error, stop, new CommandOrigin(served, project.Folder, true) { Through = "job" }), context.Error.WriteLine);
        served.Jobs = jobs;
        var site = new Site(project, served, asker => MayReadFiles(project, asker), TimeProvider.System);
        IReadOnlyList<IWebArea> areas =
        [
            commands, .. push is null ? [] : new IWebArea[] { push }, Audited(new ApiArea(questions, gate.AskerOf, new RowAnswers(questions, Composition.OutOf(project)))),
            .. provider is null ? [] : new IWebArea[] { Audited(provider) }, Audited(new SignInArea(store, TimeProvider.System, provider?.Prefix)), Audited(new PagesArea(site, gate, questions.Tell)),
            .. ServerAreas.Of(project, served, jobs).Select(area => Audited(new GuardedArea(area, gate))),
        ];
        await using var server = await ReportServer.StartAsync(Composition.OutOf(project), port, project.Settings.Server, context.Cancellation, Elsewhere, areas);
        served.Announce(new(server.Address, commands.Token));
        Say(context, server, push);
        await jobs.Begin();
        ServiceNotice.Ready();
        await using var stopping = context.Cancellation.Register(ServiceNotice.Stopping);
        if (push is not null)
        {
            await new MicroBatches(push, stop => Load(project, served, stop), context.Error.WriteLine, TimeProvider.System).Run(context.Cancellation);
            return;
        }

        var stopped = new TaskCompletionSource();
        await using var registration = context.Cancellation.Register(stopped.SetResult);
        await stopped.Task;

        IWebArea Audited(IWebArea area) => new AuditedArea(area, audit);

        string? Elsewhere(HttpContext http)
        {
            audit.Watch(http);
            return ServeCommand.Elsewhere(project, gate, http);
        }
    }

    /// <summary>
    /// Whether somebody may see the written reports. They show what the owner sees, so where access policies narrow what others see, they are the
    /// administrators' alone, and who may not see who persons are sees none.
    /// </summary>
    private static bool MayReadFiles(Project project, Asker asker)
        => asker.Role == AccessRole.Administrator || (!asker.MasksPersonal && project.Catalogue.Cubes.Values.All(c => c.AccessPolicies.Count == 0));

    /// <summary>Where somebody is led who may not see the written reports; null for who may.</summary>
    private static string? Elsewhere(Project project, Gate gate, HttpContext context)
        => gate.AskerOf(context) is { } asker && MayReadFiles(project, asker) ? null : SignInArea.Before(context.Request.Path);

    private static TrustedProxy? ProxyOf(Project project) => project.Settings.Server.Proxy is { } proxy
        ? new(proxy, proxy.Secret is { } secret ? Composition.SecretsOf(project).Resolve(secret) : null) : null;

    private static OpenIdArea? OpenIdOf(Project project, AccessStore store) => project.Settings.Server.OpenId is not { } settings ? null
        : new(settings, settings.ClientSecret is { } secret ? Composition.SecretsOf(project).Resolve(secret) : null, store);

    private static void Say(CommandContext context, ReportServer server, PushEndpoint? push)
    {
        if (context.Json)
        {
            context.Error.WriteLine(server.Address);
            return;
        }

        context.WriteLine($"Reports: {server.Address} (Ctrl+C ends)");
        context.WriteLine($"Answers: {server.Address}v1/load, described by {server.Address}v1/openapi.json");
        if (push is not null)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Events:  POST {server.Address}v1/push/SOURCE/STREAM for {string.Join(", ", push.Ends.Keys.Select(k => $"{k.Source}/{k.Stream}"))}; loaded every {push.Every.TotalSeconds:0} s"));
        }

        context.Out.Flush();
    }

    /// <summary>A run of the push sources alone, if no other run is on.</summary>
    private static void Load(Project project, ServedWarehouse served, CancellationToken cancellation)
    {
        var context = new CommandContext(Stream.Null, TextWriter.Null, cancellation) { Wait = TimeSpan.Zero, Served = served };
        Composition.Run(project with { Sources = PushEndpoint.SourcesOf(project) }, context, "crm serve", new RunRequest(), null);
    }
}
