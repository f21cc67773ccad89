using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Crm.Analytics.Host.Observation;

/// <summary>The traces and metrics of the program, under the name <c>Crm.Analytics</c>; they cost next to nothing while nobody listens.</summary>
internal static class Telemetry
{
    /// <summary>Name of the source of traces and of the meter.</summary>
    public const string Name = "Crm.Analytics";

    private static readonly Meter meter = new(Name);
    private static readonly Histogram<double> runs = meter.CreateHistogram<double>("crm.run.duration", "s", "Time a run took");
    private static readonly Histogram<double> steps = meter.CreateHistogram<double>("crm.run.step.duration", "s", "Time a step of a run took");
    private static readonly Counter<long> records = meter.CreateCounter<long>("crm.run.records", "{record}", "Records that runs read, by what became of them");
    private static readonly Histogram<double> queries = meter.CreateHistogram<double>("crm.query.duration", "s", "Time a question took");
    private static readonly Histogram<double> jobs = meter.CreateHistogram<double>("crm.job.duration", "s", "Time an attempt at a job took");

    /// <summary>Where activities begin.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>An attempt at a job ended.</summary>
    public static void JobEnded(string job, string state, TimeSpan took) => jobs.Record(took.TotalSeconds, new("crm.job", job), new("crm.job.state", state));

    /// <summary>A question was answered.</summary>
    public static void QueryEnded(string cube, TimeSpan took) => queries.Record(took.TotalSeconds, new KeyValuePair<string, object?>("crm.cube", cube));

    /// <summary>A run ended.</summary>
    public static void RunEnded(bool published, TimeSpan took) => runs.Record(took.TotalSeconds, new KeyValuePair<string, object?>("crm.run.published", published));

    /// <summary>A step of a run ended.</summary>
    public static void StepEnded(string step, double seconds) => steps.Record(seconds, new KeyValuePair<string, object?>("crm.run.step", step));

    /// <summary>Records were read.</summary>
    public static void Records(string outcome, long count)
    {
        if (count > 0)
        {
            records.Add(count, new KeyValuePair<string, object?>("crm.record.outcome", outcome));
        }
    }
}
