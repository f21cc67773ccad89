namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Reading a file record by record into the spool: what the formats that the engine does not read have in common.</summary>
internal abstract class RecordPass
{
    private readonly SpoolColumns columns;
    private readonly LineRuns lines = new();
    private long told;

    protected RecordPass(FileFacts file, FilesOptions options, RowSpool spool)
    {
        (File, Options, Spool) = (file, options, spool);
        Rejects = new(file.Item.Path);
        columns = new(spool, Warnings);
    }

    /// <summary>What tells how far it is.</summary>
    public required Action<long, long> Progress { get; init; }

    /// <summary>How many records are read.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>Stops it.</summary>
    public CancellationToken Cancellation { get; init; }

    protected FileFacts File { get; }

    protected FilesOptions Options { get; }

    protected RowSpool Spool { get; }

    protected RejectList Rejects { get; }

    protected List<string> Warnings { get; } = [];

    protected long Records { get; private set; }

    /// <summary>Whether as many records were read as are wanted.</summary>
    protected bool IsEnough => Records + Rejects.Count >= Limit;

    /// <summary>Reads the file; one that cannot be read at all is an <see cref="InvalidDataException"/>.</summary>
    public FileFacts Run()
    {
        using var hashed = HashedFile.Open(File.Item.Location, File.Probe, Options, out var text);
        Read(text, hashed);

        return File with
        {
            Sha256 = Limit == long.MaxValue ? hashed.Finish(Cancellation) : "",
            Columns = columns.Names,
            Records = Records,
            Rejects = Rejects.Items,
            Warnings = Warnings,
            NeedsSpool = true,
            Lines = lines.Runs,
            LinesAreInRows = lines.IsFull,
        };
    }

    /// <summary>Reads the records.</summary>
    protected abstract void Read(Stream text, HashedFile hashed);

    /// <summary>Tells how far the file is read, and stops when nobody wants it any more.</summary>
    protected void Tell(HashedFile hashed)
    {
        if (hashed.BytesRead != told)
        {
            Cancellation.ThrowIfCancellationRequested();
            told = hashed.BytesRead;
            Progress(told, Records + Rejects.Count);
        }
    }

    /// <summary>Lands the record whose values the spool has.</summary>
    protected void Land(long line)
    {
        Records++;
        lines.Add(Records + Rejects.Count, line);
        Spool.EndRow(Records + Rejects.Count, line);
    }

    /// <summary>Rejects the record begun.</summary>
    protected void Reject(long line, string reason, string rawText, int column = 0, string? columnName = null)
    {
        Spool.Reset();
        Rejects.Add(Records, line, column, columnName, reason, rawText);
    }

    /// <summary>Names the columns of a header, in order.</summary>
    protected IReadOnlyList<int> Name(IReadOnlyList<string> header)
    {
        if (header.Count > FilesOptions.MostColumns)
        {
            throw new InvalidDataException($"its header names {header.Count} columns; at most {FilesOptions.MostColumns} are read");
        }

        return columns.Name(header);
    }

    /// <summary>The column of a key, new at the end when no record had it; -1 when there would be too many.</summary>
    /// <param name="key">What the file calls it, unique in the file.</param>
    /// <param name="wanted">The name it should have.</param>
    protected int PlaceOf(string key, string wanted) => columns.PlaceOf(key, wanted);

    protected static string TooManyColumns => SpoolColumns.TooMany;
}
