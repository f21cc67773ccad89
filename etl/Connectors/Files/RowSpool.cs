using System.Buffers;
using System.Buffers.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Rows on their way to the engine that it would not read itself from their files (or not as exactly): a temporary CSV file written so plainly that it
/// can be read only one way. Every row begins with its file's number, its record's and its line's; then the values, each in quotes, nothing for NULL.
/// Columns are added as files bring them; shorter rows end early. In a project whose data is encrypted, the rows take another way: <see cref="SealedRows"/>.
/// </summary>
internal sealed class RowSpool : IDisposable
{
    private readonly Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> columns = [];
    private readonly ArrayBufferWriter<byte> values = new();
    private readonly ArrayBufferWriter<byte> line = new();
    private readonly Stream file;
    private readonly Action send;
    private readonly SealedRows? rows;
    private (int Start, int Length)[] slices = [];
    private int used;
    private int number;
    private long fileStart;

    /// <summary>Begins a spool.</summary>
    /// <param name="path">The file, without its ending.</param>
    /// <param name="scratch">A session of the instance that will read it; where that encrypts files, the spool is encrypted too.</param>
    public RowSpool(string path, ISession scratch)
        : this(scratch.Key is null ? new FileStream($"{path}.csv", FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 18) : Stream.Null)
        => (Path, rows) = scratch.Key is null ? ($"{path}.csv", null) : ($"{path}.rows", new SealedRows(scratch));

    public RowSpool(Stream file)
    {
        this.file = file;
        send = () => file.Write(line.WrittenSpan);
    }

    public string Path { get; } = "";

    /// <summary>What the engine's function for Parquet reads, when the spool is encrypted; null when it is plain CSV.</summary>
    public string? Sealed { get; private set; }

    /// <summary>The columns of all files so far.</summary>
    public IReadOnlyList<string> Columns => columns;

    /// <summary>Bytes of the longest row.</summary>
    public int LongestRow { get; private set; }

    /// <summary>Begins the rows of a file.</summary>
    public void Begin(int fileNumber)
    {
        file.Flush();
        (number, fileStart) = (fileNumber, file.Position);
    }

    /// <summary>Takes the rows of the file begun last out again.</summary>
    public void Abandon()
    {
        Reset();
        if (rows is not null)
        {
            rows.Remove(number);
            return;
        }

        file.Flush();
        file.SetLength(fileStart);
        file.Position = fileStart;
    }

    /// <summary>The place of a column, new at the end when no file had it.</summary>
    public int PlaceOf(string column)
    {
        if (!places.TryGetValue(column, out var place))
        {
            places[column] = place = columns.Count;
            columns.Add(column);
            Array.Resize(ref slices, columns.Count);
        }

        return place;
    }

    /// <summary>Gives the row begun a value.</summary>
    public void Set(int place, ReadOnlySpan<byte> utf8)
    {
        slices[place] = (values.WrittenCount + 1, utf8.Length);
        used = Math.Max(used, place + 1);
        values.Write(utf8);
    }

    /// <summary>Whether the row begun has a value here.</summary>
    public bool IsSet(int place) => slices[place].Start > 0;

    /// <summary>Drops the values given to the row begun.</summary>
    public void Reset()
    {
        Array.Clear(slices);
        used = 0;
        values.ResetWrittenCount();
    }

    /// <summary>Ends the row.</summary>
    /// <param name="record">Number of its record in the file.</param>
    /// <param name="recordLine">The line it begins on.</param>
    public void EndRow(long record, long recordLine)
    {
        if (rows is not null)
        {
            rows.Add(number, record, recordLine, [.. slices.Take(used).Select(s => s.Start > 0 ? values.WrittenSpan.Slice(s.Start - 1, s.Length).ToArray() : null)]);
            Reset();
            return;
        }

        WriteNumber(number);
        line.Write(","u8);
        WriteNumber(record);
        line.Write(","u8);
        WriteNumber(recordLine);
        for (var place = 0; place < used; place++)
        {
            line.Write(","u8);
            var (start, length) = slices[place];
            if (start > 0)
            {
                WriteQuoted(values.WrittenSpan.Slice(start - 1, length));
            }
        }

        line.Write("\n"u8);
        Guard(send);
        LongestRow = Math.Max(LongestRow, line.WrittenCount);
        line.ResetWrittenCount();
        Reset();
    }

    /// <summary>Sends what is buffered to the file.</summary>
    public void Flush()
    {
        Guard(file.Flush);
        Sealed = rows?.Write(Path);
    }

    public void Dispose()
    {
        file.Dispose();
        rows?.Dispose();
    }

    /// <summary>A full disk is the landing folder's trouble, not that of the file being read.</summary>
    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new CrmException(FailureKind.Failed, e.Message, Path, "room for temporary rows", "Free space, then run again; nothing was lost", e);
        }
    }

    private void WriteNumber(long value)
    {
        Utf8Formatter.TryFormat(value, line.GetSpan(20), out var written);
        line.Advance(written);
    }

    private void WriteQuoted(ReadOnlySpan<byte> value)
    {
        line.Write("\""u8);
        for (var quote = value.IndexOf((byte)'"'); quote >= 0; quote = value.IndexOf((byte)'"'))
        {
            line.Write(value[..quote]);
            line.Write("\"\""u8);
            value = value[(quote + 1)..];
        }

        line.Write(value);
        line.Write("\""u8);
    }
}
