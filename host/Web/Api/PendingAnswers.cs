using System.Collections.Concurrent;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Answers that are being worked out: who asks the same meanwhile waits for the same work, and who was told to come again finds it. Work that nobody has
/// come for in a while is stopped.
/// </summary>
/// <param name="patience">How long one request waits.</param>
/// <param name="left">How long work goes on with nobody waiting.</param>
/// <param name="most">How many are worked out at a time; the others wait their turn.</param>
/// <param name="clock">The clock.</param>
internal sealed class PendingAnswers(TimeSpan patience, TimeSpan left, int most, TimeProvider clock)
{
    private readonly ConcurrentDictionary<AnswerKey, Work> _works = new();
    private readonly SemaphoreSlim _turns = new(most);
    private readonly TimeSpan _left = left;
    private readonly TimeProvider _clock = clock;

    /// <summary>The answer, or null when it takes longer than a request waits; then the same question asked again goes on waiting.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="work">Works it out; called once, on another thread.</param>
    /// <param name="cancellation">The request's own end, which ends the waiting only.</param>
    public async Task<byte[]?> Wait(AnswerKey key, Func<CancellationToken, byte[]> work, CancellationToken cancellation)
    {
        var pending = _works.GetOrAdd(key, static (k, a) => new Work(a.This, k, a.Work), (This: this, Work: work));
        using var _ = pending.Visit();
        try
        {
            return await pending.Answer.WaitAsync(patience, _clock, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>One answer on its way.</summary>
    private sealed class Work
    {
        private readonly PendingAnswers _all;
        private readonly CancellationTokenSource _stop = new();
        private readonly Lazy<Task<byte[]>> _answer;
        private int _visitors;

        public Work(PendingAnswers all, AnswerKey key, Func<CancellationToken, byte[]> work)
        {
            _all = all;

            // Made once even when two requests come at the same moment and each makes one of these.
            _answer = new(() => Task.Run(() => Run(key, work)));
        }

        public Task<byte[]> Answer => _answer.Value;

        public Visitor Visit()
        {
            Interlocked.Increment(ref _visitors);
            return new(this);
        }

        private async Task<byte[]> Run(AnswerKey key, Func<CancellationToken, byte[]> work)
        {
            try
            {
                await _all._turns.WaitAsync(_stop.Token);
                try
                {
                    return work(_stop.Token);
                }
                finally
                {
                    _all._turns.Release();
                }
            }
            finally
            {
                _all._works.TryRemove(key, out _);
            }
        }

        private async Task StopIfLeft()
        {
            await Task.Delay(_all._left, _all._clock);
            if (Volatile.Read(ref _visitors) == 0)
            {
                await _stop.CancelAsync();
            }
        }

        private void Leave()
        {
            if (Interlocked.Decrement(ref _visitors) == 0 && !Answer.IsCompleted)
            {
                _ = StopIfLeft();
            }
        }

        internal readonly struct Visitor(Work work) : IDisposable
        {
            public void Dispose() => work.Leave();
        }
    }
}
