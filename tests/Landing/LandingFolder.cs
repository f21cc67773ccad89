using System.Text;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Landing;

/// <summary>A project folder with files, and a stream that reads them.</summary>
internal sealed class LandingFolder : IDisposable
{
    private readonly DuckDbInstance _scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
    private readonly ISession _session;

    public LandingFolder()
    {
        Folder = Directory.CreateTempSubdirectory("crm landing [1] ").FullName;
        _session = _scratch.Connect();
        Store = new LandingStore(Path.Combine(Folder, "landing"));
    }

    public static readonly SourceLocation Where = new("sources/shop.yaml", 5, 11);

    public string Folder { get; }

    public LandingStore Store { get; }

    public ISession Session => _session;

    /// <summary>Writes a file of the project; characters are bytes (Latin-1), so that tests can write any.</summary>
    public string Write(string path, string bytes) => Write(path, Encoding.Latin1.GetBytes(bytes));

    public string Write(string path, byte[] bytes)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    public StreamContext Stream(string pattern, params (string Option, string Value)[] options)
    {
        var values = options.Append(("path", pattern)).ToDictionary(o => o.Item1, o => new OptionValue(o.Item2.Split('\n'), Where), StringComparer.Ordinal);
        var stream = new SourceStream("lines", values, [], [], Where);
        var source = new Source("shop", "files", new Dictionary<string, OptionValue>(), null, [stream], [], [], Where);
        return new StreamContext(Folder, source, stream, _session);
    }

    public Extracted Extract(StreamContext stream, IReadOnlyList<KnownFile>? known = null) =>
        new StreamExtract(new FilesConnector(), Store).Run(stream, new CommittedStream(known ?? [], null));

    public LandedBatch Land(string pattern, params (string Option, string Value)[] options) => Extract(Stream(pattern, options)).Batches[0];

    /// <summary>Every landed record: path|record|values, NULL as ∅.</summary>
    public IReadOnlyList<string> Rows(LandedBatch batch)
    {
        var rows = new List<string>();
        _session.Stream(LandedRelation.Sql(batch) + " ORDER BY r.file_row_number", null, r =>
        {
            var raw = Enumerable.Range(LandedRelation.LineageColumns.Count, r.FieldCount - LandedRelation.LineageColumns.Count);
            var values = raw.Prepend(r.GetOrdinal("_record")).Prepend(r.GetOrdinal("_path")).Select(i => r.IsDBNull(i) ? "∅" : Convert.ToString(r.GetValue(i), System.Globalization.CultureInfo.InvariantCulture));
            rows.Add(string.Join('|', values));
        });
        return rows;
    }

    /// <summary>The raw values of every landed record.</summary>
    public IReadOnlyList<string?[]> Values(LandedBatch batch)
    {
        var rows = new List<string?[]>();
        _session.Stream(LandedRelation.Sql(batch) + " ORDER BY r.file_row_number", null, r =>
            rows.Add([.. Enumerable.Range(LandedRelation.LineageColumns.Count, r.FieldCount - LandedRelation.LineageColumns.Count)
                .Select(i => r.IsDBNull(i) ? null : r.GetString(i))]));
        return rows;
    }

    /// <summary>The line of every landed record, in the order of the batch.</summary>
    public IReadOnlyList<long?> Lines(LandedBatch batch)
    {
        var lines = new List<long?>();
        _session.Stream($"SELECT _line FROM ({LandedRelation.SqlWithLines(batch)}) ORDER BY _file, _record", null, r => lines.Add(r.IsDBNull(0) ? null : r.GetInt64(0)));
        return lines;
    }

    /// <summary>Rejected records: path|record|line|column|reason.</summary>
    public static IReadOnlyList<string> Rejects(LandedBatch batch) =>
        [.. batch.Rejects.Select(r => $"{r.Path}|{r.Record}|{r.Line}|{r.Column}|{r.Reason}")];

    /// <summary>What the warehouse would remember of the batch.</summary>
    public static IReadOnlyList<KnownFile> Known(LandedBatch batch) => [.. batch.Files.Select(f => new KnownFile(f.Path, f.Size, f.Modified, f.Sha256))];

    public void Dispose()
    {
        _session.Dispose();
        _scratch.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
