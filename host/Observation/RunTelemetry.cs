using System.Diagnostics;
using Crm.Analytics.Etl;

namespace Crm.Analytics.Host.Observation;

/// <summary>Tells traces and metrics of a run and of its steps, once they are known.</summary>
internal static class RunTelemetry
{
    /// <summary>Tells of a run that has ended.</summary>
    /// <param name="summary">What it did.</param>
    /// <param name="took">How long it took.</param>
    /// <param name="ended">When it ended.</param>
    public static void Tell(RunSummary summary, TimeSpan took, DateTimeOffset ended)
    {
        Telemetry.RunEnded(summary.Published, took);
        Telemetry.Records("loaded", summary.Counts.Loaded);
        Telemetry.Records("unchanged", summary.Counts.Unchanged);
        Telemetry.Records("quarantined", summary.Counts.Quarantined);
        Activity.Current?.SetTag("crm.run", summary.Run).SetTag("crm.run.published", summary.Published);
        var at = ended - took;
        foreach (var step in summary.Steps)
        {
            Telemetry.StepEnded(step.Step, step.Seconds);
            var end = at + TimeSpan.FromSeconds(step.Seconds);

            // Steps follow each other; only reading goes on side by side, so that their places are near the truth and their lengths are exact.
            using var activity = Telemetry.Source.StartActivity(ActivityKind.Internal, startTime: at, name: step.Step);
            activity?.SetTag("crm.rows", step.Rows).SetEndTime(end.UtcDateTime);
            at = end;
        }
    }
}
