using System.Globalization;
using System.Text;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Reads single files of an extract: looks at them, and passes those through the spool that the engine does not read itself.</summary>
/// <param name="options">How files are read.</param>
/// <param name="declaredNames">Names of the columns of files without a header.</param>
/// <param name="workFolder">Where entries of archives are unpacked that their reader needs as files.</param>
/// <param name="progress">Told how far each file is.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class FileReading(
    FilesOptions options, IReadOnlyList<string> declaredNames, string workFolder, Func<SourceItem, Action<long, long>> progress, CancellationToken cancellation)
{
    /// <summary>Why a file is not read in this run.</summary>
    public const string Changed = "it changes while it is read; the next run reads it";

    /// <summary>Looks at a file; CSV is read through. A file that is not as it was found is left for the next run.</summary>
    /// <param name="item">The file.</param>
    /// <param name="number">A number of its own in the extract.</param>
    public FileFacts Look(SourceItem item, int number)
    {
        var facts = new FileFacts(item, new FileProbe(FileFormat.Csv, false, null, false, null));
        if (LeftFor(item) is { } why)
        {
            return facts with { LeftFor = why };
        }

        try
        {
            facts = facts with { Probe = FileProbe.Look(item.Location, options) };
            return facts.Probe is { Refusal: null, IsEmpty: false, Format: FileFormat.Csv } ? Through(facts, null) : Describe(facts, number);
        }
        catch (CrmException) when (LeftFor(item) is not null)
        {
            return facts with { LeftFor = LeftFor(item) };
        }
    }

    /// <summary>Why a file is to be left for the next run: it changed since it was found, or it is gone; null when it is as it was.</summary>
    public static string? LeftFor(SourceItem item) => FileState.Now(item.Location, item.Path) is not { } now ? "it is gone"
        : now.Size != item.Size || now.Modified != item.Modified ? Changed : null;

    /// <summary>Reads a text file through; a file whose text cannot be decoded is refused.</summary>
    /// <param name="facts">What is known of it.</param>
    /// <param name="spool">Where the records go; null to look only (CSV).</param>
    public FileFacts Through(FileFacts facts, RowSpool? spool)
    {
        var hash = facts.Sha256;
        try
        {
            facts = facts.Probe.Format == FileFormat.Csv
                ? CsvPass.Run(facts, options, declaredNames, spool, progress(facts.Item), cancellation)
                : Pass(facts, spool!, long.MaxValue).Run();
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

        return hash.Length == 0 || hash == facts.Sha256 ? facts : facts with { LeftFor = Changed };
    }

    /// <summary>The pass of a format that the engine does not read.</summary>
    public RecordPass Pass(FileFacts facts, RowSpool spool, long limit)
    {
        var tell = progress(facts.Item);
        return facts.Probe.Format switch
        {
            FileFormat.Json => new JsonPass(facts, options, spool) { Progress = tell, Limit = limit, Cancellation = cancellation },
            FileFormat.Fixed => new FixedPass(facts, options, declaredNames, spool) { Progress = tell, Limit = limit, Cancellation = cancellation },
            FileFormat.Xml => new XmlPass(facts, options, spool) { Progress = tell, Limit = limit, Cancellation = cancellation },
            _ => new SheetPass(facts, options, declaredNames, spool) { Progress = tell, Limit = limit, Cancellation = cancellation },
        };
    }

    /// <summary>Unpacks an entry of an archive whose reader needs a file.</summary>
    public FileFacts Unpack(FileFacts facts, int number)
    {
        if (facts.ReadsFrom.Length > 0 || facts.Probe.Format is not (FileFormat.Parquet or FileFormat.Sheet))
        {
            return facts;
        }

        var target = Path.Combine(workFolder, string.Create(CultureInfo.InvariantCulture, $"entry-{number}"));
        FilePlace.Parse(facts.Item.Location).Unpack(target, cancellation);
        return facts with { ReadsFrom = target };
    }

    private FileFacts Describe(FileFacts facts, int number)
    {
        facts = facts with
        {
            Sha256 = FileState.Sha256Of(facts.Item.Location, facts.Item.Path, cancellation),
            NeedsSpool = facts.Probe is { IsEmpty: false, Format: not (FileFormat.Csv or FileFormat.Parquet) },
            Warnings = facts.Probe.IsEmpty ? ["the file is empty"] : [],
        };
        try
        {
            return facts.Probe.Refusal is { } refusal ? facts.Refuse(refusal) : Unpack(facts, number);
        }
        catch (InvalidDataException e)
        {
            return facts.Refuse(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileState.Unreadable(facts.Item.Path, e);
        }
    }
}
