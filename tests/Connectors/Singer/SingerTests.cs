using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Tests.Connectors.Records;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors.Singer;

internal sealed class SingerTests
{
    private const string Catalog =
        """
        {"streams": [
          {"tap_stream_id": "shop-orders", "stream": "orders", "key_properties": ["id"],
           "schema": {"type": "object", "properties": {"id": {"type": "integer"}, "note": {"type": ["null", "string"]}, "hidden": {"type": "string"}}},
           "metadata": [{"breadcrumb": [], "metadata": {"table-key-properties": ["id"], "valid-replication-keys": ["updated_at"]}},
                        {"breadcrumb": ["properties", "hidden"], "metadata": {"inclusion": "unsupported"}}]},
          {"tap_stream_id": "customers", "stream": "customers", "schema": {"properties": {"id": {"type": "integer"}}}, "metadata": []}]}
        """;

    [Test]
    public void Extract_Records_LandTypedWithColumnsOfEverySchema()
    {
        using var project = Project("""
            schema({id: {type: ['null', 'integer']}, price: {type: 'number', multipleOf: 0.01}, ratio: {type: 'number'}, ok: {type: 'boolean'}, day: {type: 'string', format: 'date'}, at: {type: 'string', format: 'date-time'}, tags: {type: 'array'}, mixed: {type: ['integer', 'string']}});
            record({id: 1, price: 12.30, ratio: 0.5, ok: true, day: '2026-01-02', at: '2026-01-02T03:04:05Z', tags: [1, {a: 'ü'}], mixed: 7});
            say({type: 'schema', stream: 'shop-orders', key_properties: [], schema: {properties: {id: {type: 'integer'}, extra: {type: 'integer'}, ok: {type: 'boolean'}}}});
            say({type: 'Record', stream: 'shop-orders', record: {id: null, extra: 9007199254740993n, ok: 'maybe'}});
            """);
        var batch = project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(batch.Columns.Select(c => $"{c.Name} {c.Type}"), Is.EqualTo(new[]
            {
                "id BIGINT", "price DECIMAL(38,2)", "ratio DOUBLE", "ok VARCHAR", "day DATE", "at VARCHAR", "tags VARCHAR", "mixed VARCHAR", "extra BIGINT",
            }));
            Assert.That(project.Rows(batch, "id", "price", "ok", "at", "tags", "mixed", "extra"), Is.EqualTo(new[]
            {
                "1|12.3|true|2026-01-02T03:04:05Z|[1,{\"a\":\"ü\"}]|7|∅", "∅|∅|maybe|∅|∅|∅|9007199254740993",
            }));
            Assert.That(batch.Files[0].Warnings, Is.EqualTo(new[] { "column ok holds values that are no BOOLEAN; it lands as text" }));
            Assert.That(batch.IsSnapshot, "a full load is all there is");
        });
    }

    [Test]
    public void Extract_Incremental_PassesTheStateOnAndSelectsOneStream()
    {
        using var project = Project("""
            record({id: 1, state: arg('--state'), catalog: arg('--catalog'), config: arg('--config')});
            say({type: 'STATE', value: {mark: 1}});
            record({id: 2});
            say({type: 'STATE', value: {mark: (arg('--state') ?? {mark: 1}).mark + 1}});
            record({id: 3});
            """, "cursor: updated_at", "config: {host: db, port: 5432, auth: {password: \"${PW}\"}, on: true}");
        var first = project.Land();
        var second = project.Land();
        var catalog = JsonDocument.Parse(project.Rows(first, "catalog")[0]).RootElement.GetProperty("streams");
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(first, "id", "state"), Is.EqualTo(new[] { "1|∅", "2|∅", "3|∅" }));
            Assert.That(project.Rows(second, "state")[0], Is.EqualTo("{\"mark\":2}"));
            Assert.That(JsonDocument.Parse(second.State!).RootElement.GetProperty("tap").GetString(), Is.EqualTo("{\"mark\":3}"));
            Assert.That(first.IsSnapshot, Is.False);
            Assert.That(project.Rows(first, "config")[0], Is.EqualTo("{\"host\":\"db\",\"port\":5432,\"auth\":{\"password\":\"s3cret\"},\"on\":true}"));
            Assert.That(catalog[0].GetProperty("metadata").ToString(), Is.EqualTo(
                """[{"breadcrumb":[],"metadata":{"table-key-properties":["id"],"valid-replication-keys":["updated_at"],"selected":true,"replication-method":"INCREMENTAL","replication-key":"updated_at"}},{"breadcrumb":["properties","hidden"],"metadata":{"inclusion":"unsupported"}},{"breadcrumb":["properties","id"],"metadata":{"selected":true}},{"breadcrumb":["properties","note"],"metadata":{"selected":true}}]"""));
            Assert.That(catalog[1].GetProperty("metadata")[0].GetProperty("metadata").GetProperty("selected").GetBoolean(), Is.False);
        });
    }

    [Test]
    public void Extract_ItsFiles_AreTheOwnersAloneAndGoneAfterwards()
    {
        using var project = Project("""
            const path = args[args.indexOf('--config') + 1];
            record({path, mode: (fs.statSync(path).mode & 0o777).toString(8), folder: (fs.statSync(require('path').dirname(path)).mode & 0o777).toString(8)});
            """, "", "config: {a: 1}");
        var row = project.Rows(project.Land(), "path", "mode", "folder")[0].Split('|');
        Assert.That(File.Exists(row[0]), Is.False);
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(row[1..], Is.EqualTo(new[] { "600", "700" }));
        }
    }

    [Test]
    public void Extract_WhatIsNoMessage_IsPutAsideWithItsLine()
    {
        using var project = Project("""
            record({id: 1});
            process.stdout.write('hello, {"type"\n\n{"type":"RECORD","stream":"shop-orders"}\n');
            say({type: 'RECORD', stream: 'shop-orders', record: [1]});
            for (const n of [1, 2]) say({type: 'PING', n});
            for (const n of [1, 2]) say({type: 'RECORD', stream: 'customers', record: {id: n}});
            record({id: 2});
            """);
        var batch = project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(batch, "_record", "id"), Is.EqualTo(new[] { "1|1", "5|2" }));
            Assert.That(batch.Rejects.Select(r => $"{r.Record} {r.Line} {r.RawText}"), Is.EqualTo(new[]
            {
                "2 2 hello, {\"type\"", "3 4 {\"type\":\"RECORD\",\"stream\":\"shop-orders\"}", "4 5 [1]",
            }));
            Assert.That(batch.Files[0].Warnings, Is.EqualTo(new[]
            {
                "messages of type PING were left out: it is unknown", "messages of the stream 'customers' were left out: it was not asked for",
            }));
        });
    }

    [Test]
    public void Extract_Versions_OnlyTheActivatedOnesRowsLand()
    {
        using var project = Project("""
            const v = arg('--state')?.next ?? 1;
            say({type: 'RECORD', stream: 'shop-orders', version: 0, record: {id: 'old'}});
            say({type: 'RECORD', stream: 'shop-orders', version: v, record: {id: 'a' + v}});
            say({type: 'ACTIVATE_VERSION', stream: 'shop-orders', version: v});
            record({id: 'none'});
            say({type: 'STATE', value: {next: v === 1 ? 1.0 : 3}});
            """, "load: changes");
        var first = project.Land();
        var same = project.Land();
        Assert.Multiple(() =>
        {
            Assert.That(project.Rows(first, "id"), Is.EqualTo(new[] { "a1", "none" }));
            Assert.That(first.Files[0].Records, Is.EqualTo(2));
            Assert.That(first.Files[0].Warnings, Is.EqualTo(new[] { "records of other versions than the one activated were left out" }));
            Assert.That((first.IsSnapshot, same.IsSnapshot), Is.EqualTo((false, false)));
        });
        File.WriteAllText(Path.Combine(project.Folder, "tap.js"), File.ReadAllText(Path.Combine(project.Folder, "tap.js")).Replace("?.next ?? 1", "?.x ?? 2", StringComparison.Ordinal));
        Assert.That(project.Land().IsSnapshot, "another version is the whole stream anew");
    }

    [TestCase("jsonl", "none")]
    [TestCase("jsonl", "gzip")]
    [TestCase("parquet", "none")]
    public void Extract_Batches_AreReadFromTheirFiles(string format, string compression)
    {
        using var project = Project($$"""
            schema({id: {type: 'integer'}, name: {type: 'string'} });
            record({id: 1, name: 'one'});
            say({type: 'BATCH', stream: 'shop-orders', encoding: {format: '{{format}}', compression: '{{compression}}' }, manifest: ['file://' + process.cwd() + '/batch%201', process.cwd() + '/batch 2']});
            say({type: 'STATE', value: {mark: 4} });
            """, "cursor: id");
        for (var i = 1; i < 3; i++)
        {
            var path = Path.Combine(project.Folder, $"batch {i}");
            if (format == "parquet")
            {
                project.Session.Execute($"COPY (SELECT {2 * i} AS id, 'zwölf' AS name UNION ALL SELECT {(2 * i) + 1}, NULL ORDER BY id) TO '{path}' (FORMAT parquet)");
                continue;
            }

            using Stream file = compression == "gzip" ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
            file.Write(System.Text.Encoding.UTF8.GetBytes($"{{\"id\":{2 * i},\"name\":\"zwölf\"}}\n{{\"id\":{(2 * i) + 1},\"name\":null}}\n"));
        }

        var batch = project.Land();
        Assert.That(project.Rows(batch, "id", "name"), Is.EqualTo(new[] { "1|one", "2|zwölf", "3|∅", "4|zwölf", "5|∅" }));
        Assert.That(batch.Columns.Select(c => c.Type), Is.EqualTo(new[] { "BIGINT", "VARCHAR" }));
        Assert.That(batch.State, Does.Contain("mark"));
    }

    [Test]
    public void Extract_TheTapFails_FailsWithItsLastCriticalLineAndNothingLanded()
    {
        using var project = Project("""
            record({id: 1});
            say({type: 'STATE', value: {mark: 1}});
            process.stderr.write('INFO starting\nCRITICAL cannot log in as s3cret\nTraceback: line 1\n');
            process.exitCode = 3;
            """, "cursor: id", "config: {password: \"${PW}\"}");
        var error = Assert.Throws<CrmException>(() => project.Land())!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Found, Is.EqualTo("the tap ended with exit code 3: CRITICAL cannot log in as ***"));
            Assert.That(error.Where, Is.EqualTo("api/orders"));
            Assert.That(project.Store.Batches("api", "orders"), Is.Empty);
            Assert.That(Directory.GetFileSystemEntries(Path.Combine(project.Folder, "landing", "api", "orders")), Is.Empty);
        });
    }

    [Test]
    public void Extract_Metrics_FeedTheProgress()
    {
        using var project = Project("""
            process.stderr.write('INFO METRIC: {"type": "counter", "metric": "record_count", "value": 40, "tags": {}}\nINFO METRIC: nonsense\n  INFO METRIC: {"type": "counter", "metric": "record_count", "value": 2}\n');
            record({id: 1});
            setTimeout(() => {}, 200);
            """);
        var told = new Told();
        project.Land(progress: told);
        Assert.That(told.Records, Does.Contain(42));
    }

    [Test]
    public void Extract_ASilentTap_IsEndedWithItsChildren()
    {
        using var project = Project("""
            const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'inherit'});
            fs.writeFileSync('pids', process.pid + ' ' + child.pid);
            setInterval(() => {}, 1000);
            """, "", "timeout: 1");
        var error = Assert.Throws<CrmException>(() => project.Land())!;
        Assert.That(error.Found, Does.StartWith("the tap said nothing for 1 s and was ended"));
        AssertEnded(project);
    }

    [Test]
    public void Extract_Cancelled_EndsTheTapWithItsChildren()
    {
        using var project = Project("""
            const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'inherit'});
            fs.writeFileSync('pids', process.pid + ' ' + child.pid);
            for (let i = 0; i < 3000; i++) record({id: i});
            setInterval(() => {}, 1000);
            """);
        using var stop = new CancellationTokenSource();
        var told = new Told { When = stop.Cancel };
        Assert.Catch<OperationCanceledException>(() => project.Land(progress: told, cancellation: stop.Token));
        AssertEnded(project);
    }

    [Test]
    public void Extract_Preview_EndsTheTapEarly()
    {
        using var project = Project("for (let i = 0; i < 100; i++) record({id: i});\nsetInterval(() => {}, 1000);");
        Assert.That(project.Rows(project.Extract(t => t with { Limit = 3 }), "id"), Is.EqualTo(new[] { "0", "1", "2" }));
    }

    [Test]
    public void Streams_OfATap_AreThoseOfItsCatalog()
    {
        using var project = Project("");
        Assert.That(project.Connector.Streams(project.Context).Select(s => $"{s.Name} {s.Options["stream"]} [{string.Join(',', s.Key)}] {s.Cursor} {string.Join(',', s.Columns.Select(c => c.Name))}"),
            Is.EqualTo(new[] { "shop_orders shop-orders [id] updated_at id,note,hidden", "customers customers []  id" }));
        Assert.That(project.Connector.Columns(project.Stream()).Select(c => c.Type), Is.EqualTo(new[] { "BIGINT", "VARCHAR", "VARCHAR" }));
    }

    [TestCase("stream: shop_orders", "", "one of shop-orders, customers")]
    [TestCase("stream: shop-orders", "command: [no-such-tap-here]", "does not start")]
    public void Extract_WrongOptions_PointsAtThem(string stream, string command, string said)
    {
        using var project = Project("", stream, command, replaces: true);
        Assert.That(Assert.Throws<CrmException>(() => project.Land())!.Message, Does.Contain(said));
    }

    [Test]
    public void Extract_ATapWithoutDiscover_IsRunWithoutACatalog()
    {
        using var project = Project("record({id: 1, given: args.join(' ')});", "load: full", "discover: false");
        Assert.That(project.Rows(project.Land(), "id", "given"), Is.EqualTo(new[] { "1|" }));
    }

    private static void AssertEnded(ConnectorProject project)
    {
        foreach (var pid in File.ReadAllText(Path.Combine(project.Folder, "pids")).Split(' '))
        {
            Assert.That(IsRunning(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture)), Is.False, pid);
        }
    }

    /// <summary>A process that has ended and that nobody has asked about yet (a zombie) does not run.</summary>
    private static bool IsRunning(int pid)
    {
        for (var patience = Stopwatch.StartNew(); ;)
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                if (process.HasExited || (OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal)))
                {
                    return false;
                }

                if (process.WaitForExit(100) || patience.Elapsed > TimeSpan.FromSeconds(20))
                {
                    return !process.HasExited;
                }
            }
            catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException)
            {
                return false;
            }
        }
    }

    private static ConnectorProject Project(string body, string stream = "", string source = "", bool replaces = false)
    {
        var command = replaces && source.Length > 0 ? source : $"command: [node, tap.js]\n{source}";
        stream += stream.Contains("cursor", StringComparison.Ordinal) || stream.Contains("changes", StringComparison.Ordinal) ? ", key: id" : "";
        var options = stream.Contains("stream:", StringComparison.Ordinal) ? stream : $"stream: shop-orders{(stream.Length > 0 ? ", " : "")}{stream}";
        var project = new ConnectorProject($"source: api\nconnector: singer\n{command}\nstreams:\n  orders: {{{options}}}\n", "", ("PW", "s3cret"));
        File.WriteAllText(Path.Combine(project.Folder, "tap.js"),
            $$"""
            const fs = require('fs');
            const args = process.argv.slice(2);
            const arg = name => args.includes(name) ? JSON.parse(fs.readFileSync(args[args.indexOf(name) + 1])) : null;
            const say = message => process.stdout.write(JSON.stringify(message, (_, v) => typeof v === 'bigint' ? 'BIG' + v : v).replace(/"BIG(\d+)"/g, '$1') + '\n');
            const record = record => say({type: 'RECORD', stream: 'shop-orders', record});
            const schema = properties => say({type: 'SCHEMA', stream: 'shop-orders', key_properties: [], schema: {type: 'object', properties} });
            if (args.includes('--discover')) {
              process.stdout.write({{JsonSerializer.Serialize(Catalog)}});
            } else {
              {{body}}
            }
            """);
        return project;
    }

    private sealed class Told : IProgress<ExtractProgress>
    {
        public List<long> Records { get; } = [];

        public Action? When { get; init; }

        public void Report(ExtractProgress value)
        {
            Records.Add(value.Records);
            When?.Invoke();
        }
    }
}
