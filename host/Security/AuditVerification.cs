using System.Globalization;

namespace Crm.Analytics.Host.Security;

/// <summary>A place where the audit log is not as it was written.</summary>
/// <param name="Where">File and line.</param>
/// <param name="What">What is wrong.</param>
internal sealed record AuditFault(string Where, string What);

/// <summary>What a look at the whole audit log found.</summary>
/// <param name="Entries">Entries there are.</param>
/// <param name="From">When the first was written; null for none.</param>
/// <param name="To">When the last was written.</param>
/// <param name="Head">The last entry, as NUMBER:HASH; what to note elsewhere.</param>
/// <param name="Faults">What is wrong; empty when all is as it was written.</param>
internal sealed record AuditFindings(long Entries, DateTimeOffset? From, DateTimeOffset? To, string Head, IReadOnlyList<AuditFault> Faults);

/// <summary>Looks whether the audit log is as it was written: every line against the one before it, and the end against the head.</summary>
internal static class AuditVerification
{
    private const int MostFaults = 20;

    /// <summary>The lines of a file that end.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Lines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var (buffer, held) = (new byte[1 << 16], 0);
        for (var read = file.Read(buffer, held, buffer.Length - held); read > 0; read = file.Read(buffer, held, buffer.Length - held))
        {
            held += read;
            var at = 0;
            for (var end = Array.IndexOf(buffer, (byte)'\n', at, held - at); end >= 0; end = Array.IndexOf(buffer, (byte)'\n', at, held - at))
            {
                yield return buffer.AsSpan(at, end - at).ToArray();
                at = end + 1;
            }

            Buffer.BlockCopy(buffer, at, buffer, 0, held -= at);
            if (held == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
    }

    /// <summary>Every entry, oldest first.</summary>
    public static IEnumerable<AuditEntry> Entries(AuditLog log) => Segments(log).SelectMany(Lines).Select(l => AuditEntry.Read(l)).OfType<AuditEntry>();

    /// <summary>Looks.</summary>
    /// <param name="log">The log.</param>
    /// <param name="noted">An entry as NUMBER:HASH that was noted before; null for none.</param>
    public static AuditFindings Look(AuditLog log, string? noted)
    {
        var head = HeadOf(log);
        var faults = new List<AuditFault>();
        var (entries, number, mac) = (0L, 0L, AuditEntry.NoMac);
        (DateTimeOffset? from, DateTimeOffset? to) = (null, null);
        var (isHeadMet, isNotedMet) = (head is not { Number: > 0 }, noted is null);
        foreach (var (path, line, text) in Segments(log).SelectMany(p => Lines(p).Select((text, i) => (p, i + 1, text))))
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"{AuditLog.FolderName}/{Path.GetFileName(path)}:{line}");
            if (AuditEntry.Read(text) is not { } entry)
            {
                faults.Add(new(where, "the line is no entry: it was changed"));
                continue;
            }

            var fault = entry.Number > number + 1 ? $"entries {Text(number + 1)} to {Text(entry.Number - 1)} are missing before it"
                : entry.Number <= number ? $"entry {Text(entry.Number)} stands behind entry {Text(number)}: it was moved, or stands twice"
                : AuditEntry.MacOfLine(text.Span, mac, log.Key) != entry.Mac ? $"entry {Text(entry.Number)} was changed, or written with another key"
                : entry.Fact.Did == AuditLog.Loss ? $"when entry {Text(entry.Number)} was written, {entry.Fact.What}"
                : null;
            if (fault is not null)
            {
                faults.Add(new(where, fault));
            }

            isHeadMet |= entry.Number == head?.Number && entry.Mac == head?.Mac;
            isNotedMet |= noted == $"{Text(entry.Number)}:{entry.Mac}";
            (entries, number, mac, from, to) = (entries + 1, Math.Max(number, entry.Number), entry.Mac, from ?? entry.At, entry.At);
        }

        if (head is null && (entries > 0 || File.Exists(Path.Combine(log.Folder, "head"))))
        {
            faults.Add(new($"{AuditLog.FolderName}/head", "it is gone, or was not written with this key; where the log ends is not known"));
        }
        else if (!isHeadMet)
        {
            faults.Add(new($"{AuditLog.FolderName}/head", number < head!.Number ? $"entries {Text(number + 1)} to {Text(head.Number)} are missing at the end" : $"entry {Text(head.Number)} is not the one that was written"));
        }

        if (!isNotedMet)
        {
            faults.Add(new("--head", $"the log has no entry {noted}: it was taken back, or written anew"));
        }

        return new(entries, from, to, $"{Text(number)}:{mac}", faults.Count > MostFaults ? [.. faults.Take(MostFaults), new("", $"and {Text(faults.Count - MostFaults)} more")] : faults);
    }

    private static AuditHead? HeadOf(AuditLog log)
    {
        var path = Path.Combine(log.Folder, "head");
        if (!File.Exists(path))
        {
            return null;
        }

        // A writer may be at it at this moment; it is done in the next.
        AuditHead? head = null;
        for (var attempt = 0; head is null && attempt < 20; attempt++)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                head = AuditHead.Read(file, log.Key);
            }
            catch (IOException)
            {
                Task.Delay(10).Wait();
            }
        }

        return head;
    }

    private static IEnumerable<string> Segments(AuditLog log) => Directory.Exists(log.Folder) ? Directory.EnumerateFiles(log.Folder, "*.jsonl").Order(StringComparer.Ordinal) : [];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
