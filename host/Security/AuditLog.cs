using System.Collections.Concurrent;
using System.Globalization;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Security;

/// <summary>
/// Who saw, exported, changed and erased what: <c>audit/YYYY-MM.jsonl</c> in the project, a line each, only ever added to. Each line carries a keyed hash of itself
/// and of the line before, and <c>audit/head</c> tells where the log ends, so that nothing can be changed, taken out, moved or cut off unnoticed by who has not
/// the key. Safe for use from several threads and processes; those that come together share one write.
/// </summary>
/// <param name="folder">Full path of the project folder.</param>
/// <param name="clock">The clock.</param>
internal sealed class AuditLog(string folder, TimeProvider clock)
{
    /// <summary>The folder in a project.</summary>
    public const string FolderName = "audit";

    /// <summary>The secret that is its key.</summary>
    public const string KeyName = "CRM_AUDIT_KEY";

    /// <summary>What entries say that tell of a loss which was met while writing.</summary>
    public const string Loss = "audit log damaged";

    private const int Newline = '\n';
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <summary>How long one process goes on with the log to itself while entries keep coming.</summary>
    private static readonly TimeSpan held = TimeSpan.FromMilliseconds(50);

    private int _isWriting;
    private readonly ConcurrentQueue<Waiting> _queue = new();
    private ProjectKey? _key;
    private bool _hasWritten;

    /// <summary>Full path of the folder that it is in.</summary>
    public string Folder => Path.Combine(folder, FolderName);

    /// <summary>The key; made with the first entry.</summary>
    public ProjectKey Key => _key ??= ProjectKey.Of(folder, KeyName);

    /// <summary>What stands for a text that may be personal.</summary>
    public string Pseudonym(string text) => Key.Pseudonym(text);

    /// <summary>Adds an entry; it is written when this returns.</summary>
    /// <param name="fact">What was done.</param>
    /// <param name="isDurable">True to wait until the disk has it for good: for what changes something.</param>
    /// <exception cref="CrmException">It cannot be written.</exception>
    public void Append(AuditFact fact, bool isDurable) => AppendAsync(fact, isDurable).GetAwaiter().GetResult();

