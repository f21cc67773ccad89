using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Web;

/// <summary>
/// Loads pushed events every few seconds when there are new ones: a run of the push sources alone, which holds the warehouse for its moment and lets it go
/// again. When another process has it, the events wait in their log for the next time.
/// </summary>
/// <param name="push">Where the events come in.</param>
/// <param name="load">Loads what is new.</param>
/// <param name="say">Told of a failure, once for each.</param>
/// <param name="clock">The clock.</param>
internal sealed class MicroBatches(PushEndpoint push, Action<CancellationToken> load, Action<string> say, TimeProvider clock)
{
    /// <summary>Times left out after a failure that is not another process's hold.</summary>
    private const int Rest = 10;

    private IReadOnlyDictionary<(string Source, string Stream), PushPosition>? _loaded;
    private string? _said;
    private int _rest;

    /// <summary>Loads until it is asked to stop.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(push.Every, clock);
        try
        {
            do
            {
                LoadWhatIsNew(cancellation);
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The events that are not loaded yet are on disk.
        }
    }

    /// <summary>Loads once, if there is anything new; answers whether it did.</summary>
    public bool LoadWhatIsNew(CancellationToken cancellation)
    {
        var ends = push.Ends;
        if (_rest-- > 0 || (_loaded is not null && ends.All(e => _loaded[e.Key] == e.Value)))
        {
            return false;
        }

        try
        {
            load(cancellation);
            push.Forget(ends);
            (_loaded, _said) = (ends, null);
            return true;
        }
        catch (CrmException e) when (e.Kind == FailureKind.Busy)
        {
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The server goes on receiving: what is wrong with the load can be corrected later, and the events are safe.
            _rest = Rest;
            if (_said != e.Message)
            {
                say($"pushed events were not loaded, and will be later: {_said = e.Message}");
            }

            return false;
        }
    }
}
