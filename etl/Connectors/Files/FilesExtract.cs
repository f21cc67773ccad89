using System.Globalization;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// One extract of a stream of files. Every file is read through here first (hash, encoding, the shape of each record); what the engine's own reader
/// then surely reads the same way it reads itself, fast; everything else goes through the spool. Afterwards the engine's counts must be ours.
/// </summary>
internal sealed class FilesExtract(
    StreamContext stream, FilesOptions options, ExtractTarget target, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
{
    private readonly FilesCopy copy = new(stream.Scratch, options);
    private readonly ReadingProgress reading = new(progress);

    private FileReading Files => new(options, [.. stream.Stream.Columns.Select(c => c.Name)], target.WorkFolder, reading.Of, cancellation);

    public LandedBatch Run(Discovery found)
    {
        reading.Begin(found.Items);
        var all = Look(found.Items);
        using var mayBeSeparate = copy;
        if (Array.Exists(all, f => f.Probe.Format == FileFormat.Parquet))
        {
            copy.Separate();
        }

        var isSpooled = all.Select(f => f.NeedsSpool).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            RefuseWhenNothingIsLeft(found, all);
            var left = all.Count(f => f.LeftFor is not null);
            var batch = TryCopy(all, isSpooled);
            LeaveChanged(all);
            if (all.Count(f => f.LeftFor is not null) > left)
            {
                // There is something less to copy each time, so this ends.
                attempt--;
                continue;
            }

            if (batch is not null)
            {
                RefuseWhenNothingIsLeft(found, all);
                reading.End(batch.Files.Sum(f => f.Records + f.Rejected));
                return batch;
            }

            if (attempt == 3)
            {
                throw new CrmException(
                    FailureKind.Failed, "the engine counts other records than we do", stream.Name, "equal counts", "Report this with the files, if you may");
            }
        }
    }

    /// <summary>Reads every file through, several at a time.</summary>
    private FileFacts[] Look(IReadOnlyList<SourceItem> items)
    {
        var looked = new FileFacts[items.Count];
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, items.Count, parallel, i => looked[i] = Files.Look(items[i], i));
        }
        catch (AggregateException e)
        {
            throw e.Flatten().InnerExceptions.OfType<CrmException>().FirstOrDefault() ?? (Exception)e;
        }

        return looked;
    }

    /// <summary>Leaves files that changed since they were found for the next run, so that none is half of the old and half of the new; true when there are more.</summary>
    private static bool LeaveChanged(FileFacts[] files)
    {
        var more = false;
        foreach (var (index, file) in files.Index())
        {
            if (file.LeftFor is null && FileReading.LeftFor(file.Item) is { } why)
            {
                (files[index], more) = (file with { LeftFor = why }, true);
            }
        }

        return more;
    }

    /// <summary>
    /// Copies once. Files that are read alike stand together and are numbered on, so that the engine's own count of files gives each its number.
    /// </summary>
    /// <returns>The batch; null when the engine did not agree and the copy must be made again with more files spooled.</returns>
    private LandedBatch? TryCopy(FileFacts[] files, bool[] isSpooled)
    {
        var groups = files.Index().Where(f => f.Item is { LeftFor: null, Rejects: [not { Record: 0 }, ..] or [], Probe.IsEmpty: false })
            .GroupBy(f => Group(f.Item, isSpooled[f.Index]), StringComparer.Ordinal)
            .Select(g => g.ToList()).ToList();
        var numbers = new int[files.Length];
        var number = 0;
        foreach (var index in groups.SelectMany(g => g).Select(f => f.Index).Union(Enumerable.Range(0, files.Length)))
        {
            numbers[index] = number++;
        }

        using var spool = new RowSpool(Path.Combine(target.WorkFolder, "spool"), stream.Scratch);
        try
        {
            var parts = groups.ConvertAll(g => Part(g, files, isSpooled, numbers, spool));
            copy.Copy(parts, target.ParquetPath, cancellation);
        }
        catch (EngineException) when (LeaveChanged(files))
        {
            return null;
        }
        catch (EngineException e) when (e.Kind is not EngineErrorKind.Interrupted)
        {
            if (e.Kind is EngineErrorKind.Fatal)
            {
                copy.Separate();
            }

            if (e.Kind is EngineErrorKind.DiskFull || !Blame(files, isSpooled))
            {
                throw CannotCopy(e);
            }

            return null;
        }

        var counts = copy.Counts(target.ParquetPath, cancellation);
        var agrees = true;
        foreach (var (index, file) in files.Index().Where(f => f.Item.LeftFor is null))
        {
            var rows = counts.GetValueOrDefault(numbers[index]);
            var isParquet = file.Probe.Format == FileFormat.Parquet;
            var fits = isParquet || (rows?.Records ?? 0) == file.Records;
            agrees &= fits && (rows is null || rows.LastRow - rows.FirstRow + 1 == rows.Records);
            isSpooled[index] |= !fits;
        }

        return agrees ? Batch(files, numbers, counts) : null;
    }

    private string Group(FileFacts file, bool isSpooled) => isSpooled ? "3" : file.Probe.Format == FileFormat.Parquet ? "2"
        : string.Create(CultureInfo.InvariantCulture, $"1{file.Dialect.Delimiter} {file.Probe.Gzip} {file.SpansLines} {string.Join('\u001f', file.Columns)}");

    private string Part(List<(int Index, FileFacts Item)> group, FileFacts[] files, bool[] isSpooled, int[] numbers, RowSpool spool)
    {
        var first = numbers[group[0].Index];
        if (!isSpooled[group[0].Index])
        {
            var members = group.ConvertAll(f => f.Item);
            return members[0].Probe.Format == FileFormat.Parquet ? copy.Parquet(members, first) : copy.Csv(members, first);
        }

        var bearLines = false;
        foreach (var (index, file) in group)
        {
            spool.Begin(numbers[index]);
            files[index] = Files.Through(file, spool);
            bearLines |= files[index].LinesAreInRows;
        }

        spool.Flush();
        return FilesCopy.Spool(spool, bearLines ? LandedRelation.LineColumn : null);
    }

    /// <summary>The engine stumbled: Parquet files that it cannot read are refused, and CSV files go through the spool; false when there are none.</summary>
    private bool Blame(FileFacts[] files, bool[] isSpooled)
    {
        var found = false;
        FileFacts? good = null;
        foreach (var (index, file) in files.Index().Where(f => f.Item is { LeftFor: null, Probe.IsEmpty: false, Rejects: [] or [not { Record: 0 }, ..] }))
        {
            if (file.Probe.Format == FileFormat.Parquet)
            {
                var fault = copy.ParquetFault(file, good, cancellation);
                (files[index], found) = fault is null ? (file, found) : (file.Refuse(fault), true);
                good ??= fault is null ? file : null;
            }
            else if (file.Probe.Format == FileFormat.Csv && !isSpooled[index])
            {
                (isSpooled[index], found) = (true, true);
            }
        }

        return found;
    }

    private CrmException CannotCopy(EngineException error) => error.Kind is EngineErrorKind.DiskFull or EngineErrorKind.OutOfMemory
        ? new(FailureKind.Failed, error.Message, stream.Name, "room for the raw rows", "Free space, then run again; nothing was lost", error)
        : new(FailureKind.Failed, error.Message, stream.Name, "files that can be copied into landing", "Correct what the message names, then run again", error);

    private LandedBatch Batch(FileFacts[] all, int[] numbers, IReadOnlyDictionary<int, FilesCopy.FileRows> counts)
    {
        var files = all.Where(f => f.LeftFor is null).ToArray();
        var landed = all.Index().Where(f => f.Item.LeftFor is null).Select(f => Landed(f.Item, numbers[f.Index], counts.GetValueOrDefault(numbers[f.Index])));
        var (columns, hasLines) = copy.Landed(target.ParquetPath);
        return new LandedBatch(target.ParquetPath, [.. landed.OrderBy(f => f.Number)], [.. files.SelectMany(f => f.Rejects)], columns, Drift(files))
        {
            HasLineColumn = hasLines,
            Warnings = [.. all.Where(f => f.LeftFor is not null).Select(f => $"{f.Item.Path}: {f.LeftFor}"), .. LeftOut(all)],
        };
    }

    private static LandedFile Landed(FileFacts file, int number, FilesCopy.FileRows? rows) => new(
        number, file.Item.Path, file.Item.Size, file.Item.Modified, file.Sha256, file.Item.Change,
        rows?.FirstRow ?? 0, rows?.Records ?? 0, file.Rejects.Count, file.Warnings)
    {
        Lines = file.Probe.Format == FileFormat.Parquet ? [new(1, 1)] : file.Lines,
    };

    /// <summary>Entries of archives that are not for the stream are told, so that nobody thinks they were read.</summary>
    private IEnumerable<string> LeftOut(FileFacts[] files) => files
        .Where(f => FilePlace.Parse(f.Item.Location).Entry is not null)
        .GroupBy(f => FilePlace.Parse(f.Item.Location).Path, StringComparer.Ordinal)
        .Select(a => (Archive: FilePattern.RecordPath(stream.ProjectFolder, a.Key), Names: ArchiveListing.Of(a.Key, options).LeftOut))
        .Where(a => a.Names.Count > 0 && options.Entries.Count == 0)
        .Select(a => $"{a.Archive}: entries left out, by their names no such files: {ArchiveListing.Names(a.Names)}");

    private static List<ColumnDrift> Drift(FileFacts[] files)
    {
        var read = files.Where(f => f.Columns.Count > 0).ToList();
        var first = new HashSet<string>(read.Count > 0 ? read[0].Columns : [], StringComparer.OrdinalIgnoreCase);
        return [.. read.SelectMany(f => f.Columns.Where(c => !first.Contains(c)).Select(c => (Column: c, f.Item.Path, Kind: DriftKind.Added))
                .Concat(first.Except(f.Columns, StringComparer.OrdinalIgnoreCase).Select(c => (Column: c, f.Item.Path, Kind: DriftKind.Missing))))
            .GroupBy(d => (d.Column, d.Kind))
            .Select(g => new ColumnDrift(g.Key.Column, g.First().Path, g.Key.Kind, g.Count()))];
    }

    private void RefuseWhenNothingIsLeft(Discovery found, FileFacts[] files)
    {
        if (found.Unchanged + found.Touched.Count == 0 && files.Length > 0 && Array.TrueForAll(files, f => f.LeftFor is null && f.Rejects is [{ Record: 0 }]))
        {
            throw new CrmException(
                FailureKind.Failed, files[0].Rejects[0].Reason, files[0].Item.Path, $"a {files[0].Probe.Format.ToString().ToLowerInvariant()} file",
                "Correct the file or the stream's options, then run again; nothing was lost");
        }
    }
}
