using System.Globalization;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Connectors.Http;
using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Etl.Connectors.Singer;
using Crm.Analytics.Tests.Connectors.Http;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>A source that tells all its rows anew: what it holds is kept here.</summary>
internal abstract class RecordsUnderTest : SourceUnderTest
{
    private readonly SortedDictionary<long, TestRow> rows = [];

    protected IEnumerable<TestRow> All => rows.Values;

    protected static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    public override void Create(IEnumerable<TestRow> rows)
    {
        this.rows.Clear();
        Upsert(rows);
    }

    public override void Upsert(params IEnumerable<TestRow> rows)
    {
        foreach (var row in rows)
        {
            this.rows[row.Id] = row;
        }

        Changed([.. rows]);
    }

    public override void Delete(params IEnumerable<long> keys)
    {
        foreach (var key in keys)
        {
            rows.Remove(key);
        }

        Changed([]);
    }

    /// <summary>The rows are others now.</summary>
    protected abstract void Changed(IReadOnlyList<TestRow> written);

    protected static string Json(TestRow row) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["id"] = row.Id,
        ["name"] = row.Name,
        ["changed_at"] = row.ChangedAt?.ToString("s", CultureInfo.InvariantCulture),
        ["amount"] = row.Amount,
    });
}

/// <summary>A CSV file; a missing text is empty there, so it is told by a word.</summary>
internal sealed class FilesUnderTest : RecordsUnderTest
{
    private int written;

    public override IConnector Connector { get; } = new FilesConnector();

    protected override IReadOnlyDictionary<string, string> SourceOptions { get; } = None;

    public override IReadOnlyDictionary<string, string> UnreachableOptions { get; } = new Dictionary<string, string> { ["path"] = "nowhere/lines.csv" };

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = new Dictionary<string, string> { ["path"] = "data/lines.csv", ["null_values"] = "∅" };

    protected override void Changed(IReadOnlyList<TestRow> rows)
    {
        var csv = new StringBuilder("id,name,changed_at,amount\n");
        foreach (var row in All)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{row.Id},{(row.Name is null ? "∅" : $"\"{row.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")},{row.ChangedAt:s},{row.Amount}\n");
        }

        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        var path = Path.Combine(Folder, "data", "lines.csv");
        File.WriteAllText(path, csv.ToString());
        File.SetLastWriteTimeUtc(path, new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(written++));
    }
}

/// <summary>An API that answers in pages.</summary>
internal sealed class HttpUnderTest : RecordsUnderTest
{
    private const int Size = 50;
    private readonly ServedApi api;

    public HttpUnderTest()
    {
        api = ServedApi.Start((context, _) =>
        {
            var page = int.Parse(context.Request.Query["page"].ToString(), CultureInfo.InvariantCulture);
            return ServedApi.Json(context, $"[{string.Join(',', All.Skip((page - 1) * Size).Take(Size).Select(Json))}]");
        }).GetAwaiter().GetResult();
        SourceOptions = new Dictionary<string, string> { ["url"] = api.Url };
        UnreachableOptions = new Dictionary<string, string> { ["url"] = "http://127.0.0.1:1", ["auth"] = "bearer", ["token"] = Secret("TOKEN", "hunter2"), ["retries"] = "0" };
    }

    public override IConnector Connector { get; } = new HttpConnector();

    protected override IReadOnlyDictionary<string, string> SourceOptions { get; }

    public override IReadOnlyDictionary<string, string> UnreachableOptions { get; }

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = new Dictionary<string, string> { ["path"] = "/lines", ["pagination"] = "page" };

    public override void Dispose()
    {
        api.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override void Changed(IReadOnlyList<TestRow> rows)
    {
    }
}

/// <summary>A tap that tells the lines of a file.</summary>
internal sealed class SingerUnderTest : RecordsUnderTest
{
    public SingerUnderTest() => File.WriteAllText(Path.Combine(Folder, "tap.js"), """
        const fs = require('fs');
        const schema = {type: 'object', properties: {id: {type: 'integer'}, name: {type: ['null', 'string']}, changed_at: {type: ['null', 'string']}, amount: {type: ['null', 'number'], multipleOf: 0.01}}};
        const say = m => process.stdout.write(JSON.stringify(m) + '\n');
        if (process.argv.includes('--discover')) {
          say({streams: [{tap_stream_id: 'lines', stream: 'lines', key_properties: ['id'], schema, metadata: []}]});
        } else {
          say({type: 'SCHEMA', stream: 'lines', key_properties: ['id'], schema});
          for (const line of fs.readFileSync('lines.jsonl', 'utf8').split('\n').filter(l => l)) process.stdout.write('{"type":"RECORD","stream":"lines","record":' + line + '}\n');
        }
        """);

    public override IConnector Connector { get; } = new SingerConnector();

    protected override IReadOnlyDictionary<string, string> SourceOptions => new Dictionary<string, string> { ["command"] = "node\ntap.js" };

    public override IReadOnlyDictionary<string, string> UnreachableOptions => new Dictionary<string, string> { ["command"] = "./no-such-tap" };

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = None;

    protected override void Changed(IReadOnlyList<TestRow> rows) => File.WriteAllLines(Path.Combine(Folder, "lines.jsonl"), All.Select(Json));
}

/// <summary>Events that were pushed.</summary>
internal sealed class PushUnderTest : RecordsUnderTest
{
    public override IConnector Connector { get; } = new PushConnector();

    protected override IReadOnlyDictionary<string, string> SourceOptions => new Dictionary<string, string> { ["token"] = Secret("TOKEN", "hunter2") };

    public override IReadOnlyDictionary<string, string> UnreachableOptions => SourceOptions;

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = None;

    protected override void Changed(IReadOnlyList<TestRow> rows) => Push(rows).GetAwaiter().GetResult();

    private async Task Push(IReadOnlyList<TestRow> rows)
    {
        await using var log = PushLog.Open(PushLog.FolderOf(Folder, "shop", "lines"), TimeSpan.FromDays(7), TimeProvider.System);
        foreach (var chunk in rows.Chunk(100))
        {
            await log.Append(null, Encoding.UTF8.GetBytes(string.Join('\n', chunk.Select(Json))), chunk.Length);
        }
    }
}
