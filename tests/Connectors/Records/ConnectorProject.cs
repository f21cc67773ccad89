using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Connectors.Records;

/// <summary>A project with one source whose streams are landed, and committed in memory, from run to run.</summary>
internal sealed class ConnectorProject : IDisposable
{
    private readonly DuckDbInstance _scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
    private readonly Dictionary<string, CommittedStream> _committed = [];
    private readonly Dictionary<string, string> _secrets;
    private SharedResources _shared = new();

    public ConnectorProject(string source, string settings = "security: {allow_private_addresses: [127.0.0.1]}\n", params (string Name, string Value)[] secrets)
    {
        Folder = Directory.CreateTempSubdirectory("crm connector ").FullName;
        Directory.CreateDirectory(Path.Combine(Folder, "sources"));
        File.WriteAllText(Path.Combine(Folder, "crm.yaml"), $"name: Test\n{settings}");
        File.WriteAllText(Path.Combine(Folder, "sources", "api.yaml"), source);
        _secrets = secrets.ToDictionary(s => s.Name, s => s.Value);
        Secrets = new(Folder, name => _secrets.GetValueOrDefault(name));
        Source = ProjectReader.ReadOrThrow(Folder, StandardConnectors.Options).Sources.Single();
        Session = _scratch.Connect();
        Store = new(Path.Combine(Folder, "landing"));
    }

    public string Folder { get; }

    public Source Source { get; }

    public Secrets Secrets { get; }

    public ISession Session { get; }

    public LandingStore Store { get; }

    public TimeProvider Clock { get; init; } = new QuickClock();

    public IConnector Connector => StandardConnectors.All.First(c => c.Kind == Source.Connector);

    public SourceContext Context => new(Folder, Source, Session, Secrets, _shared, Clock);

    public StreamContext Stream(string name = "orders") => Context.Of(Source.Streams.First(s => s.Name == name));

    /// <summary>Begins another run: what the streams of the last one shared is gone.</summary>
    public void NextRun()
    {
        _shared.Dispose();
        _shared = new();
    }

    /// <summary>What is committed of a stream.</summary>
    public CommittedStream Committed(string name = "orders") => _committed.GetValueOrDefault(name, CommittedStream.Nothing);

    /// <summary>Lands what is new of a stream, and commits it.</summary>
    public LandedBatch Land(string name = "orders", IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
    {
        var committed = Committed(name);
        var landed = new StreamExtract(Connector, Store).Run(Stream(name), committed, progress, cancellation);
        foreach (var batch in landed.Batches)
        {
            committed = new([.. committed.Files, .. batch.Files.Select(f => new KnownFile(f.Path, f.Size, f.Modified, f.Sha256))], batch.State);
        }

        _committed[name] = committed;
        return landed.Batches.Count > 0 ? landed.Batches[^1] : Nothing;
    }

    /// <summary>What <see cref="Land"/> answers when nothing is new.</summary>
    public static LandedBatch Nothing { get; } = new("", [], [], [], []);

    /// <summary>Extracts without landing, as a preview or a backfill does.</summary>
    public LandedBatch Extract(Func<ExtractTarget, ExtractTarget> target, string name = "orders")
    {
        var work = Directory.CreateDirectory(Path.Combine(Folder, "work")).FullName;
        var stream = Stream(name);
        return Connector.Extract(stream, Connector.Discover(stream, Committed(name)), target(new(Path.Combine(work, "rows.parquet"), work)));
    }

    /// <summary>Every landed record: the values of the columns asked for, NULL as ∅.</summary>
    public string[] Rows(LandedBatch batch, params string[] columns)
    {
        var rows = new List<string>();
        if (batch.ParquetPath.Length > 0)
        {
            var list = string.Join(", ", (columns.Length == 0 ? batch.Columns.Select(c => c.Name) : columns).Select(SqlName.Quote));
            Session.Stream($"SELECT {list} FROM ({LandedRelation.Sql(batch)}) ORDER BY _record", null, r => rows.Add(string.Join('|', Enumerable.Range(0, r.FieldCount)
                .Select(i => r.IsDBNull(i) ? "∅" : Convert.ToString(r.GetValue(i), CultureInfo.InvariantCulture)))));
        }

        return [.. rows];
    }

    public void Dispose()
    {
        _shared.Dispose();
        Session.Dispose();
        _scratch.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
