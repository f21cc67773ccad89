using System.Text;
using System.Text.Unicode;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads a CSV file through: hash, header, every record's shape. Without a spool it only looks, and stops looking when the file needs one;
/// with a spool it writes the good records there and tells the others.
/// </summary>
internal sealed class CsvPass
{
    /// <summary>The engine's own reader takes records up to 2,000,000 bytes.</summary>
    private const int EngineLineBytes = 1_900_000;

    private readonly FileFacts file;
    private readonly FilesOptions options;
    private readonly IReadOnlyList<string> declaredNames;
    private readonly RowSpool? spool;
    private readonly RejectList rejects;
    private readonly LineRuns lines = new();
    private readonly List<string> warnings = [];
    private readonly byte[][] nullTexts;
    private IReadOnlyList<string> columns = [];
    private int[] places = [];
    private long records;
    private LineEnd? lineEnd;
    private bool needsSpool;
    private bool spansLines;
    private byte[] unescaped = [];

    private CsvPass(FileFacts file, FilesOptions options, IReadOnlyList<string> declaredNames, RowSpool? spool)
    {
        (this.file, this.options, this.declaredNames, this.spool) = (file, options, declaredNames, spool);
        rejects = new(file.Item.Path);
        nullTexts = [.. options.NullValues.Select(Encoding.UTF8.GetBytes)];
        needsSpool = file.ReadsFrom.Length == 0 || file.Probe.Encoding is not null || options.SkipLines > 0 || options.Escape != options.Quote;
    }

    /// <summary>Reads the file.</summary>
    /// <param name="file">The file as far as it is known.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="declaredNames">Names of the columns when the file has no header.</param>
    /// <param name="spool">Where the records go; null to look only.</param>
    /// <param name="progress">Told the file's bytes and records so far.</param>
    /// <param name="cancellation">Stops it.</param>
    public static FileFacts Run(
        FileFacts file, FilesOptions options, IReadOnlyList<string> declaredNames, RowSpool? spool, Action<long, long> progress, CancellationToken cancellation)
        => new CsvPass(file, options, declaredNames, spool).Run(progress, cancellation);

    /// <summary>The columns the file's header names.</summary>
    public static IReadOnlyList<string> Header(FileFacts file, FilesOptions options, IReadOnlyList<string> declaredNames)
    {
        var pass = new CsvPass(file, options, declaredNames, null);
        using var hashed = HashedFile.Open(file.Item.Location, file.Probe, options, out var text);
        using var reader = new CsvRecordReader(text, pass.Dialect());
        pass.ReadHeader(reader);
        return pass.columns;
    }

    private FileFacts Run(Action<long, long> progress, CancellationToken cancellation)
    {
        using var hashed = HashedFile.Open(file.Item.Location, file.Probe, options, out var text);
        var dialect = Dialect();
        using (var reader = new CsvRecordReader(text, dialect))
        {
            var hasRecord = ReadHeader(reader);
            var told = 0L;
            while (hasRecord && (spool is not null || !needsSpool))
            {
                Take(reader);
                PassPlain(reader);
                hasRecord = reader.Read();
                if (hashed.BytesRead != told)
                {
                    cancellation.ThrowIfCancellationRequested();
                    told = hashed.BytesRead;
                    progress(told, records + rejects.Count);
                }
            }
        }

        return file with
        {
            Sha256 = hashed.Finish(cancellation),
            Columns = columns,
            Records = records,
            Rejects = rejects.Items,
            Warnings = warnings,
            Dialect = dialect,
            NeedsSpool = needsSpool,
            SpansLines = spansLines,
            Lines = lines.Runs,
            LinesAreInRows = lines.IsFull,
        };
    }

    private CsvDialect Dialect() => new(
        options.Delimiter ?? CsvDialect.DelimiterOf(file.Probe.Head, options.SkipLines, options.Quote),
        options.Quote, options.Escape, options.MaxLineBytes);

    private bool Skip(CsvRecordReader reader)
    {
        for (var line = 0; line < options.SkipLines; line++)
        {
            if (!reader.Read())
            {
                return false;
            }
        }

        return reader.Read();
    }

