using System.Text;
using System.Threading.Channels;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Push;

/// <summary>What a client is told of its request, and told again when it asks again.</summary>
/// <param name="At">Where the request stands in the log.</param>
/// <param name="Events">How many events it brought.</param>
public readonly record struct PushReceipt(PushPosition At, int Events);

/// <summary>The request came before with other events.</summary>
public sealed class PushKeyReusedException() : Exception("the idempotency key came before with other events");

/// <summary>More is waiting to be written than the disk keeps up with.</summary>
public sealed class PushOverloadedException() : Exception("too much is waiting to be written");

/// <summary>
/// The durable log of one stream: a request is answered when it is on disk for good. Requests that come together share one write to disk. A request
/// with a key that came before is not stored again, whether its first answer arrived, was lost, or is still under way. One process writes at a time.
/// </summary>
public sealed class PushLog : IAsyncDisposable
{
    private const long SegmentLimit = 64L << 20;
    private const long GroupLimit = 8L << 20;
    private const long WaitingLimit = 64L << 20;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Known> keys = new(StringComparer.Ordinal);
    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly string folder;
    private readonly TimeSpan keep;
    private readonly TimeProvider clock;
    private readonly DataKey? seal;
    private readonly FileStream locked;
    private readonly Task writing;
    private FileStream? segment;
    private int number;
    private long waiting;
    private string? broken;
    private PushPosition end;

    private PushLog(string folder, TimeSpan keep, TimeProvider clock, DataKey? seal)
    {
        (this.folder, this.keep, this.clock, this.seal) = (folder, keep, clock, seal);
        Directory.CreateDirectory(folder);
        try
        {
            locked = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new CrmException(FailureKind.Busy, "another process receives this stream's events", folder, "one `crm serve` for a project", "End the other one, then start again", e);
        }

        try
        {
            Recall();
        }
        catch
        {
            locked.Dispose();
            throw;
        }

        writing = Task.Run(Write);
    }

    /// <summary>Behind the last request that is on disk for good.</summary>
    public PushPosition End
    {
        get
        {
            lock (gate)
            {
                return end;
            }
        }
    }

    /// <summary>The folder of a stream's log.</summary>
    public static string FolderOf(string projectFolder, string source, string stream) => Path.Combine(projectFolder, "landing", ".push", source, stream);

    /// <summary>Opens a log for writing; what a crash tore is left out.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="keep">How long keys are remembered.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="seal">The key that requests are encrypted with; null: they stand there in the clear.</param>
    /// <exception cref="CrmException">Busy: another process writes it. What stands there is encrypted with another key.</exception>
    public static PushLog Open(string folder, TimeSpan keep, TimeProvider clock, DataKey? seal = null) => new(folder, keep, clock, seal);

    /// <summary>Stores a request; completes when it is on disk for good.</summary>
    /// <param name="key">Its idempotency key; null for none.</param>
    /// <param name="payload">Its events, each a JSON object on a line of its own.</param>
    /// <param name="events">How many.</param>
    /// <exception cref="PushKeyReusedException">The key came before with other events.</exception>
    /// <exception cref="PushOverloadedException">Too much is waiting; later there is room.</exception>
    /// <exception cref="CrmException">It cannot be written.</exception>
    public Task<PushReceipt> Append(string? key, byte[] payload, int events)
    {
        var fingerprint = PushSegment.FingerprintOf(payload);
        Pending pending;
        lock (gate)
        {
            if (key is not null && keys.TryGetValue(key, out var known))
            {
                return known.Fingerprint == fingerprint ? known.Receipt : throw new PushKeyReusedException();
            }

            if (broken is not null)
            {
                throw Unwritable(broken, null);
            }

            if (waiting > 0 && waiting + payload.Length > WaitingLimit)
            {
                throw new PushOverloadedException();
            }

            waiting += payload.Length;
            pending = new(key, fingerprint, clock.GetUtcNow(), payload, events);
            if (key is not null)
            {
                keys.Add(key, new(fingerprint, pending.Received, pending.Done.Task));
            }
        }

        return queue.Writer.TryWrite(pending) ? pending.Done.Task : throw new ObjectDisposedException(nameof(PushLog));
    }

    /// <summary>
    /// Deletes segments that are loaded and older than keys are remembered.
    /// </summary>
    /// <param name="loaded">The place before which everything is committed in the warehouse.</param>
    public void Forget(PushPosition loaded)
    {
        foreach (var old in PushSegment.Numbers(folder).Where(n => n < loaded.Segment && n < number))
        {
            var path = PushSegment.PathOf(folder, old);
            if (File.GetLastWriteTimeUtc(path) < clock.GetUtcNow() - keep)
            {
                File.Delete(path);
            }
        }

        lock (gate)
        {
            foreach (var key in keys.Where(k => k.Value.Receipt.IsCompleted && k.Value.Received < clock.GetUtcNow() - keep).Select(k => k.Key).ToList())
            {
                keys.Remove(key);
            }
        }
    }

