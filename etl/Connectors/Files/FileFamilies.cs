using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Files with the same columns: a stream that a source could have.</summary>
/// <param name="Stream">The stream, with the options that reach its files.</param>
/// <param name="Columns">Its columns with the types that a sample of their values suggests.</param>
/// <param name="Files">Paths of its files.</param>
public sealed record FileFamily(FoundStream Stream, IReadOnlyList<FoundColumn> Columns, IReadOnlyList<string> Files);

/// <summary>A raw column of a sample.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type that all values of the sample have; text when none fits. Numbers with leading zeros are text.</param>
/// <param name="Format">strptime pattern for dates and timestamps that are not ISO 8601; null otherwise.</param>
/// <param name="Doubt">What the sample does not tell, for people; null when it is clear.</param>
public sealed record FoundColumn(string Name, ColumnType Type, string? Format, string? Doubt);

/// <summary>Looks at files and proposes streams: one for each set of columns, with options, types, and a key. Reads a sample of each only.</summary>
/// <param name="projectFolder">Full path of the project folder.</param>
/// <param name="scratch">A session of the scratch instance.</param>
public sealed class FileFamilies(string projectFolder, ISession scratch)
{
    private const int FilesLookedAt = 500;
    private static readonly SourceLocation where = new("crm source new", 1, 1);

    /// <summary>The families of the files that paths and patterns name, in the order of their first files.</summary>
    /// <param name="patterns">Paths and patterns; a folder stands for its files.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CrmException">Nothing matches, or nothing that matches can be read.</exception>
    public IReadOnlyList<FileFamily> Describe(IReadOnlyList<string> patterns, CancellationToken cancellation = default)
    {
        patterns = [.. patterns.Select(p => Directory.Exists(Path.Combine(projectFolder, p)) ? $"{p.TrimEnd('/')}/*" : p)];
        var stream = Context([("path", patterns)]);
        var items = FoundFiles.Of(stream, FilesOptions.Read(stream), []);
        var families = new Dictionary<string, List<(string Path, string Location)>>(StringComparer.OrdinalIgnoreCase);
        CrmException? refusal = null;
        foreach (var item in items.Take(FilesLookedAt))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var names = new FileColumns(stream, FilesOptions.Read(stream)).Of([item], cancellation).Select(c => c.Name);
                var signature = $"{FilesOptions.Read(stream).FormatOf(FilePlace.Parse(item.Location).Name)} {string.Join('\u001f', names)}";
                families.TryAdd(signature, []);
                families[signature].Add(item);
            }
            catch (CrmException e)
            {
                refusal ??= e;
            }
        }

        if (families.Count == 0)
        {
            throw refusal ?? new CrmException(
                FailureKind.Failed, "no file is there", string.Join(", ", patterns), "at least one file with records", "Correct the path");
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. families.Values.Select(f => Family(f, items, taken, cancellation))];
    }

    private FileFamily Family(
        List<(string Path, string Location)> files, IReadOnlyList<(string Path, string Location)> all, HashSet<string> taken, CancellationToken cancellation)
    {
        var name = FamilyName.Of(files.ConvertAll(f => f.Path), taken);
        var options = new Dictionary<string, string>(StringComparer.Ordinal) { ["path"] = string.Join('\n', FamilyName.Paths(files.ConvertAll(f => f.Path), all.Select(f => f.Path))) };
        var work = Directory.CreateTempSubdirectory("crm-sample-");
        try
        {
            var sample = new FileSample(work.FullName, scratch, Context);
            var (batch, encoding) = sample.Land(files, cancellation);
            if (encoding is not null)
            {
                options["encoding"] = encoding;
            }

            if (sample.Delimiter is { } delimiter and not ',')
            {
                options["delimiter"] = delimiter == '\t' ? "tab" : delimiter.ToString();
            }

            var rows = LandedRelation.Sql(batch);
            var columns = batch.Columns.Select(c => ColumnFinding.Of(scratch, rows, c)).ToList();
            var key = ColumnFinding.Key(scratch, rows, name, columns);
            return new(
                new(name, options, batch.Columns, key, null, sample.Records(files)),
                columns.ConvertAll(c => c.Column), files.ConvertAll(f => f.Path));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private StreamContext Context(IReadOnlyList<(string Option, IReadOnlyList<string> Values)> options)
    {
        var stream = new SourceStream("sample", options.ToDictionary(o => o.Option, o => new OptionValue(o.Values, where)), [], [], where);
        return new(projectFolder, new Source("sample", "files", new Dictionary<string, OptionValue>(), null, [stream], [], [], where), stream, scratch);
    }
}
