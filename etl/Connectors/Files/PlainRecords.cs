using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Counts CSV records that need no care, 32 bytes at a time: the delimiters of each line are counted from bits, and a quote, an odd line end or another number
/// of values ends the count before its line.
/// </summary>
internal ref struct PlainRecords
{
    private readonly int fieldCount;
    private readonly int carriageReturns;
    private readonly int longest;
    private readonly ReadOnlySpan<byte> data;
    private long records;
    private int lineStart;
    private int delimiters;
    private int returns;

    private PlainRecords(ReadOnlySpan<byte> data, int fieldCount, bool isCrLf, int longest)
    {
        this.data = data;
        (this.fieldCount, carriageReturns, this.longest) = (fieldCount, isCrLf ? 1 : 0, longest);
    }

    /// <summary>Counts from the beginning of <paramref name="data"/>, which is the beginning of a record.</summary>
    /// <param name="data">UTF-8.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="fieldCount">Values of a record.</param>
    /// <param name="isCrLf">Whether lines end in CR LF; else in LF.</param>
    /// <param name="longest">Bytes of the longest record.</param>
    /// <returns>The records, and their bytes.</returns>
    public static (long Records, int Bytes) Count(ReadOnlySpan<byte> data, CsvDialect dialect, int fieldCount, bool isCrLf, int longest)
    {
        var count = new PlainRecords(data, fieldCount, isCrLf, longest);
        count.Run(dialect);
        return (count.records, count.lineStart);
    }

    private void Run(CsvDialect dialect)
    {
        var (delimiter, quote) = (Vector256.Create(dialect.Delimiter), Vector256.Create(dialect.Quote ?? (byte)'\n'));
        var (feed, carriage) = (Vector256.Create((byte)'\n'), Vector256.Create((byte)'\r'));
        var hasQuote = dialect.Quote is not null;
        ref var first = ref MemoryMarshal.GetReference(data);
        var at = 0;
        for (; at + Vector256<byte>.Count <= data.Length; at += Vector256<byte>.Count)
        {
            var block = Vector256.LoadUnsafe(ref first, (nuint)at);
            if (!Take(
                at, Bits(block, feed), Bits(block, delimiter), hasQuote ? Bits(block, quote) : 0, Bits(block, carriage)))
            {
                return;
            }
        }

        Span<byte> rest = stackalloc byte[Vector256<byte>.Count];
        rest.Clear();
        data[at..].CopyTo(rest);
        var last = Vector256.Create<byte>(rest);
        Take(at, Bits(last, feed), Bits(last, delimiter), hasQuote ? Bits(last, quote) : 0, Bits(last, carriage));
    }

    /// <summary>Takes 32 bytes; false when there is something in them that is not plain.</summary>
    private bool Take(int at, uint feeds, uint marks, uint quotes, uint carriages)
    {
        while (feeds != 0)
        {
            var bit = BitOperations.TrailingZeroCount(feeds);
            var below = (1u << bit) - 1;
            var length = at + bit - lineStart - carriageReturns;
            delimiters += BitOperations.PopCount(marks & below);
            returns += BitOperations.PopCount(carriages & below);
            if ((quotes & below) != 0 || delimiters != fieldCount - 1 || length <= 0 || length > longest || returns != carriageReturns
                || (carriageReturns == 1 && data[at + bit - 1] != (byte)'\r'))
            {
                return false;
            }

            records++;
            (lineStart, delimiters, returns) = (at + bit + 1, 0, 0);
            (marks, quotes, carriages, feeds) = (marks & ~below, quotes & ~below, carriages & ~below, feeds & (feeds - 1));
        }

        delimiters += BitOperations.PopCount(marks);
        returns += BitOperations.PopCount(carriages);
        return quotes == 0;
    }

    private static uint Bits(Vector256<byte> block, Vector256<byte> mark) => Vector256.Equals(block, mark).ExtractMostSignificantBits();
}
