using System.Collections.Concurrent;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Jobs;

/// <summary>Jobs by themselves, in a folder of their own: what their commands do, a test says.</summary>
internal sealed class JobServer : IAsyncDisposable
{
    private static readonly TimeSpan longest = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("crm-jobs-").FullName;
    private QuartzJobs? _jobs;

    /// <summary>The clock.</summary>
    public ShiftedClock Clock { get; } = new();

    /// <summary>Their store; a file of the folder unless said otherwise.</summary>
    public JobStore? Store { get; init; }

    /// <summary>What a command does; answers its exit code.</summary>
    public Func<string, CancellationToken, int> Does { get; set; } = (_, _) => 0;

    /// <summary>How long a stop waits.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The commands that were run, in order.</summary>
    public ConcurrentQueue<string> Ran { get; } = [];

    /// <summary>What was said.</summary>
    public ConcurrentQueue<string> Said { get; } = [];

    /// <summary>The jobs; started.</summary>
    public IJobs Jobs => _jobs!;

    /// <summary>What they did.</summary>
    public JobHistory History => new(StoreOf(), "shop", Clock);

    /// <summary>A job of a name.</summary>
    public static Job Job(string name, string? cron = null, string? after = null) => new(name, JobWork.Run, [new([name], default)], new SourceLocation("crm.yaml", 1, 1))
    {
        Cron = cron,
        After = after,
    };

    /// <summary>Starts them, as a server that starts does.</summary>
    public async Task Start(params Job[] jobs)
    {
        _jobs = await QuartzJobs.Start("shop", jobs, StoreOf(), Run, new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), Grace), Said.Enqueue, Clock);
        await _jobs.Begin();
    }

    /// <summary>Stops them.</summary>
    public async Task Stop()
    {
        if (_jobs is not null)
        {
            await _jobs.DisposeAsync();
            _jobs = null;
        }
    }

    /// <summary>Waits until so many runs have ended.</summary>
    public Task<IReadOnlyList<JobRun>> Ended(int count) => Until(() => History.List(null, 100), runs => runs.Count(r => r.Ended is not null) >= count);

    /// <summary>Lets minutes pass, two a second, until something holds.</summary>
    public Task<T> Pass<T>(Func<T> look, Func<T, bool> holds)
    {
        var looks = 0;
        return Until(
            () =>
            {
                Clock.Shift(++looks % 10 == 0 ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
                return look();
            },
            holds);
    }

    /// <summary>Waits until something holds.</summary>
    public async Task<T> Until<T>(Func<T> look, Func<T, bool> holds)
    {
        using var limit = new CancellationTokenSource(longest);
        while (true)
        {
            var seen = look();
            if (holds(seen))
            {
                return seen;
            }

            Assert.That(limit.IsCancellationRequested, Is.False, $"it did not come to that; said: {string.Join(" | ", Said)}; runs: {string.Join(" | ", History.List(null, 20))}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private JobStore StoreOf() => Store ?? JobStore.InFile(_folder);

    private int Run(IReadOnlyList<string> arguments, Stream output, TextWriter error, CancellationToken cancellation)
    {
        var name = arguments[^1];
        error.WriteLine($"{name} was here");
        Ran.Enqueue(name);
        return Does(name, cancellation);
    }
}
