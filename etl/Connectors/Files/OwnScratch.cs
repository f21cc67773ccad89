using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// An instance of the engine for files that may break it: a damaged Parquet file can end in an error after which an instance answers nothing more, and that
/// must not be the one that other streams read with.
/// </summary>
internal sealed class OwnScratch : IDisposable
{
    private static readonly SqlFile sql = SqlFile.Beside<OwnScratch>();
    private readonly ScratchOptions options;
    private DuckDbInstance instance;

    /// <summary>Opens one.</summary>
    /// <param name="like">A session of the instance that its limits are taken from.</param>
    public OwnScratch(ISession like)
    {
        var settings = like.Query<Settings>(sql.Fill("settings")).Single();
        options = new ScratchOptions { Threads = settings.Threads, MemoryLimit = settings.MemoryLimit, TempDirectory = settings.TempDirectory, Key = like.Key };
        (instance, Session) = Open(options);
    }

    /// <summary>A session of it.</summary>
    public ISession Session { get; private set; }

    /// <summary>Takes another instance, when this one is broken.</summary>
    public void Renew()
    {
        Dispose();
        (instance, Session) = Open(options);
    }

    public void Dispose()
    {
        Session.Dispose();
        instance.Dispose();
    }

    private static (DuckDbInstance Instance, ISession Session) Open(ScratchOptions options)
    {
        var instance = DuckDbInstance.OpenScratch(options);
        return (instance, instance.Connect());
    }

    private sealed record Settings(int Threads, string MemoryLimit, string TempDirectory);
}
