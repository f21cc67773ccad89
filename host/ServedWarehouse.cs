using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host;

/// <summary>
/// The warehouse that a server keeps open for everything in its process: questions read it side by side while one run at a time writes; readers see what
/// was published last. Safe for use from several threads.
/// </summary>
internal sealed class ServedWarehouse : IDisposable
{
    private readonly SemaphoreSlim _runs = new(1);
    private readonly RunFile _file;

    private ServedWarehouse(string path, RunFile file, DuckDbInstance instance) => (Path, _file, Instance) = (path, file, instance);

    /// <summary>Full path of the warehouse file.</summary>
    public string Path { get; }

    /// <summary>The one instance of this process.</summary>
    public DuckDbInstance Instance { get; }

    /// <summary>Opens a project's warehouse, which is made when it is not there yet.</summary>
    /// <exception cref="CrmException">Busy: another process holds it.</exception>
    public static ServedWarehouse Open(Project project, CommandContext context, string doing)
    {
        var path = Composition.WarehouseOf(project);
        var file = RunFile.Hold(path, doing, context.Wait, context.Error.WriteLine, context.Cancellation);
        try
        {
            return new ServedWarehouse(path, file, DuckDbInstance.OpenWarehouse(Composition.ToWrite(project)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Tells the other processes where commands are taken.</summary>
    public void Announce(ServedAt at) => _file.Serve(at);

    /// <summary>Lets one run at a time write.</summary>
    /// <exception cref="CrmException">Busy: another run did not end in time.</exception>
    public IDisposable HoldRun(CommandContext context)
    {
        if (!_runs.Wait(0, context.Cancellation))
        {
            context.Error.WriteLine("another run is on; waiting for it");
            if (!_runs.Wait(context.Wait, context.Cancellation))
            {
                throw new CrmException(FailureKind.Busy, "another run is on", Path, string.Create(CultureInfo.InvariantCulture, $"it to finish within {context.Wait.TotalSeconds:0.#} s"),
                    "Try again later, or wait longer with --wait SECONDS");
            }
        }

        return new Release(_runs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Instance.Dispose();
        _file.Dispose();
        _runs.Dispose();
    }

    private sealed class Release(SemaphoreSlim runs) : IDisposable
    {
        public void Dispose() => runs.Release();
    }
}
