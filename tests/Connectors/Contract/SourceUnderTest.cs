using System.Globalization;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>A record of the contract's table: a key, a text, when it changed (null: never said), and an amount with two places.</summary>
internal sealed record TestRow(long Id, string? Name, DateTime? ChangedAt, decimal? Amount);

/// <summary>
/// A source that the connector contract runs against. To put another connector under the contract, implement this and add it to
/// <see cref="ConnectorContractTests"/>: a table with the columns id, name, changed_at and amount, and ways to change it.
/// </summary>
internal abstract class SourceUnderTest : IDisposable
{
    private readonly DuckDbInstance scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
    private readonly ISession session;
    private readonly Dictionary<string, string> secrets = new(StringComparer.Ordinal);

    protected SourceUnderTest()
    {
        Folder = Directory.CreateTempSubdirectory("crm contract ").FullName;
        session = scratch.Connect();
        Store = new LandingStore(Path.Combine(Folder, "landing"));
    }

    public static SourceLocation Where { get; } = new("sources/shop.yaml", 5, 11);

    public string Folder { get; }

    public LandingStore Store { get; private set; }

    public ISession Session => session;

    public abstract IConnector Connector { get; }

    /// <summary>Options of the source that reach it; secrets as ${NAME}.</summary>
    protected abstract IReadOnlyDictionary<string, string> SourceOptions { get; }

    /// <summary>Options of the source when it cannot be reached, with a secret in them where the kind has one.</summary>
    public abstract IReadOnlyDictionary<string, string> UnreachableOptions { get; }

    /// <summary>Options of the stream that reads the table.</summary>
    protected abstract IReadOnlyDictionary<string, string> StreamOptions { get; }

    /// <summary>Makes the table with these rows, in place of the one there was.</summary>
    public abstract void Create(IEnumerable<TestRow> rows);

    /// <summary>Writes rows, in place of those with their keys.</summary>
    public abstract void Upsert(params IEnumerable<TestRow> rows);

    public abstract void Delete(params IEnumerable<long> keys);

    /// <summary>Gives a secret its value.</summary>
    protected string Secret(string name, string value)
    {
        secrets[name] = value;
        return $"${{{name}}}";
    }

    public SourceContext Source(IReadOnlyDictionary<string, string>? options = null) =>
        new(Folder, SourceOf(options ?? SourceOptions, []), session, NewSecrets(), new SharedResources(), TimeProvider.System);

    /// <summary>The stream, as a run would read it: with resources of its own.</summary>
    public StreamContext Stream(StreamSync? sync = null, IReadOnlyDictionary<string, string>? source = null, IReadOnlyDictionary<string, string>? options = null, bool hasKey = true)
    {
        var stream = new SourceStream("lines", Values(options ?? StreamOptions), hasKey ? ["id"] : [], [], Where) { Sync = sync ?? StreamSync.Default };
        return new(Folder, SourceOf(source ?? SourceOptions, [stream]), stream, session) { Secrets = NewSecrets(), Shared = new SharedResources() };
    }

    /// <summary>One run's look at the stream.</summary>
    public Extracted Extract(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default)
    {
        using (stream.Shared)
        {
            return new StreamExtract(Connector, Store).Run(stream, committed, null, cancellation);
        }
    }

    /// <summary>Extracts once, without a store.</summary>
    public LandedBatch Direct(StreamContext stream, Func<ExtractTarget, ExtractTarget> target, CommittedStream? committed = null)
    {
        using (stream.Shared)
        {
            var found = Connector.Discover(stream, committed ?? CommittedStream.Nothing);
            var path = Path.Combine(Folder, $"{Guid.NewGuid():N}.parquet");
            return Connector.Extract(stream, found, target(new(path, Folder)));
        }
    }

    /// <summary>What the warehouse would have committed after these batches.</summary>
    public static CommittedStream After(CommittedStream before, Extracted extracted) => new(
        [.. before.Files, .. extracted.Batches.SelectMany(b => b.Files).Select(f => new KnownFile(f.Path, f.Size, f.Modified, f.Sha256))],
        extracted.State ?? before.State);

    /// <summary>The rows of a batch, as the contract knows them.</summary>
    public IReadOnlyList<TestRow> Rows(LandedBatch batch)
    {
        var rows = new List<TestRow>();
        var path = SqlName.Literal(batch.ParquetPath);
        session.Stream($"SELECT id::BIGINT, name::VARCHAR, changed_at::TIMESTAMP, amount::DECIMAL(18,2) FROM read_parquet({path}, file_row_number = true) ORDER BY file_row_number", null, r =>
            rows.Add(new(r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1), r.IsDBNull(2) ? null : r.GetDateTime(2), r.IsDBNull(3) ? null : r.GetDecimal(3))));
        return rows;
    }

    /// <summary>Every value of a batch as text, NULL as ∅, in the order of its rows; lineage left out.</summary>
    public IReadOnlyList<string> Texts(LandedBatch batch)
    {
        var rows = new List<string>();
        session.Stream($"SELECT COLUMNS(*)::VARCHAR FROM (SELECT * EXCLUDE (_file, _record) FROM read_parquet({SqlName.Literal(batch.ParquetPath)}))", null, r =>
            rows.Add(string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "∅" : Convert.ToString(r.GetValue(i), CultureInfo.InvariantCulture)))));
        return rows;
    }

    public virtual void Dispose()
    {
        session.Dispose();
        scratch.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static Dictionary<string, OptionValue> Values(IReadOnlyDictionary<string, string> options) =>
        options.ToDictionary(o => o.Key, o => new OptionValue(o.Value.Split('\n'), Where), StringComparer.Ordinal);

    private Source SourceOf(IReadOnlyDictionary<string, string> options, IReadOnlyList<SourceStream> streams) =>
        new("shop", Connector.Kind, Values(options), null, streams, [], [], Where) { Security = new(["127.0.0.1"]) };

    private Secrets NewSecrets() => new(Folder, secrets.GetValueOrDefault);
}
