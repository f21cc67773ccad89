using Crm.Analytics.Host.Cli;

namespace Crm.Analytics.Tests.Host;

/// <summary><c>crm serve</c> over a project, in this process.</summary>
internal sealed class ServingProject : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task<int> _serving;
    private readonly AddressReader _said;

    private ServingProject(Task<int> serving, CancellationTokenSource stop, AddressReader said, Uri address)
    {
        (Address, _serving, _stop, _said) = (address, serving, stop, said);
        Http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Where it is served.</summary>
    public Uri Address { get; }

    /// <summary>A client of the server.</summary>
    public HttpClient Http { get; }

    /// <summary>Serves a project.</summary>
    public static async Task<ServingProject> Start(string folder)
    {
        var stop = new CancellationTokenSource();
        var address = new TaskCompletionSource<Uri>();
        var said = new AddressReader(address);
        var serving = Task.Factory.StartNew(
            () => CommandLine.Run(["serve", "--json", "--project", folder], Stream.Null, said, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var first = await Task.WhenAny(address.Task, serving);
        return first == serving ? throw new InvalidOperationException($"crm serve ended with {await serving}: {said}") : new ServingProject(serving, stop, said, await address.Task);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _stop.CancelAsync();
        await _serving;
        await _said.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>What the server says, of which the first address is wanted.</summary>
    private sealed class AddressReader(TaskCompletionSource<Uri> address) : StringWriter
    {
        public override void WriteLine(object? value)
        {
            if (value is Uri found)
            {
                address.TrySetResult(found);
            }

            base.WriteLine(value);
        }
    }
}
