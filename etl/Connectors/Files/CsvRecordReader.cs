using System.Buffers;
using System.Text.Unicode;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Cuts UTF-8 text into CSV records and their values, with the line of each. A record that breaks the rules of quoting or is too long is given
/// as its first line with a <see cref="Fault"/>, and reading goes on behind that line: a lost quote costs a line, not the rest of the file.
/// Memory stays within a few times the longest record allowed.
/// </summary>
internal sealed class CsvRecordReader : IDisposable
{
    private const int FirstBuffer = 1 << 18;
    private readonly Stream text;
    private readonly CsvDialect dialect;
    private readonly SearchValues<byte> marks;
    private byte[] buffer;
    private int start;
    private int end;
    private bool atEnd;
    private CsvField[] fields = new CsvField[64];
    private int recordLength;
    private int next;
    private int plainEnd = -1;

    public CsvRecordReader(Stream text, CsvDialect dialect)
    {
        (this.text, this.dialect) = (text, dialect);
        buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        marks = SearchValues.Create([dialect.Delimiter, dialect.Quote ?? dialect.Delimiter, (byte)'\r', (byte)'\n']);
        Fill();
        if (Unread.StartsWith("\uFEFF"u8))
        {
            start = next = 3;
        }
    }

    private enum Step
    {
        Whole,
        NeedsMore,
        Broken,
    }

    /// <summary>Line the record begins on, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Line the record behind it begins on.</summary>
    public long NextLine { get; private set; } = 1;

    /// <summary>The record's bytes without its line end.</summary>
    public ReadOnlySpan<byte> Record => buffer.AsSpan(start, recordLength);

    /// <summary>Its values; none when it is faulty.</summary>
    public ReadOnlySpan<CsvField> Fields => fields.AsSpan(0, FieldCount);

    /// <summary>How many values it has.</summary>
    public int FieldCount { get; private set; }

    /// <summary>How it ends.</summary>
    public LineEnd End { get; private set; }

    /// <summary>Whether a quoted value spans lines.</summary>
    public bool SpansLines { get; private set; }

    /// <summary>Whether a quote stands inside an unquoted value or blanks stand around a quoted one, which other readers may take otherwise.</summary>
    public bool HasStrayQuote { get; private set; }

    /// <summary>What is wrong with the record; null when it is well formed.</summary>
    public string? Fault { get; private set; }

    /// <summary>The value the fault is in, from 1; 0 when it is the record's as a whole.</summary>
    public int FaultyField { get; private set; }

    private ReadOnlySpan<byte> Unread => buffer.AsSpan(start, end - start);

    /// <summary>Goes to the next record.</summary>
    /// <returns>False when there is none.</returns>
    public bool Read()
    {
        (start, Line) = (next, NextLine);
        (Fault, FaultyField, FieldCount, SpansLines, HasStrayQuote) = (null, 0, 0, false, false);
        while (true)
        {
            if (start == end && atEnd)
            {
                return false;
            }

            switch (start == end ? Step.NeedsMore : Cut())
            {
                case Step.Whole:
                    return true;
                case Step.Broken:
                    return CutFirstLine();
                case Step.NeedsMore when end - start > dialect.MaxLineBytes:
                    (Fault, FaultyField) = ($"the record is longer than max_line_bytes ({dialect.MaxLineBytes})", 0);
                    return CutFirstLine();
                default:
                    Fill();
                    break;
            }
        }
    }

