using System.Globalization;

namespace Crm.Analytics.Tests.Jobs;

/// <summary>A clock that goes on as the machine's does, but shows another time: what happens when somebody sets it.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _ticks;

    /// <summary>Sets it.</summary>
    public void Set(string moment) => Interlocked.Exchange(ref _ticks, (DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture) - System.GetUtcNow()).Ticks);

    /// <summary>Sets it forward, or back.</summary>
    public void Shift(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _ticks));
}
