using System.Globalization;
using System.Text;
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
    private readonly IReadOnlyList<string> declaredNames = [.. stream.Stream.Columns.Select(c => c.Name)];
    private readonly ReadingProgress reading = new(progress);

    public LandedBatch Run(Discovery found)
    {
        reading.Begin(found.Items);
        var files = Look(found.Items);
        var isSpooled = files.Select(f => f.NeedsSpool).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            RefuseWhenNothingIsLeft(found, files);
            var batch = TryCopy(files, isSpooled);
            if (batch is not null)
            {
                RefuseWhenNothingIsLeft(found, files);
                CheckNothingChanged(files);
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
        var files = new FileFacts[items.Count];
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, items.Count, parallel, i => files[i] = Look(items[i]));
        }
        catch (AggregateException e)
        {
            throw e.Flatten().InnerExceptions.OfType<CrmException>().FirstOrDefault() ?? (Exception)e;
        }

        return files;
    }

    private FileFacts Look(SourceItem item)
    {
        var facts = new FileFacts(item, FileProbe.Look(item.Location, options));
        if (facts.Probe is { Refusal: null, IsEmpty: false, Format: FileFormat.Csv })
        {
            return Through(facts, null);
        }

        facts = facts with
        {
            Sha256 = FileState.Sha256Of(item.Location, item.Path, cancellation),
            NeedsSpool = facts.Probe is { IsEmpty: false, Format: FileFormat.Json },
            Warnings = facts.Probe.IsEmpty ? ["the file is empty"] : [],
        };
        return facts.Probe.Refusal is { } refusal ? facts.Refuse(refusal) : facts;
    }

    /// <summary>Reads a text file through; a file whose text cannot be decoded is refused.</summary>
    private FileFacts Through(FileFacts facts, RowSpool? spool)
    {
        var hash = facts.Sha256;
        try
        {
            facts = facts.Probe.Format == FileFormat.Json
                ? JsonPass.Run(facts, options, spool!, long.MaxValue, reading.Of(facts.Item), cancellation)
                : CsvPass.Run(facts, options, declaredNames, spool, reading.Of(facts.Item), cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException)
        {
            spool?.Abandon();
            return (facts with { Sha256 = FileState.Sha256Of(facts.Item.Location, facts.Item.Path, cancellation) }).Refuse(
                e is DecoderFallbackException ? $"the text is not valid {facts.Probe.Encoding?.WebName}: {e.Message}" : e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileState.Unreadable(facts.Item.Path, e);
        }

        return hash.Length == 0 || hash == facts.Sha256 ? facts : throw Changed(facts);
    }

    /// <summary>
    /// Copies once. Files that are read alike stand together and are numbered on, so that the engine's own count of files gives each its number.
    /// </summary>
    /// <returns>The batch; null when the engine did not agree and the copy must be made again with more files spooled.</returns>
    private LandedBatch? TryCopy(FileFacts[] files, bool[] isSpooled)
    {
        var groups = files.Index().Where(f => f.Item is { Rejects: [not { Record: 0 }, ..] or [], Probe.IsEmpty: false })
            .GroupBy(f => Group(f.Item, isSpooled[f.Index]), StringComparer.Ordinal)
            .Select(g => g.ToList()).ToList();
        var numbers = new int[files.Length];
        var number = 0;
        foreach (var index in groups.SelectMany(g => g).Select(f => f.Index).Union(Enumerable.Range(0, files.Length)))
        {
            numbers[index] = number++;
        }

        using var spool = new RowSpool(Path.Combine(target.WorkFolder, "spool.csv"));
        try
        {
            var parts = groups.ConvertAll(g => Part(g, files, isSpooled, numbers, spool));
            copy.Copy(parts, target.ParquetPath, cancellation);
        }
        catch (EngineException e) when (e.Kind is EngineErrorKind.DiskFull or EngineErrorKind.OutOfMemory)
        {
            throw new CrmException(
                FailureKind.Failed, e.Message, stream.Name, "room for the raw rows", "Free space, then run again; nothing was lost", e);
        }
        catch (EngineException e) when (e.Kind is not (EngineErrorKind.Interrupted or EngineErrorKind.Fatal))
        {
            Blame(files, isSpooled, e);
            return null;
        }

        var counts = copy.Counts(target.ParquetPath, cancellation);
        var agrees = true;
        foreach (var (index, file) in files.Index())
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

        foreach (var (index, file) in group)
        {
            spool.Begin(numbers[index]);
            files[index] = Through(file, spool);
        }

        spool.Flush();
        return FilesCopy.Spool(spool);
    }

    /// <summary>The engine stumbled: Parquet files that it cannot read are refused, and CSV files go through the spool.</summary>
    private void Blame(FileFacts[] files, bool[] isSpooled, EngineException error)
    {
        var found = false;
        foreach (var (index, file) in files.Index())
        {
            if (file is { Probe: { Format: FileFormat.Parquet, IsEmpty: false }, Rejects: [] } && copy.ParquetFault(file, cancellation) is { } fault)
            {
                (files[index], found) = (file.Refuse(fault), true);
            }
            else if (file.Probe.Format == FileFormat.Csv && !isSpooled[index])
            {
                (isSpooled[index], found) = (true, true);
            }
        }

        if (!found)
        {
            throw new CrmException(
                FailureKind.Failed, error.Message, stream.Name, "files that can be copied into landing", "Correct what the message names, then run again", error);
        }
    }

    private LandedBatch Batch(FileFacts[] files, int[] numbers, IReadOnlyDictionary<int, FilesCopy.FileRows> counts)
    {
        var landed = files.Select((file, i) => new LandedFile(
            numbers[i], file.Item.Path, file.Item.Size, file.Item.Modified, file.Sha256, file.Item.Change,
            counts.GetValueOrDefault(numbers[i])?.FirstRow ?? 0, counts.GetValueOrDefault(numbers[i])?.Records ?? 0,
            file.Rejects.Count, file.Warnings));
        return new LandedBatch(
            target.ParquetPath, [.. landed.OrderBy(f => f.Number)], [.. files.SelectMany(f => f.Rejects)],
            copy.Landed(target.ParquetPath), Drift(files));
    }

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
        if (found.Unchanged + found.Touched.Count == 0 && Array.TrueForAll(files, f => f.Rejects is [{ Record: 0 }]))
        {
            throw new CrmException(
                FailureKind.Failed, files[0].Rejects[0].Reason, files[0].Item.Path, $"a {files[0].Probe.Format.ToString().ToLowerInvariant()} file",
                "Correct the file or the stream's options, then run again; nothing was lost");
        }
    }

    private static void CheckNothingChanged(FileFacts[] files)
    {
        foreach (var file in files)
        {
            var (size, modified) = FileState.Of(file.Item.Location, file.Item.Path);
            if (size != file.Item.Size || modified != file.Item.Modified)
            {
                throw Changed(file);
            }
        }
    }

    private static CrmException Changed(FileFacts file) => new(
        FailureKind.Busy, "the file changes while it is read", file.Item.Path, "a file that is complete",
        "Run again when it is; let writers use another name and rename at the end");
}
