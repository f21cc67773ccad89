using System.Diagnostics;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Recovery.Child;

/// <summary>A whole run of a project that kills its own process, without a chance to tidy up, when it reports for the given time.</summary>
internal static class RunToStep
{
    public static void Execute(string folder, int step) => Execute(folder, new KillAt(step));

    private static void Execute(string folder, KillAt progress)
    {
        var project = ProjectReader.ReadOrThrow(folder, StandardConnectors.Options);
        var landing = Path.Combine(folder, "landing");
        Directory.CreateDirectory(landing);
        using var warehouse = DuckDbInstance.OpenWarehouse(
            new WarehouseOptions(Path.Combine(folder, project.Settings.Warehouse)) { AllowedDirectories = [landing], Threads = 2 });
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
        using var session = warehouse.Connect();
        var environment = new RunEnvironment(
            session, scratch, new LandingStore(landing), StandardConnectors.All, new Secrets(folder, _ => null), [new LastStep()], "test", TimeProvider.System);
        new EtlRun(project, environment, progress).Execute();
    }

    private sealed class KillAt(int step) : IProgress<RunProgress>
    {
        private int reports;

        public void Report(RunProgress value)
        {
            Console.WriteLine($"step {++reports} {value.Step}");
            Console.Out.Flush();
            if (reports == step)
            {
                Process.GetCurrentProcess().Kill();
                Process.GetCurrentProcess().WaitForExit();
            }
        }
    }

    /// <summary>Stands where models stand, so that a kill can strike after the facts and before the commit.</summary>
    private sealed class LastStep : IRunStep
    {
        public string Name => "score nothing";

        public long Execute(RunStepContext context) => 0;
    }
}