    /// <summary>Names the columns; afterwards the reader stands at the first record of data.</summary>
    private bool ReadHeader(CsvRecordReader reader)
    {
        if (!Skip(reader))
        {
            return false;
        }

        if (reader.Fault is { } fault)
        {
            throw new InvalidDataException($"its header cannot be read: {fault}");
        }

        if (!Utf8.IsValid(reader.Record))
        {
            throw new InvalidDataException("its header is not valid UTF-8; write its encoding, for example encoding: latin-1");
        }

        if (reader.FieldCount > FilesOptions.MostColumns)
        {
            throw new InvalidDataException($"its header names {reader.FieldCount} columns; at most {FilesOptions.MostColumns} are read");
        }

        var names = new List<string>();
        foreach (var field in reader.Fields)
        {
            names.Add(options.Header
                ? Encoding.UTF8.GetString(Text(reader, field))
                : declaredNames.ElementAtOrDefault(names.Count) ?? $"column_{names.Count + 1}");
        }

        columns = ColumnNames.Distinct(names, warnings);
        places = spool is null ? [] : [.. columns.Select(spool.PlaceOf)];
        lineEnd = options.Header && reader.End != LineEnd.EndOfFile ? reader.End : null;
        needsSpool |= reader.HasStrayQuote || lineEnd == LineEnd.Cr;
        spansLines = reader.SpansLines;
        return !options.Header || reader.Read();
    }

    private void Take(CsvRecordReader reader)
    {
        var isBlank = reader.FieldCount == 1 && reader.Record.IsEmpty;
        if (reader.End != LineEnd.EndOfFile)
        {
            lineEnd ??= reader.End;
            needsSpool |= reader.End != lineEnd || lineEnd == LineEnd.Cr;
        }

        if (isBlank && columns.Count > 1)
        {
            return;
        }

        var (reason, column) = Fault(reader);
        if (reason is not null)
        {
            needsSpool = true;
            rejects.Add(records, reader.Line, column, columns.ElementAtOrDefault(column - 1), reason, FileFacts.RawText(reader.Record));
            return;
        }

        records++;
        lines.Add(records + rejects.Count, reader.Line);
        spansLines |= reader.SpansLines;
        needsSpool |= lines.IsFull || isBlank || reader.HasStrayQuote || reader.Record.Length > EngineLineBytes;
        if (spool is not null)
        {
            Write(reader, spool);
        }
    }

    /// <summary>Most records of most files are plain; they need only be counted.</summary>
    private void PassPlain(CsvRecordReader reader)
    {
        if (spool is not null || needsSpool || lineEnd is not (LineEnd.Lf or LineEnd.CrLf))
        {
            return;
        }

        var line = reader.NextLine;
        if (reader.PassPlain(columns.Count, lineEnd.Value, EngineLineBytes) is > 0 and var passed)
        {
            lines.Add(records + rejects.Count + 1, line);
            records += passed;
            needsSpool |= lines.IsFull;
        }
    }

    private (string? Reason, int Column) Fault(CsvRecordReader reader)
    {
        if (reader.Fault is not null)
        {
            return (reader.Fault, reader.FaultyField);
        }

        if (reader.FieldCount != columns.Count)
        {
            return ($"{reader.FieldCount} values where the header names {columns.Count} columns", Math.Min(reader.FieldCount, columns.Count) + 1);
        }

        if (Utf8.IsValid(reader.Record))
        {
            return (null, 0);
        }

        var column = 1;
        foreach (var field in reader.Fields)
        {
            if (!Utf8.IsValid(reader.Record.Slice(field.Start, field.Length)))
            {
                break;
            }

            column++;
        }

        return (FileFacts.NotUtf8, column);
    }

    private void Write(CsvRecordReader reader, RowSpool target)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var field = reader.Fields[i];
            var value = Text(reader, field);
            if (field.IsQuoted || !(value.IsEmpty || IsNull(value)))
            {
                target.Set(places[i], value);
            }
        }

        target.EndRow(records + rejects.Count, reader.Line);
    }

    private bool IsNull(ReadOnlySpan<byte> value)
    {
        foreach (var text in nullTexts)
        {
            if (value.SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A value without its quotes and escapes.</summary>
    private ReadOnlySpan<byte> Text(CsvRecordReader reader, CsvField field)
    {
        var raw = reader.Record.Slice(field.Start, field.Length);
        if (!field.IsQuoted)
        {
            return raw;
        }

        raw = raw[1..^1];
        var escape = options.Escape ?? options.Quote!.Value;
        if (raw.IndexOf(escape) < 0)
        {
            return raw;
        }

        unescaped = unescaped.Length < raw.Length ? new byte[raw.Length * 2] : unescaped;
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            i += raw[i] == escape && i + 1 < raw.Length ? 1 : 0;
            unescaped[length++] = raw[i];
        }

        return unescaped.AsSpan(0, length);
    }
}
