using System.Globalization;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Security;

/// <summary>
/// Who saw, exported, changed and erased what: <c>audit/YYYY-MM.jsonl</c> in the project, a line each, only ever added to. Each line carries a keyed hash of itself
/// and of the line before, and <c>audit/head</c> tells where the log ends, so that nothing can be changed, taken out, moved or cut off unnoticed by who has not
/// the key. Safe for use from several threads and processes. The head follows the lines within moments, and at once behind those that are durable.
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

    /// <summary>How long entries may stand behind what the head tells, and the log is kept open for one that follows.</summary>
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(5);

    /// <summary>After how many looks one process gives the log up, however many entries come: others have to get at it.</summary>
    private const int MostLooks = 10;

    private readonly SemaphoreSlim _opening = new(1);
    private readonly Lock _gate = new();
    private OpenLog? _open;
    private ProjectKey? _key;
    private bool _hasWritten;

    /// <summary>Full path of the folder that it is in.</summary>
    public string Folder => Path.Combine(folder, FolderName);

    /// <summary>The key; made with the first entry.</summary>
    public ProjectKey Key => _key ??= ProjectKey.Of(folder, KeyName);

    /// <summary>What stands for a text that may be personal.</summary>
    public string Pseudonym(string text) => Key.Pseudonym(text);

    /// <summary>Adds an entry; it is written when this returns, and the log is free for others.</summary>
    /// <param name="fact">What was done.</param>
    /// <param name="isDurable">True to wait until the disk has it for good: for what changes something.</param>
    /// <exception cref="CrmException">It cannot be written.</exception>
    public void Append(AuditFact fact, bool isDurable)
    {
        AppendAsync(fact, isDurable).GetAwaiter().GetResult();
        lock (_gate)
        {
            Refusing(Release);
        }
    }

    /// <summary>Adds an entry; it is written when this completes. What follows within moments finds the log open.</summary>
    /// <inheritdoc cref="Append"/>
    public Task AppendAsync(AuditFact fact, bool isDurable)
    {
        lock (_gate)
        {
            if (_open is not null && _open.Segment == Segment(_open.Segment))
            {
                Write(_open, fact, isDurable);
                return Task.CompletedTask;
            }
        }

        return OpenAndAppend(fact, isDurable);
    }

    private async Task OpenAndAppend(AuditFact fact, bool isDurable)
    {
        await _opening.WaitAsync();
        try
        {
            lock (_gate)
            {
                if (_open is not null && _open.Segment != Segment(_open.Segment))
                {
                    Refusing(Release);
                }
                else if (_open is not null)
                {
                    Write(_open, fact, isDurable);
                    return;
                }
            }

            var hadLog = Directory.Exists(Folder);
            Refusing(() => Directory.CreateDirectory(Folder));
            var head = await Hold();
            OpenLog open = null!;
            lock (_gate)
            {
                Refusing(() => open = _open = Open(head, hadLog));
                Write(open, fact, isDurable);
            }

            _ = KeepOpen(open);
        }
        finally
        {
            _opening.Release();
        }
    }

    private OpenLog Open(FileStream head, bool hadLog)
    {
        try
        {
            var (last, lost) = Last(head, hadLog);
            var segment = Segment(last.Segment);
            var log = new FileStream(Path.Combine(Folder, segment), OwnerOnly(FileMode.OpenOrCreate, FileShare.Read));
            last = segment == last.Segment ? TakeUp(log, last) : last;
            log.Seek(0, SeekOrigin.End);
            return new(head, log, segment) { Last = last with { Segment = segment }, Lost = lost };
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    /// <summary>Has the head follow and, when nothing came for a moment or it was long enough, gives the log up.</summary>
    private async Task KeepOpen(OpenLog mine)
    {
        for (var (looks, before) = (1, mine.Last.Number); ; looks++)
        {
            await Task.Delay(look);
            lock (_gate)
            {
                if (_open != mine)
                {
                    return;
                }

                if (looks == MostLooks || mine.Last.Number == before)
                {
                    try
                    {
                        Release();
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        // The entries stand; who writes next finds those behind the head, or says why the head cannot be written.
                    }

                    return;
                }

                before = mine.Last.Number;
                mine.IsHeadBehind = !TryWriteHead(mine);
            }
        }
    }

    private bool TryWriteHead(OpenLog open)
    {
        try
        {
            open.Last.Write(open.Head, Key, isDurable: false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Gives the log up; behind the lock.</summary>
    private void Release()
    {
        using var open = _open;
        _open = null;
        if (open?.IsHeadBehind == true)
        {
            open.Last.Write(open.Head, Key, isDurable: false);
        }
    }

    /// <summary>Writes an entry; behind the lock.</summary>
    private void Write(OpenLog open, AuditFact fact, bool isDurable)
    {
        try
        {
            Refusing(() =>
            {
                if (open.Lost is { } lost)
                {
                    WriteLine(open, lost);
                    open.Lost = null;
                }

                WriteLine(open, fact);
                open.IsHeadBehind = true;
                if (isDurable)
                {
                    open.Log.Flush(flushToDisk: true);
                    open.Last.Write(open.Head, Key, isDurable: true);
                    open.IsHeadBehind = false;
                }
            });
        }
        catch
        {
            // A torn line is taken off by whoever opens the log next.
            open.Dispose();
            _open = null;
            throw;
        }
    }

    private void WriteLine(OpenLog open, AuditFact fact)
    {
        var (line, mac) = AuditEntry.Write(open.Last.Number + 1, clock.GetUtcNow(), fact, open.Last.Mac, Key);
        open.Log.Write([.. line, (byte)Newline]);
        open.Last = open.Last with { Number = open.Last.Number + 1, Mac = mac, Length = open.Log.Position };
        _hasWritten = true;
    }

    /// <summary>The file that entries go to. A clock that was set back does not lead back to an earlier one: their names tell the order.</summary>
    private string Segment(string last)
    {
        var month = $"{clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.jsonl";
        return string.CompareOrdinal(month, last) > 0 ? month : last;
    }

    private void Refusing(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrmException(FailureKind.Failed, $"the audit log cannot be written ({e.Message})", Folder, "a folder that may be written, with room", "Free space or correct its permissions", e);
        }
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
        for (var pause = 1; ; pause = Math.Min(2 * pause, 20))
        {
            try
            {
                return new(Path.Combine(Folder, "head"), OwnerOnly(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException e) when (clock.GetElapsedTime(began) >= patience || !Directory.Exists(Folder))
            {
                Refusing(() => throw e);
            }
            catch (UnauthorizedAccessException e)
            {
                Refusing(() => throw e);
            }
            catch (IOException)
            {
                await Task.Delay(pause);
            }
        }
    }

    private static FileStreamOptions OwnerOnly(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>The log while this process has it.</summary>
    private sealed class OpenLog(FileStream head, FileStream log, string segment) : IDisposable
    {
        public FileStream Head => head;

        public FileStream Log => log;

        public string Segment => segment;

        /// <summary>Where it ends.</summary>
        public required AuditHead Last { get; set; }

        /// <summary>The entry that tells of a loss, until it is written.</summary>
        public AuditFact? Lost { get; set; }

        /// <summary>Whether entries stand that the head does not tell of yet.</summary>
        public bool IsHeadBehind { get; set; }

        public void Dispose()
        {
            log.Dispose();
            head.Dispose();
        }
    }
}
