using System.Collections.Concurrent;
using System.Globalization;
using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// A DuckDB instance and its connections. A process has at most one on a given warehouse, since two would each miss what the other writes.
/// Safe for use from several threads; a session is not.
/// </summary>
public sealed class DuckDbInstance : IDisposable
{
    /// <summary>The name under which the warehouse file is attached.</summary>
    public const string WarehouseCatalog = "warehouse";

    // Progress is a setting of a connection and cannot be switched on once the configuration is locked, so connections with it are made before.
    private const int Prepared = 4;

    private readonly DuckDBConnection _root;
    private readonly IDisposable? _claim;
    private readonly string? _catalog;
    private readonly ConcurrentBag<DuckDBConnection> _idle = [];
    private readonly ConcurrentBag<DuckDBConnection> _asking = [];
    private readonly ConcurrentDictionary<DuckDBConnection, KeptStatements> _statements = [];
    private readonly WriteClock _clock = new();
    private readonly ConcurrentDictionary<DuckDbSession, bool> _live = [];
    private readonly DataKey? _key;
    private bool _disposed;

    private DuckDbInstance(DuckDBConnection root, string? catalog, IDisposable? claim, DataKey? key) => (_root, _catalog, _claim, _key) = (root, catalog, claim, key);

    /// <summary>
    /// Opens the warehouse: attaches the file to an in-memory instance (which recovers a file that a killed process left behind), brings its schema up
    /// to date, shuts the outside world off and locks the configuration.
    /// </summary>
    /// <exception cref="CrmException">
    /// The file is not a warehouse, cannot be reached, was made by a newer version, is open in this process already, or is held by another one (busy).
    /// </exception>
    public static DuckDbInstance OpenWarehouse(WarehouseOptions options)
    {
        var file = WarehouseFile.At(options.Path);
        var claim = file.Claim();
        DuckDbInstance? instance = null;
        try
        {
            instance = new DuckDbInstance(OpenRoot(options.Key), WarehouseCatalog, claim, options.Key);
            instance.Limit(options.MemoryLimit, options.Threads, options.TempDirectory ?? $"{file.Path}.tmp");
            file.Attach(instance._root, options.Access, options.Key);
            using (var session = instance.Connect())
                WarehouseSchema.BringUp(session, file.Path, options.Access);
            instance.Lock(options.AllowedDirectories);
            return instance;
        }
        catch
        {
            instance?.Dispose();
            claim.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes a warehouse anew, so that nothing stays in its file of what was deleted: all it holds goes into a new file, which takes the old one's place when it is
    /// whole and on disk. Nobody may have it open.
    /// </summary>
    /// <param name="path">Its file.</param>
    /// <param name="from">The key that it is encrypted with; null: it is in the clear.</param>
    /// <param name="to">The key to encrypt it with.</param>
    /// <exception cref="CrmException">It is open in this process or another one, has another key, or the disk has no room for both.</exception>
    public static void Rewrite(string path, DataKey? from = null, DataKey? to = null)
    {
        var file = WarehouseFile.At(path);
        using var claim = file.Claim();
        using var instance = new DuckDbInstance(OpenRoot(to, from), null, null, to);
        instance.Limit(null, null, $"{file.Path}.tmp");
        file.Rewrite(instance._root, from, to);
    }

    /// <summary>
    /// Whether a warehouse's file is encrypted; null when it is not there or is none, and while this process has it open: on Unix the engine's lock on it would end with any other handle
    /// that the process closes.
    /// </summary>
    public static bool? IsEncrypted(string path) => WarehouseFile.At(path) is { IsClaimed: false } file ? Encryption.IsEncrypted(file.Path) : null;

    /// <summary>Whether a warehouse's file opens with a key (null: without one). Nobody may have it open.</summary>
    public static bool Opens(string path, DataKey? key)
    {
        var file = WarehouseFile.At(path);
        using var claim = file.Claim();
        using var root = OpenRoot(key);
        try
        {
            file.Attach(root, WarehouseAccess.Read, key);
            return true;
        }
        catch (CrmException e) when (e.Kind == FailureKind.CheckFailed)
        {
            return false;
        }
    }

    /// <summary>Opens an in-memory instance of its own that may read files anywhere; for reading what comes from outside into landing.</summary>
    public static DuckDbInstance OpenScratch(ScratchOptions options)
    {
        var instance = new DuckDbInstance(OpenRoot(options.Key, options.FormerKey), null, null, options.Key);
        instance.Limit(options.MemoryLimit, options.Threads, options.TempDirectory ?? Path.GetTempPath());
        instance.Prepare();
        return instance;
    }

    /// <summary>A new session on this instance.</summary>
    public ISession Connect() => Session(_idle, Prepared);

    /// <summary>A new session on this instance for questions. It tells of no progress, which costs a query that is over soon a good part of its time.</summary>
    public ISession ConnectToAsk() => Session(_asking, 2 * Environment.ProcessorCount);

    /// <summary>Closes every session and the file.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        foreach (var session in _live.Keys)
            session.Dispose();
        foreach (var idle in _idle.Concat(_asking))
            Close(idle);
        _root.Dispose();
        _claim?.Dispose();
    }

    private static DuckDBConnection OpenRoot(DataKey? key, DataKey? former = null)
    {
        var root = new DuckDBConnection("DataSource=:memory:");
        root.Open();
        Encryption.Prepare(root, key, former);
        return root;
    }

    private DuckDbSession Session(ConcurrentBag<DuckDBConnection> pool, int most)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var connection = pool.TryTake(out var idle) ? idle : NewConnection();

        // Questions never leave the warehouse; other sessions may have.
        if (_catalog is not null && !(ReferenceEquals(pool, _asking) && _statements.ContainsKey(connection)))
            Run(connection, $"USE {SqlName.Quote(_catalog)}");
        var session = new DuckDbSession(connection, _statements.GetOrAdd(connection, _ => new KeptStatements()), _clock, _key, (ended, itself, isReusable) => Return(pool, most, ended, itself, isReusable));
        _live[session] = true;
        return session;
    }

