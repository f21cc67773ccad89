namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>How a CSV file is written.</summary>
/// <param name="Delimiter">Between values.</param>
/// <param name="Quote">Around values; null for none.</param>
/// <param name="Escape">Before a quote inside a quoted value; equal to the quote when it is doubled.</param>
/// <param name="MaxLineBytes">The longest record, in bytes of UTF-8.</param>
internal readonly record struct CsvDialect(byte Delimiter, byte? Quote, byte? Escape, int MaxLineBytes)
{
    /// <summary>The delimiter that the header shows most often outside quotes; a comma when it shows none.</summary>
    /// <param name="head">The beginning of the file.</param>
    /// <param name="skipLines">Lines before the header.</param>
    /// <param name="quote">The quote, if any.</param>
    public static byte DelimiterOf(ReadOnlySpan<byte> head, int skipLines, byte? quote)
    {
        for (; skipLines > 0 && head.IndexOf((byte)'\n') is >= 0 and var end; skipLines--)
        {
            head = head[(end + 1)..];
        }

        Span<int> counts = stackalloc int[4];
        var quoted = false;
        foreach (var b in head)
        {
            quoted ^= b == quote;
            if (!quoted && b is (byte)'\n' or (byte)'\r')
            {
                break;
            }

            if (!quoted && ",;\t|"u8.IndexOf(b) is >= 0 and var which)
            {
                counts[which]++;
            }
        }

        var best = 0;
        for (var i = 1; i < counts.Length; i++)
        {
            best = counts[i] > counts[best] ? i : best;
        }

        return ",;\t|"u8[best];
    }
}

/// <summary>A value within a record.</summary>
/// <param name="Start">Its first byte (the quote, when quoted), from the record's first.</param>
/// <param name="Length">Its bytes, quotes included.</param>
/// <param name="IsQuoted">Whether it stands in quotes.</param>
internal readonly record struct CsvField(int Start, int Length, bool IsQuoted);

/// <summary>How a record ends.</summary>
internal enum LineEnd
{
    Lf,
    CrLf,
    Cr,
    EndOfFile,
}