    /// <summary>
    /// Passes the records behind the present one that are whole in memory and so plain that nothing has to be asked of them: valid UTF-8, no quote, as many
    /// values as wanted, one way of ending lines. Dozens of bytes are looked at at once. Stops before the first other one; answers how many it passed.
    /// </summary>
    /// <param name="fieldCount">Values of a record.</param>
    /// <param name="ending">How lines end: LF or CR LF.</param>
    /// <param name="longest">Bytes of the longest record that is plain.</param>
    public long PassPlain(int fieldCount, LineEnd ending, int longest)
    {
        if (plainEnd < 0)
        {
            var unread = buffer.AsSpan(next, end - next);
            plainEnd = next + unread.LastIndexOf((byte)'\n') + 1;
            plainEnd = Utf8.IsValid(buffer.AsSpan(next, plainEnd - next)) ? plainEnd : next;
        }

        if (next >= plainEnd)
        {
            return 0;
        }

        var (records, bytes) = PlainRecords.Count(
            buffer.AsSpan(next, plainEnd - next), dialect, fieldCount, ending == LineEnd.CrLf, Math.Min(longest, dialect.MaxLineBytes));
        next += bytes;
        NextLine += records;
        return records;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    /// <summary>Finds the record's values and its end in what is read.</summary>
    private Step Cut()
    {
        var data = Unread;
        (FieldCount, SpansLines, HasStrayQuote) = (0, false, false);
        var at = 0;
        while (true)
        {
            var first = PassBlanks(data, at);
            var quoted = first < data.Length && data[first] == dialect.Quote;
            HasStrayQuote |= quoted && first > at;
            (first, at) = quoted ? (first, first) : (at, at);
            if (quoted && CutQuoted(data, ref at) is not Step.Whole and var step)
            {
                return step;
            }

            var mark = quoted ? PassBlanks(data, at) : NextMark(data, at);
            if (mark == data.Length && !atEnd)
            {
                return Step.NeedsMore;
            }

            Add(new CsvField(first, (quoted ? at : mark) - first, quoted));
            if (mark < data.Length && data[mark] == dialect.Delimiter)
            {
                at = mark + 1;
                continue;
            }

            return Close(data, mark);
        }
    }

    /// <summary>Blanks around a quoted value are not part of it.</summary>
    private int PassBlanks(ReadOnlySpan<byte> data, int at)
    {
        while (at < data.Length && data[at] == ' ' && dialect.Delimiter != ' ')
        {
            at++;
        }

        return at;
    }

    private int NextMark(ReadOnlySpan<byte> data, int at)
    {
        while (true)
        {
            var found = data[at..].IndexOfAny(marks);
            if (found < 0)
            {
                return data.Length;
            }

            at += found;
            if (data[at] != dialect.Quote)
            {
                return at;
            }

            HasStrayQuote = true;
            at++;
        }
    }

    /// <summary>Passes a quoted value; leaves <paramref name="at"/> behind its closing quote.</summary>
    private Step CutQuoted(ReadOnlySpan<byte> data, ref int at)
    {
        var (quote, escape) = (dialect.Quote!.Value, dialect.Escape ?? dialect.Quote.Value);
        var open = at++;
        while (true)
        {
            var found = data[at..].IndexOfAny(quote, escape);
            var mark = at + found;
            if (found < 0 || (mark + 1 == data.Length && !atEnd))
            {
                return atEnd ? Broken("a quote is opened and never closed") : Step.NeedsMore;
            }

            var isLast = mark + 1 == data.Length;
            if (data[mark] == escape && (escape != quote || (!isLast && data[mark + 1] == quote)))
            {
                at = Math.Min(mark + 2, data.Length);
                continue;
            }

            at = mark + 1;
            SpansLines |= data[open..at].IndexOfAny((byte)'\n', (byte)'\r') >= 0;
            var after = PassBlanks(data, at);
            HasStrayQuote |= after > at;
            return after == data.Length || data[after] == dialect.Delimiter || data[after] is (byte)'\n' or (byte)'\r'
                ? Step.Whole
                : Broken("text follows a closing quote");
        }
    }

    private Step Broken(string fault)
    {
        (Fault, FaultyField) = (fault, FieldCount + 1);
        return Step.Broken;
    }

    private Step Close(ReadOnlySpan<byte> data, int mark)
    {
        if (mark < data.Length && data[mark] == '\r' && mark + 1 == data.Length && !atEnd)
        {
            return Step.NeedsMore;
        }

        if (mark > dialect.MaxLineBytes)
        {
            (Fault, FaultyField) = ($"the record is longer than max_line_bytes ({dialect.MaxLineBytes})", 0);
            return Step.Broken;
        }

        Finish(data, mark);
        if (SpansLines)
        {
            var lines = data[..mark].Count((byte)'\n');
            NextLine += lines > 0 ? lines : data[..mark].Count((byte)'\r');
        }

        return Step.Whole;
    }

    private void Finish(ReadOnlySpan<byte> data, int mark)
    {
        End = mark == data.Length ? LineEnd.EndOfFile
            : data[mark] == '\n' ? LineEnd.Lf
            : mark + 1 < data.Length && data[mark + 1] == '\n' ? LineEnd.CrLf
            : LineEnd.Cr;
        recordLength = mark;
        next = start + mark + End switch { LineEnd.EndOfFile => 0, LineEnd.CrLf => 2, _ => 1 };
        NextLine++;
    }

    /// <summary>Gives the faulty record's first line as the record, passing over what does not fit into memory.</summary>
    private bool CutFirstLine()
    {
        (FieldCount, SpansLines) = (0, false);
        var kept = Landing.RejectedRecord.RawTextLimit * 4;
        var searched = 0;
        while (true)
        {
            var found = Unread[searched..].IndexOfAny((byte)'\n', (byte)'\r');
            var mark = found < 0 ? end - start : searched + found;
            var isCut = found < 0 || (Unread[mark] == '\r' && mark + 1 == Unread.Length);
            if (isCut && !atEnd)
            {
                // Keep the line's beginning for the reject and drop the middle; a CR at the very end is looked at again.
                var drop = mark - kept;
                if (drop > 0)
                {
                    buffer.AsSpan(start + mark, end - start - mark).CopyTo(buffer.AsSpan(start + kept));
                    end -= drop;
                    mark = kept;
                }

                searched = mark;
                Fill();
                continue;
            }

            Finish(Unread, mark);
            return true;
        }
    }

    private void Add(CsvField field)
    {
        if (FieldCount == fields.Length)
        {
            Array.Resize(ref fields, fields.Length * 2);
        }

        fields[FieldCount++] = field;
    }

    /// <summary>Moves the record begun to the front and reads on; a record that fills the buffer gets a bigger one.</summary>
    private void Fill()
    {
        plainEnd = -1;
        if (end - start == buffer.Length)
        {
            var bigger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            Unread.CopyTo(bigger);
            ArrayPool<byte>.Shared.Return(buffer);
            (buffer, end, start) = (bigger, end - start, 0);
        }
        else if (start > 0)
        {
            Unread.CopyTo(buffer);
            (end, start) = (end - start, 0);
        }

        var read = text.Read(buffer.AsSpan(end));
        (end, atEnd) = (end + read, read == 0);
    }
}