    /// <summary>
    /// Deletes every request of a log, whose events are loaded, and with them what is known of keys. The last segment stays, empty, so that no place is given twice.
    /// </summary>
    /// <returns>Files that are gone.</returns>
    /// <exception cref="CrmException">Busy: another process writes it.</exception>
    public static int ForgetAll(string folder)
    {
        if (PushSegment.Numbers(folder) is not { Count: > 0 } numbers)
        {
            return 0;
        }

        using var alone = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        File.WriteAllBytes(PushSegment.PathOf(folder, numbers[^1] + 1), []);
        numbers.ToList().ForEach(n => File.Delete(PushSegment.PathOf(folder, n)));
        return numbers.Count;
    }

    /// <summary>Writes a log anew with another key, or in the clear; every request stays at its place. What a crash tore goes.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="from">Keys that it may be encrypted with.</param>
    /// <param name="to">The key; null for none.</param>
    /// <returns>Files written anew.</returns>
    /// <exception cref="CrmException">Busy: another process writes it. It is encrypted with none of the keys.</exception>
    public static int Reseal(string folder, IReadOnlyList<DataKey> from, DataKey? to)
    {
        if (PushSegment.Numbers(folder) is not { Count: > 0 } numbers)
        {
            return 0;
        }

        using var alone = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        foreach (var number in numbers)
        {
            var path = PushSegment.PathOf(folder, number);
            var key = PushSegment.KeyOf(path, from);
            if (key?.Name != to?.Name)
            {
                PushSegment.Rewrite(path, [.. PushSegment.Read(folder, new(number, 0), key)], to);
            }
        }

        return numbers.Count;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        if (segment is not null)
        {
            await segment.DisposeAsync();
        }

        await locked.DisposeAsync();
    }

    private void Recall()
    {
        foreach (var old in PushSegment.Numbers(folder))
        {
            number = old;
            foreach (var frame in PushSegment.Read(folder, new(old, 0), seal))
            {
                end = frame.End;
                if (frame.Key.Length > 0)
                {
                    keys[frame.Key] = new(frame.Fingerprint, frame.Received, Task.FromResult(new PushReceipt(frame.At, frame.Events)));
                }
            }
        }
    }

    private async Task Write()
    {
        var group = new List<Pending>();
        while (await queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            for (long bytes = 0; bytes < GroupLimit && queue.Reader.TryRead(out var next); bytes += next.Payload.Length)
            {
                group.Add(next);
            }

            Write(group);
        }
    }

    /// <summary>Writes requests together and brings them to disk once.</summary>
    private void Write(List<Pending> group)
    {
        var receipts = new List<PushReceipt>(group.Count);
        var before = segment?.Position ?? 0;
        Exception? failure = null;
        try
        {
            if (broken is not null)
            {
                throw new IOException(broken);
            }

            if (segment is null || before > SegmentLimit)
            {
                segment?.Dispose();
                segment = null;
                segment = Begin();
                before = 0;
            }

            foreach (var request in group)
            {
                receipts.Add(new(new(number, segment.Position), request.Events));
                segment.Write(PushSegment.Frame(Encoding.UTF8.GetBytes(request.Key ?? ""), request.Fingerprint, request.Received, request.Events, request.Payload, seal));
            }

            segment.Flush(flushToDisk: true);
            lock (gate)
            {
                end = new(number, segment.Position);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failure = e;
            TakeBack(before, e);
        }

        lock (gate)
        {
            waiting -= group.Sum(r => (long)r.Payload.Length);
            foreach (var request in failure is null ? [] : group.Where(r => r.Key is not null))
            {
                keys.Remove(request.Key!);
            }
        }

        foreach (var (i, request) in group.Index())
        {
            if (failure is null)
            {
                request.Done.SetResult(receipts[i]);
            }
            else
            {
                request.Done.SetException(Unwritable(failure.Message, failure));
            }
        }
    }

    /// <summary>Nothing of a group that was refused may be found later; when that cannot be made sure, nothing more is taken.</summary>
    private void TakeBack(long length, Exception cause)
    {
        try
        {
            segment?.SetLength(length);
            segment?.Seek(length, SeekOrigin.Begin);
            segment?.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lock (gate)
            {
                broken = cause.Message;
            }
        }
    }

    private FileStream Begin()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        number++;
        return new(PushSegment.PathOf(folder, number), options);
    }

    private CrmException Unwritable(string why, Exception? cause) => new(
        FailureKind.Failed, why, folder, "a folder that can be written, with room for the events", "Free space, then send the events again; what was answered is safe", cause);

    private sealed record Known(Guid Fingerprint, DateTimeOffset Received, Task<PushReceipt> Receipt);

    private sealed record Pending(string? Key, Guid Fingerprint, DateTimeOffset Received, byte[] Payload, int Events)
    {
        public TaskCompletionSource<PushReceipt> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
