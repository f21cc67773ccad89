using System.Diagnostics;
using System.Globalization;
using System.Text;
using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Servers;

namespace Crm.Analytics.Tests.Recovery;

/// <summary>
/// Loads from files, a PostgreSQL table and pushed events, killed at random moments and at every step, with the sources changing in between. After a run that
/// is left to end, the facts are what the sources hold: nothing lost, nothing doubled, nothing repaired by hand.
/// </summary>
public sealed class KilledLoadTests
{
    private const string Contract = "order_id: id, ordered_at: \"TIMESTAMP '2026-01-01'\", product_id: \"'P'\", quantity: \"1\", unit_price: price";

    private static readonly bool isFull = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1";

    [Test]
    public async Task Loads_KilledAtRandomMomentsAndAtEveryStep_LoseAndDoubleNothing()
    {
        var server = PostgresServer.Shared;
        using var database = new PostgresTable(server);
        using var project = new TestProject(null);
        Declare(project, server);
        var world = new World(project, database);
        await world.Change();
        var steps = Names(Run(project, -1));
        var (kills, milliseconds) = (new Dictionary<string, int>(StringComparer.Ordinal), 600);
        var (random, randomKills, each) = (new Random(7), isFull ? 200 : 8, isFull ? 5 : 1);
        for (var trial = 0; trial < randomKills; trial++)
        {
            await world.Change();
            var clock = Stopwatch.StartNew();
            var said = Run(project, random.Next(0, milliseconds));
            if (said.Contains("finished", StringComparison.Ordinal))
            {
                milliseconds = Math.Max(200, (int)clock.ElapsedMilliseconds);
            }
            else
            {
                Note(kills, Names(said).LastOrDefault() ?? "before the first step");
            }

            if (trial % 4 == 3)
            {
                Run(project, -1);
                world.MustBeLoaded($"after {trial + 1} kills");
            }
        }

        for (var step = 0; step < steps.Count; step++)
        {
            while (kills.GetValueOrDefault(steps[step]) < each)
            {
                await world.Change();
                using var child = new ChildProcess("run", project.Folder, $"{step + 1}");
                Note(kills, Names(child.WaitForEnd()).Last());
            }

            Run(project, -1);
            world.MustBeLoaded($"after kills at {steps[step]}");
        }

        TestContext.Out.WriteLine(string.Join('\n', kills.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Value,5} kills: {k.Key}")));
        Assert.That(steps.Where(s => kills.GetValueOrDefault(s) < each), Is.Empty);
    }

    private static void Declare(TestProject project, PostgresServer server)
    {
        project.Write("secrets/SHOP_DB", server.ConnectionString());
        project.Write("secrets/PUSH_TOKEN", "not-used-here");
        project.Write("sources/files.yaml", $"source: files\nconnector: files\nstreams:\n  f: {{path: data/*.csv, key: id}}\nmap:\n  order_line: {{from: f, {Contract}}}\n");
        project.Write("sources/shop.yaml",
            $"source: shop\nconnector: postgres\nconnection: ${{SHOP_DB}}\nstreams:\n  t: {{table: public.killed, key: id, cursor: mark, lag: 2, deletes: keys, chunk_rows: 1000}}\nmap:\n  order_line: {{from: t, {Contract}}}\n");
        project.Write("sources/events.yaml", $"source: events\nconnector: push\ntoken: ${{PUSH_TOKEN}}\nstreams:\n  e: {{key: id}}\nmap:\n  order_line: {{from: e, {Contract}}}\n");
    }

    private static string Run(TestProject project, int milliseconds)
    {
        using var child = new ChildProcess("run-for", project.Folder, $"{milliseconds}");
        var said = child.WaitForEnd();
        Assert.That(milliseconds >= 0 || said.Contains("finished", StringComparison.Ordinal), Is.True, said);
        return said;
    }

    private static List<string> Names(string said) =>
        [.. said.Split('\n').Where(l => l.StartsWith("step ", StringComparison.Ordinal)).Select(l => l.Split(' ', 3)[2].Trim()).Distinct()];

    private static void Note(Dictionary<string, int> kills, string step) => kills[step] = kills.GetValueOrDefault(step) + 1;

    /// <summary>The table that changes.</summary>
    private sealed class PostgresTable : IDisposable
    {
        private readonly PostgresServer server;

        public PostgresTable(PostgresServer server)
        {
            this.server = server;
            server.Run("DROP TABLE IF EXISTS killed; CREATE TABLE killed (id text PRIMARY KEY, mark bigint NOT NULL, price int NOT NULL)");
            server.Run("INSERT INTO killed SELECT 'p' || i, 0, i % 10 FROM generate_series(1, 2500) i");
        }

        public Dictionary<string, int> Rows { get; } = Enumerable.Range(1, 2500).ToDictionary(i => $"p{i}", i => i % 10);

        public void Run(string sql) => server.Run(sql);

        public void Dispose() => server.Run("DROP TABLE killed");
    }

    /// <summary>The sources, and what they hold.</summary>
    private sealed class World(TestProject project, PostgresTable table)
    {
        private readonly Random random = new(11);
        private readonly Dictionary<string, int> others = new(StringComparer.Ordinal);
        private int round;

        /// <summary>Changes every source a little.</summary>
        public async Task Change()
        {
            round++;
            var lines = new StringBuilder("id,price\n");
            for (var i = 0; i < 3; i++)
            {
                var (id, price) = ($"f{random.Next(60)}", random.Next(1, 9));
                others[id] = price;
                lines.Append(CultureInfo.InvariantCulture, $"{id},{price}\n");
            }

            project.Write($"data/{round:0000}.csv", lines.ToString());
            var (changed, gone, inserted) = ($"p{random.Next(1, 2500)}", $"p{random.Next(1, 2500)}", $"n{round}");
            table.Run($"UPDATE killed SET price = {round}, mark = {round} WHERE id = '{changed}'; DELETE FROM killed WHERE id = '{gone}'; INSERT INTO killed VALUES ('{inserted}', {round - random.Next(0, 2)}, {round})");
            if (table.Rows.ContainsKey(changed))
            {
                table.Rows[changed] = round;
            }

            table.Rows.Remove(gone);
            table.Rows[inserted] = round;
            await Push();
        }

        /// <summary>The facts are what the sources hold.</summary>
        public void MustBeLoaded(string when)
        {
            var facts = project.Query<string>("SELECT concat_ws('=', order_id, CAST(unit_price AS INTEGER)) FROM star.fact_sales");
            Assert.That(facts, Is.EquivalentTo(table.Rows.Concat(others).Select(r => $"{r.Key}={r.Value}")), when);
        }

        private async Task Push()
        {
            await using var log = PushLog.Open(PushLog.FolderOf(project.Folder, "events", "e"), TimeSpan.FromDays(7), TimeProvider.System);
            var events = new StringBuilder();
            for (var i = 0; i < 2; i++)
            {
                var (id, price) = ($"e{random.Next(40)}", random.Next(1, 9));
                others[id] = price;
                events.Append(CultureInfo.InvariantCulture, $"{{\"id\":\"{id}\",\"price\":{price}}}\n");
            }

            await log.Append($"key-{round}", Encoding.UTF8.GetBytes(events.ToString().TrimEnd('\n')), 2);
        }
    }
}
