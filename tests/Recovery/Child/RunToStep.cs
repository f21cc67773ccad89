using System.Diagnostics;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Recovery.Child;

/// <summary>A whole run of a project that kills its own process, without a chance to tidy up; it tells each report on a line, and at last that it ended.</summary>
internal static class RunToStep
{
    /// <summary>Dies when it reports for the given time.</summary>
    public static void Execute(string folder, int report) => Execute(folder, new KillAt((count, _) => count == report));

    /// <summary>Dies when a step begins.</summary>
    public static void ExecuteTo(string folder, string step) => Execute(folder, new KillAt((_, s) => s == step));

    /// <summary>Dies so many milliseconds after the run began, wherever it is; negative for never.</summary>
    public static void ExecuteFor(string folder, int milliseconds) => Execute(folder, new KillAt((_, _) => false), milliseconds);

    private static void Execute(string folder, KillAt progress, int milliseconds = -1)
    {
        var project = ProjectReader.ReadOrThrow(folder, StandardConnectors.Options);
        var landing = Path.Combine(folder, "landing");
        Directory.CreateDirectory(landing);
        using (var warehouse = DuckDbInstance.OpenWarehouse(
            new WarehouseOptions(Path.Combine(folder, project.Settings.Warehouse)) { AllowedDirectories = [landing], Threads = 2 }))
        using (var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 }))
        using (var session = warehouse.Connect())
        {
            var environment = new RunEnvironment(
                session, scratch, new LandingStore(landing), StandardConnectors.All, new Secrets(folder, _ => null), [new LastStep()], "test", TimeProvider.System);
            var clock = Stopwatch.StartNew();
            using var timer = new Timer(_ => Die(), null, milliseconds < 0 ? Timeout.Infinite : milliseconds, Timeout.Infinite);
            new EtlRun(project, environment, progress).Execute();
            Say($"ended {clock.ElapsedMilliseconds}");
        }
    }

    private static void Say(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        self.WaitForExit();
    }

    private sealed class KillAt(Func<int, string, bool> isTime) : IProgress<RunProgress>
    {
        private int reports;

        public void Report(RunProgress value)
        {
            Say($"step {++reports} {value.Step}");
            if (isTime(reports, value.Step))
            {
                Die();
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
