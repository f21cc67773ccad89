using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host;

/// <summary>Reaches the jobs of a project: those of the server that this process is, or, where no server runs, their store.</summary>
internal static class JobsOfProject
{
    /// <summary>Where jobs and their history are kept.</summary>
    public static JobStore Store(Project project) => project.Settings.Server.Store is { } store
        ? JobStore.InPostgres(Composition.SecretsOf(project).Resolve(store), store.Where.ToString())
        : JobStore.InFile(project.Folder);

    /// <summary>What jobs did.</summary>
    public static JobHistory History(Project project) => new(Store(project), project.Settings.Name, TimeProvider.System);

    /// <summary>The jobs to be asked from a command.</summary>
    /// <param name="project">The project.</param>
    /// <param name="context">The command's.</param>
    /// <param name="command">Runs a command of the program.</param>
    /// <exception cref="ServedElsewhereException">A server keeps their times: the command goes there.</exception>
    public static IJobs Reach(Project project, CommandContext context, JobCommand command)
    {
        var path = Composition.WarehouseOf(project);
        if (context.Served is { Jobs: { } jobs } served && served.Path == path)
        {
            return jobs;
        }

        RunFile.ThrowIfServed(path);
        var history = History(project);
        return new IdleJobs(project.Settings.Jobs, history, new JobRunner(command, history, TimeProvider.System), TimeProvider.System, context.Cancellation);
    }

    /// <summary>Starts to keep the times of a project's jobs in a server.</summary>
    public static Task<QuartzJobs> Start(Project project, JobCommand command, Action<string> say) =>
        QuartzJobs.Start(project.Settings.Name, project.Settings.Jobs, Store(project), command, JobTiming.Default with { Look = project.Settings.Server.Look ?? JobTiming.Default.Look }, say, TimeProvider.System);

    /// <summary>The job of this name.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static Job Find(Project project, string name) => project.Settings.Jobs.FirstOrDefault(j => j.Name == name) ?? throw new CrmException(
        FailureKind.WrongUse, $"no job '{name}'", Path.Combine(project.Folder, "crm.yaml"),
        project.Settings.Jobs.Count == 0 ? "jobs, which this project has none of" : NearestName.Expected("a job of the project", name, [.. project.Settings.Jobs.Select(j => j.Name)]),
        project.Settings.Jobs.Count == 0 ? "Declare it under `jobs` in crm.yaml" : "Correct the name");
}
