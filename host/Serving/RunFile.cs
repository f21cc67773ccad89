using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Serving;

/// <summary>
/// Says which process holds a warehouse, so that nobody ever meets a lock error: one process writes alone, several may read together. The lock is the
/// operating system's, on <c>WAREHOUSE.lock</c>, and ends with its process; <c>WAREHOUSE.run</c> tells the others who it is. Both are their owner's alone.
/// </summary>
internal sealed class RunFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly FileStream? _lock;
    private readonly string? _who;
    private readonly string _doing;

    private RunFile(FileStream? held, string? who, string doing) => (_lock, _who, _doing) = (held, who, doing);

    /// <summary>Holds the warehouse alone, for writing.</summary>
    /// <param name="warehouse">Path of the warehouse file.</param>
    /// <param name="doing">What this process does, e.g. <c>crm run</c>.</param>
    /// <param name="wait">How long to wait for others.</param>
    /// <param name="say">Told once when waiting begins.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="CrmException">Busy: others did not finish in time.</exception>
    /// <exception cref="ServedElsewhereException">Another process has the warehouse open and takes commands for it.</exception>
    public static RunFile Hold(string warehouse, string doing, TimeSpan wait, Action<string> say, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(warehouse)!);
        var held = Take(() => TryOpen(warehouse, FileAccess.ReadWrite, FileShare.None), warehouse, wait, say, cancellation);
        var file = new RunFile(held, warehouse + ".run", doing);
        file.Tell(null);
        return file;
    }

    /// <summary>Tells the other processes that their commands go through this one from now on.</summary>
    /// <param name="at">Where it listens.</param>
    public void Serve(ServedAt at) => Tell(at);

    /// <summary>Holds the warehouse together with other readers. See <see cref="Hold"/>.</summary>
    public static RunFile Share(string warehouse, TimeSpan wait, Action<string> say, CancellationToken cancellation)
    {
        try
        {
            return new(Take(() => TryOpen(warehouse, FileAccess.Read, FileShare.Read), warehouse, wait, say, cancellation), null, "");
        }
        catch (UnauthorizedAccessException)
        {
            // In a folder that nobody here may write to, nobody here writes.
            return new(null, null, "");
        }
    }

    /// <summary>Who holds the warehouse: <c>crm run (process 42, since 12:00:00)</c>; null when it is not known.</summary>
    public static string? Holder(string warehouse)
    {
        return Told(warehouse, json =>
        {
            var since = json.GetProperty("since").GetDateTimeOffset().ToLocalTime();
            return string.Create(CultureInfo.InvariantCulture, $"{json.GetProperty("doing").GetString()} (process {json.GetProperty("pid").GetInt32()}, since {since:HH:mm:ss})");
        });
    }

    /// <summary>Sends the command to the process that has the warehouse open, if it takes commands.</summary>
    /// <exception cref="ServedElsewhereException">It does.</exception>
    public static void ThrowIfServed(string warehouse)
    {
        // The file of a process that was killed stays, its lock does not.
        using var free = TryOpen(warehouse, FileAccess.Read, FileShare.Read);
        if (free is null && Told(warehouse, ServedAt.Read) is { } at)
        {
            throw new ServedElsewhereException(at, Holder(warehouse) ?? "another crm process", warehouse);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_who is not null)
        {
            File.Delete(_who);
        }

        // The lock file stays: deleting it would let two processes lock two files of one name.
        _lock?.Dispose();
    }

    private void Tell(ServedAt? at)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var stream = new FileStream(_who!, options);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("doing", _doing);
        json.WriteString("since", DateTimeOffset.UtcNow);
        at?.Write(json);
        json.WriteEndObject();
    }

    private static T? Told<T>(string warehouse, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var stream = new FileStream(warehouse + ".run", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var json = JsonDocument.Parse(stream);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static FileStream Take(Func<FileStream?> open, string warehouse, TimeSpan wait, Action<string> say, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var said = false; ; said = true)
        {
            if (open() is { } held)
            {
                return held;
            }

            var holder = Holder(warehouse) ?? "another crm process";
            ThrowIfServed(warehouse);
            if (TimeProvider.System.GetElapsedTime(began) >= wait)
            {
                throw new CrmException(FailureKind.Busy, $"{holder} holds the warehouse", warehouse,
                    string.Create(CultureInfo.InvariantCulture, $"it to finish within {wait.TotalSeconds:0.#} s"), "Try again later, or wait longer with --wait SECONDS");
            }

            if (!said)
            {
                say($"{holder} holds the warehouse; waiting for it");
            }

            cancellation.WaitHandle.WaitOne(Between);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static FileStream? TryOpen(string warehouse, FileAccess access, FileShare share)
    {
        var path = warehouse + ".lock";
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
        {
            return null;
        }
    }
}
