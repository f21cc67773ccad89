using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Serving;

/// <summary>
/// The warehouse that a server keeps open for everything in its process: questions read it side by side while one run at a time writes; readers see what
/// was published last. Safe for use from several threads.
/// </summary>
internal sealed class ServedWarehouse : IDisposable
{
    private readonly SemaphoreSlim _runs = new(1);
    private readonly RunFile _file;
    private volatile string? _published;

    /// <summary>Takes over an open warehouse.</summary>
    /// <param name="path">Full path of its file.</param>
    /// <param name="file">What holds it.</param>
    /// <param name="instance">The one instance of this process.</param>
    public ServedWarehouse(string path, RunFile file, DuckDbInstance instance)
    {
        (Path, _file, Instance) = (path, file, instance);
        LookForRuns();
    }

    /// <summary>Full path of the warehouse file.</summary>
    public string Path { get; }

    /// <summary>The one instance of this process.</summary>
    public DuckDbInstance Instance { get; }

    /// <summary>The run that was published last, as text; null while there is none. Answers of the same run are equal.</summary>
    public string? Published => _published;

    /// <summary>Tells the other processes where commands are taken.</summary>
    public void Announce(ServedAt at) => _file.Serve(at);

    /// <summary>Lets one run at a time write.</summary>
    /// <param name="wait">How long to wait for another run.</param>
    /// <param name="say">Told once when waiting begins.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="CrmException">Busy: another run did not end in time.</exception>
    public IDisposable HoldRun(TimeSpan wait, Action<string> say, CancellationToken cancellation)
    {
        if (!_runs.Wait(0, cancellation))
        {
            if (wait > TimeSpan.Zero)
            {
                say("another run is on; waiting for it");
            }

            if (!_runs.Wait(wait, cancellation))
            {
                throw new CrmException(FailureKind.Busy, "another run is on", Path, string.Create(CultureInfo.InvariantCulture, $"it to finish within {wait.TotalSeconds:0.#} s"),
                    "Try again later, or wait longer with --wait SECONDS");
            }
        }

        return new Run(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Instance.Dispose();
        _file.Dispose();
        _runs.Dispose();
    }

    private void LookForRuns()
    {
        using var session = Instance.Connect();
        _published = session.Scalar<string>(SqlFile.Beside<ServedWarehouse>().Fill(""));
    }

    private sealed class Run(ServedWarehouse served) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                served.LookForRuns();
            }
            finally
            {
                served._runs.Release();
            }
        }
    }
}
