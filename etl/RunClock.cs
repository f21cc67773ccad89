using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>Times the steps of a run and tells their progress; for several threads.</summary>
/// <param name="clock">The clock.</param>
/// <param name="progress">Told what begins; null when nobody asks.</param>
internal sealed class RunClock(TimeProvider clock, IProgress<RunProgress>? progress)
{
    private readonly List<StepSummary> steps = [];
    private readonly Lock gate = new();

    /// <summary>The steps so far, in order.</summary>
    public IReadOnlyList<StepSummary> Done => steps;

    /// <summary>The moment, UTC, to the microsecond that the warehouse keeps.</summary>
    public DateTime Now => new(clock.GetUtcNow().UtcTicks / 10 * 10, DateTimeKind.Unspecified);

    /// <summary>Does a step that answers the rows it handled.</summary>
    public void Step(string name, Func<long> work) => steps.Add(Time(name, work));

    /// <summary>Does a step and answers what to say of it; for steps that run side by side.</summary>
    public StepSummary Time(string name, Func<long> work)
    {
        Report(name, null, 0);
        var start = clock.GetTimestamp();
        var rows = work();
        return new(name, rows, clock.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Notes steps that ran side by side.</summary>
    public void Add(IEnumerable<StepSummary> done) => steps.AddRange(done);

    /// <summary>Passes on how far a running step is.</summary>
    public void Report(string step, double? share, long rows, long rejects = 0)
    {
        if (progress is not null)
        {
            lock (gate)
            {
                progress.Report(new(step, share, rows, rejects));
            }
        }
    }

    /// <summary>Writes the steps to the log of the run.</summary>
    public void Write(RunLog log, int run)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            log.WriteStep(run, i + 1, steps[i].Step, steps[i].Rows, steps[i].Seconds);
        }
    }
}