    /// <summary>Adds an entry; it is written when this completes.</summary>
    /// <inheritdoc cref="Append"/>
    public async Task AppendAsync(AuditFact fact, bool isDurable)
    {
        var mine = new Waiting(fact, isDurable, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _queue.Enqueue(mine);

        // Whoever comes while somebody writes leaves the entry to them.
        if (Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0)
        {
            _ = WriteAll();
        }

        await mine.Done.Task;
    }

    /// <summary>Writes what waits; the first entries at once, those that come meanwhile on a thread of nobody's.</summary>
    private async Task WriteAll()
    {
        do
        {
            await WriteWaiting();
            Volatile.Write(ref _isWriting, 0);
        }
        while (!_queue.IsEmpty && Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0);
    }

    /// <summary>The entries that wait, as one; null for none.</summary>
    private List<Waiting>? Next()
    {
        var batch = new List<Waiting>();
        while (_queue.TryDequeue(out var next))
        {
            batch.Add(next);
        }

        return batch.Count > 0 ? batch : null;
    }

    private async Task WriteWaiting()
    {
        var batch = Next();
        try
        {
            if (batch is not null)
            {
                await Write(batch, next => batch = next);
            }
        }
        catch (Exception e)
        {
            // Whoever waits is told, whatever it is.
            var refusal = e is not (IOException or UnauthorizedAccessException) ? e
                : new CrmException(FailureKind.Failed, $"the audit log cannot be written ({e.Message})", Folder, "a folder that may be written, with room", "Free space or correct its permissions", e);
            batch?.ForEach(w => w.Done.TrySetException(refusal));
        }
    }

    /// <summary>Writes entries, and those that came meanwhile, as long as the log may be held.</summary>
    /// <param name="batch">The entries.</param>
    /// <param name="begin">Told of the entries that are written next.</param>
    private async Task Write(List<Waiting> batch, Action<List<Waiting>> begin)
    {
        var hadLog = Directory.Exists(Folder);
        Directory.CreateDirectory(Folder);
        using var file = await Hold();
        var (last, lost) = Last(file, hadLog);
        var now = clock.GetUtcNow();
        var month = $"{now.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.jsonl";

        // A clock that was set back does not lead back to an earlier file: their names tell the order.
        var segment = string.CompareOrdinal(month, last.Segment) > 0 ? month : last.Segment;
        using var log = new FileStream(Path.Combine(Folder, segment), OwnerOnly(FileMode.OpenOrCreate, FileShare.Read));
        last = segment == last.Segment ? TakeUp(log, last) : last;
        log.Seek(0, SeekOrigin.End);
        var began = clock.GetTimestamp();
        for (var waiting = batch; ;)
        {
            var facts = waiting.Select(w => w.Fact);
            last = Write(log, lost is null ? facts : facts.Prepend(lost), last with { Segment = segment }, waiting.Exists(w => w.IsDurable), file);
            lost = null;
            waiting.ForEach(w => w.Done.TrySetResult());
            if (clock.GetElapsedTime(began) > held || clock.GetUtcNow().UtcDateTime.Month != now.UtcDateTime.Month || Next() is not { } next)
            {
                return;
            }

            begin(next);
            waiting = next;
            await Task.Yield();
        }
    }

    private AuditHead Write(FileStream log, IEnumerable<AuditFact> facts, AuditHead last, bool isDurable, FileStream head)
    {
        var now = clock.GetUtcNow();
        foreach (var fact in facts)
        {
            var (line, mac) = AuditEntry.Write(last.Number + 1, now, fact, last.Mac, Key);
            log.Write(line);
            log.WriteByte(Newline);
            last = last with { Number = last.Number + 1, Mac = mac };
        }

        log.Flush(isDurable);
        last = last with { Length = log.Position };
        last.Write(head, Key, isDurable);
        _hasWritten = true;
        return last;
    }

    /// <summary>Where the log ends; and, when that is not known though there was a log, the entry that tells so.</summary>
    private (AuditHead Last, AuditFact? Lost) Last(FileStream head, bool hadLog)
    {
        if (head.Length > 0 && AuditHead.Read(head, Key) is { } known)
        {
            return (known, null);
        }

        var newest = Directory.EnumerateFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal).LastOrDefault();
        var isFirst = newest is null && head.Length == 0 && !_hasWritten && (Key.IsNew || (!Key.IsKeptHere && !hadLog));
        if (isFirst)
        {
            return (AuditHead.None, null);
        }

        var entry = newest is null ? null : AuditVerification.Lines(newest).Select(l => AuditEntry.Read(l)).LastOrDefault(e => e is not null);
        var lost = new AuditFact("crm", "console", Loss, head.Length == 0 ? "the head was gone" : "the head was not this log's", "found");
        return (entry is null ? AuditHead.None : new(entry.Number, entry.Mac, Path.GetFileName(newest!), new FileInfo(newest!).Length), lost);
    }

    /// <summary>A process that died behind its line and before the head left whole lines, which stay, or a torn one, which nobody was told of.</summary>
    private AuditHead TakeUp(FileStream log, AuditHead last)
    {
        if (log.Length <= last.Length)
        {
            return last;
        }

        log.Position = last.Length;
        var rest = new byte[log.Length - last.Length];
        log.ReadExactly(rest);
        var at = 0;
        for (var end = Array.IndexOf(rest, (byte)Newline, at); end >= 0; end = Array.IndexOf(rest, (byte)Newline, at))
        {
            var line = rest.AsMemory(at, end - at);
            if (AuditEntry.Read(line) is not { } entry || entry.Number != last.Number + 1 || AuditEntry.MacOfLine(line.Span, last.Mac, Key) != entry.Mac)
            {
                return last;
            }

            (at, last) = (end + 1, last with { Number = entry.Number, Mac = entry.Mac });
        }

        log.SetLength(last.Length + at);
        return last;
    }

    /// <summary>The file of the head, for this process alone.</summary>
    private async Task<FileStream> Hold()
    {
        var began = clock.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(2 * pause, 50))
        {
            try
            {
                return new(Path.Combine(Folder, "head"), OwnerOnly(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException) when (clock.GetElapsedTime(began) < patience && Directory.Exists(Folder))
            {
                await Task.Delay(pause);
            }
        }
    }

    private static FileStreamOptions OwnerOnly(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private sealed record Waiting(AuditFact Fact, bool IsDurable, TaskCompletionSource Done);
}