    private void Return(ConcurrentBag<DuckDBConnection> pool, int most, DuckDbSession session, DuckDBConnection connection, bool reusable)
    {
        _live.TryRemove(session, out _);
        if (reusable && !_disposed && pool.Count < most)
            pool.Add(connection);
        else
            Close(connection);
    }

    private void Close(DuckDBConnection connection)
    {
        if (_statements.TryRemove(connection, out var kept))
            kept.Dispose();
        connection.Dispose();
    }

    private void Limit(string? memory, int? threads, string temporary)
    {
        // Moments are stored in UTC or in the project's zone, never in the machine's.
        Run("SET GLOBAL TimeZone = 'UTC'");
        Run($"SET temp_directory = {SqlName.Literal(temporary)}");
        if (memory is not null)
            Run($"SET memory_limit = {SqlName.Literal(memory)}");
        if (threads is { } count)
            Run(string.Create(CultureInfo.InvariantCulture, $"SET threads = {count}"));
    }

    private void Lock(IReadOnlyList<string> allowed)
    {
        // DuckDB compares by prefix, so each folder ends with its separator.
        var folders = allowed.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar);
        Run($"SET allowed_directories = [{SqlName.List(folders.Select(SqlName.Literal))}]");
        Run("SET enable_external_access = false");
        Prepare();
        Run("SET lock_configuration = true");
    }

    private void Prepare()
    {
        while (_idle.Count < Prepared)
        {
            var connection = NewConnection();
            Run(connection, "SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0");
            _idle.Add(connection);
        }
    }

    private DuckDBConnection NewConnection()
    {
        var connection = _root.Duplicate();
        connection.Open();
        return connection;
    }

    private void Run(string sql) => Run(_root, sql);

    private static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (DuckDBException error)
        {
            throw EngineErrors.ToEngine(error);
        }
    }
}
