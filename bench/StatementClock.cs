using System.Diagnostics;
using System.Reflection;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>Counts the seconds that some of a session's statements take.</summary>
internal class StatementClock : DispatchProxy
{
    private ISession session = null!;
    private Func<string, bool> counts = null!;

    /// <summary>Seconds so far.</summary>
    public double Seconds { get; private set; }

    /// <summary>A clock, and the session to work with.</summary>
    public static StatementClock Over(ISession session, Func<string, bool> counts, out ISession timed)
    {
        timed = Create<ISession, StatementClock>();
        var clock = (StatementClock)(object)timed;
        (clock.session, clock.counts) = (session, counts);
        return clock;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return targetMethod!.Invoke(session, args);
        }
        finally
        {
            if (args is [string sql, ..] && counts(sql))
            {
                Seconds += watch.Elapsed.TotalSeconds;
            }
        }
    }
}
