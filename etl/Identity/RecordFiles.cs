using System.Globalization;
using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>Records read from files.</summary>
/// <param name="Columns">Their columns, by name; columns of the same name in several files are one.</param>
/// <param name="Records">Records per file, in the order given.</param>
/// <param name="Warnings">What is odd about the files.</param>
public sealed record ReadFiles(IReadOnlyList<string> Columns, IReadOnlyList<long> Records, IReadOnlyList<string> Warnings);

/// <summary>
/// Reads files of records (CSV of any dialect and encoding, JSON lines, Parquet), each a source, into the temporary table <c>identity_input</c>:
/// <c>_source</c> (0, 1 …), <c>_record</c>, <c>_key</c>, <c>_new</c> and every column as text. Needs a session that may read files outside.
/// </summary>
public static class RecordFiles
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RecordFiles));

    /// <summary>Reads the files.</summary>
    /// <exception cref="CrmException">A file is missing, cannot be read, or is empty.</exception>
    public static ReadFiles Read(ISession session, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var parts = new List<string>();
        var warnings = new List<string>();
        foreach (var (number, file) in files.Index())
        {
            var rows = Rows(file, warnings);
            var columns = Columns(session, rows, file).Select((c, i) => (Found: c.Name, Name: Named(names, c.Name, i))).DistinctBy(c => c.Name).ToList();
            parts.Add(Sql.Fill(
                "file", ("number", number.ToString(CultureInfo.InvariantCulture)), ("prefix", SqlName.Literal($"{Path.GetFileName(file)}:")), ("rows", rows),
                ("columns", SqlName.List(columns.Select(c => $"CAST({SqlName.Quote(c.Found)} AS VARCHAR) AS {SqlName.Quote(c.Name)}")))));
        }

        session.Execute(Sql.Fill("input", ("files", string.Join(Sql.Fill("union"), parts))), null, cancellation);
        if (parts.Exists(p => p.Contains("read_csv", StringComparison.Ordinal)) && session.Scalar<long>(Sql.Fill("rejects")) is > 0 and var rejected)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{rejected:N0} line(s) could not be read and are left out"));
        }

        var counts = session.Query<SourceCount>(Sql.Fill("count")).ToDictionary(c => c.Source, c => c.Records);
        return new([.. names.Values], [.. files.Select((_, i) => counts.GetValueOrDefault(i))], warnings);
    }

    // Files that spell a column differently (First Name, first_name) mean the same one.
    private static string Named(Dictionary<string, string> names, string found, int position)
    {
        var name = found.Trim() is { Length: > 0 } trimmed ? trimmed : string.Create(CultureInfo.InvariantCulture, $"column_{position + 1}");
        var plain = string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        if (!names.TryGetValue(plain, out var known))
        {
            names.Add(plain, known = name.StartsWith('_') ? $"column{name}" : name);
        }

        return known;
    }

    private static string Rows(string file, List<string> warnings)
    {
        if (!File.Exists(file))
        {
            throw new CrmException(FailureKind.WrongUse, Directory.Exists(file) ? "a folder" : "no such file", file, "a file of records", "Correct the path");
        }

        var probe = FileProbe.Look(file, Options);
        if (probe.Refusal is { } refusal)
        {
            throw new CrmException(FailureKind.Failed, refusal, file, "CSV, JSON lines or Parquet", "Give another file");
        }

        if (probe.IsEmpty)
        {
            throw new CrmException(FailureKind.Failed, "the file is empty", file, "a header and records", "Give another file");
        }

        var path = SqlName.Literal(file);
        return probe.Format switch
        {
            FileFormat.Parquet => Sql.Fill("parquet", ("path", path)),
            FileFormat.Json => Sql.Fill("json", ("path", path)),
            _ => Sql.Fill(
                "csv", ("path", path), ("quote", "'\"'"), ("encoding", SqlName.Literal(Encoding(file, probe, warnings))),
                ("delimiter", SqlName.Literal(((char)CsvDialect.DelimiterOf(probe.Head, 0, (byte)'"')).ToString()))),
        };
    }

    private static string Encoding(string file, FileProbe probe, List<string> warnings)
    {
        if (probe.Encoding is UnicodeEncoding)
        {
            return "utf-16";
        }

        if (probe.Gzip || TextLayout.IsUtf8(file))
        {
            return "utf-8";
        }

        warnings.Add($"{file}: not UTF-8; read as Latin-1");
        return "latin-1";
    }

    private static IReadOnlyList<DescribedColumn> Columns(ISession session, string rows, string file)
    {
        try
        {
            return session.Describe(Sql.Fill("columns", ("rows", rows)));
        }
        catch (EngineException e)
        {
            throw new CrmException(FailureKind.Failed, $"the file cannot be read ({e.Message.Split('\n')[0]})", file, "records with a header", "Correct the file", e);
        }
    }

    private static FilesOptions Options { get; } = new(
        new Warehouse.Declarations.OptionValue([], default), null, null, (byte)'"', (byte)'"', null, null, true, 0, [], 2_000_000);

    private sealed record SourceCount(int Source, long Records);
}
