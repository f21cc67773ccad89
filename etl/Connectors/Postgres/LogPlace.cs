using System.Globalization;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>A place in the log, as the server writes it: two hexadecimal numbers of 32 bits and a slash.</summary>
internal static class LogPlace
{
    public static ulong Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return ((ulong)uint.Parse(text.AsSpan(0, slash), NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 32)
            | uint.Parse(text.AsSpan(slash + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public static string Text(ulong place) => string.Create(CultureInfo.InvariantCulture, $"{place >> 32:X}/{(uint)place:X}");
}

/// <summary>Which transactions a snapshot saw: <c>xmin:xmax:xip,…</c> as pg_current_snapshot writes it.</summary>
internal sealed class SeenTransactions
{
    private readonly ulong oldest;
    private readonly ulong next;
    private readonly HashSet<ulong> open;

    public SeenTransactions(string text)
    {
        var parts = text.Split(':');
        oldest = ulong.Parse(parts[0], CultureInfo.InvariantCulture);
        next = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        open = [.. parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(x => ulong.Parse(x, CultureInfo.InvariantCulture))];
    }

    /// <summary>Whether it saw a transaction.</summary>
    /// <param name="id">The low 32 bits of its number, which is what the log has.</param>
    public bool Saw(uint id)
    {
        // The full number that lies nearest to the snapshot's.
        var full = (long)((next & ~0xFFFF_FFFFUL) | id);
        var distance = full - (long)next;
        full += distance > int.MaxValue ? -(1L << 32) : distance < int.MinValue ? 1L << 32 : 0;
        return full < (long)oldest || (full < (long)next && !open.Contains((ulong)full));
    }
}
