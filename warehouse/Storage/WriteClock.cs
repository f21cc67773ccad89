namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// Tells whether anything was written through an instance: what was read while the number stood still was all of one state. Since one process holds a warehouse, nothing is
/// written past it. Safe for use from several threads.
/// </summary>
internal sealed class WriteClock
{
    // Of all instances, so that equal numbers are of the same instance as well.
    private static long _last;
    private int _writing;
    private long _state = Interlocked.Increment(ref _last);

    /// <summary>The number of the state; null while something is being written.</summary>
    public long? State => Volatile.Read(ref _writing) == 0 ? Interlocked.Read(ref _state) : null;

    /// <summary>Runs what may change what readers see.</summary>
    public T Writing<T>(Func<T> work)
    {
        Interlocked.Increment(ref _writing);
        try
        {
            return work();
        }
        finally
        {
            Interlocked.Exchange(ref _state, Interlocked.Increment(ref _last));
            Interlocked.Decrement(ref _writing);
        }
    }

    /// <summary>True when a text is a single query that changes nothing; of others that may hold as well, which costs no more than looking again.</summary>
    public static bool OnlyReads(string sql)
    {
        var text = sql.AsSpan().Trim();
        while (text.StartsWith("--", StringComparison.Ordinal))
        {
            var end = text.IndexOf('\n');
            text = end < 0 ? default : text[(end + 1)..].TrimStart();
        }

        if (!text.StartsWith("SELECT", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("WITH", StringComparison.OrdinalIgnoreCase)
            && !text.StartsWith("FROM", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("DESCRIBE", StringComparison.OrdinalIgnoreCase))
            return false;
        return text.IndexOf(';') is var semicolon && (semicolon < 0 || text[(semicolon + 1)..].Trim().IsEmpty)
            && !text.Contains("INSERT ", StringComparison.OrdinalIgnoreCase) && !text.Contains("UPDATE ", StringComparison.OrdinalIgnoreCase)
            && !text.Contains("DELETE ", StringComparison.OrdinalIgnoreCase) && !text.Contains("MERGE ", StringComparison.OrdinalIgnoreCase);
    }
}
