using System.Globalization;
using System.Text;
using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Servers;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Recovery;

/// <summary>
/// The sources of a load that is killed: files with keys and without, a table read by its cursor and one read whole, and pushed events. They change from round to
/// round, and tell by SQL over themselves what must be loaded.
/// </summary>
internal sealed class KilledSources : IDisposable
{
    private const string Contract = "order_id: id, ordered_at: \"TIMESTAMP '2026-01-01'\", product_id: \"'P'\", quantity: \"1\", unit_price: price";
    private const string Events = "sent.jsonl";
    private readonly Random random = new(11);
    private readonly PostgresServer server;
    private readonly TestProject project;
    private readonly string database;
    private int round;

    public KilledSources(TestProject project, PostgresServer server)
    {
        (this.project, this.server, database) = (project, server, server.NewDatabase());
        project.Write("secrets/SHOP_DB", server.ConnectionString(database));
        project.Write("secrets/PUSH_TOKEN", "not-used-here");
        project.Write("sources/files.yaml",
            $"source: files\nconnector: files\nstreams:\n  f: {{path: data/f/*.csv, key: id, columns: {{price: integer}}}}\nmap:\n  order_line: {{from: f, {Contract}, customer_id: customer}}\n");
        project.Write("sources/plain.yaml",
            $"source: plain\nconnector: files\nstreams:\n  g: {{path: data/g/*.csv, columns: {{price: integer}}}}\nmap:\n  order_line: {{from: g, {Contract}}}\n");
        project.Write("sources/shop.yaml",
            "source: shop\nconnector: postgres\nconnection: ${SHOP_DB}\nstreams:\n  t: {table: public.line, key: id, cursor: mark, lag: 2, deletes: keys, chunk_rows: 1000}\n" +
            $"  c: {{table: public.customer, key: id}}\nmap:\n  order_line: {{from: t, {Contract}}}\n  customer: {{from: c, customer_id: id, country: country}}\n");
        project.Write("sources/events.yaml", $"source: events\nconnector: push\ntoken: ${{PUSH_TOKEN}}\nstreams:\n  e: {{key: id}}\nmap:\n  order_line: {{from: e, {Contract}}}\n");
        Sql("CREATE TABLE line (id text PRIMARY KEY, mark bigint NOT NULL, price int NOT NULL)");
        Sql("INSERT INTO line SELECT 'p' || i, 0, i % 10 FROM generate_series(1, 2500) i");
        Sql("CREATE TABLE customer (id text PRIMARY KEY, country text); INSERT INTO customer SELECT 'c' || i, 'K' || i % 5 FROM generate_series(1, 60) i");
    }

    /// <summary>Changes every source: new records, changed ones, bad ones, deletions, a request that is sent again.</summary>
    public async Task Change()
    {
        round++;
        WriteFile($"data/f/{round:0000}.csv", "f", round);
        WriteFile($"data/g/{round:0000}.csv", "g", round);
        var again = random.Next(1, round + 1);
        WriteFile($"data/{(round % 2 == 0 ? 'f' : 'g')}/{again:0000}.csv", round % 2 == 0 ? "f" : "g", again);
        Sql(string.Create(CultureInfo.InvariantCulture, $"""
            UPDATE line SET price = {round}, mark = {round} WHERE id IN ('p{random.Next(1, 2500)}', 'p{random.Next(1, 2500)}', 'n{random.Next(1, round + 1)}');
            DELETE FROM line WHERE id IN ('p{random.Next(1, 2500)}', 'n{random.Next(1, round + 1)}');
            INSERT INTO line VALUES ('n{round}', {round}, {random.Next(1, 9)}), ('late{round}', {round - random.Next(0, 3)}, 1);
            UPDATE customer SET country = 'L{round}' WHERE id IN ('c{random.Next(1, 60)}', 'c{random.Next(1, 60)}');
            DELETE FROM customer WHERE id = 'c{random.Next(1, 60)}';
            INSERT INTO customer VALUES ('c{random.Next(1, 60)}', 'M{round}'), ('d{round}', 'N') ON CONFLICT DO NOTHING
            """));
        await Push();
    }

    /// <summary>The lines of all orders that the sources hold, as <c>id=price</c>, in ordinal order.</summary>
    public string[] Orders()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        var files = session.Query<string>($"""
            SELECT id || '=' || price FROM (SELECT id, TRY_CAST(price AS INTEGER) AS price FROM read_csv({Literal("data/*/*.csv")}, all_varchar = true, union_by_name = true)) WHERE price IS NOT NULL
            UNION ALL
            SELECT id || '=' || arg_max(price, seq) FROM read_json({Literal(Events)}, format = 'newline_delimited') GROUP BY id
            """);
        return [.. files.Concat(Rows("SELECT id || '=' || price FROM line")).Order(StringComparer.Ordinal)];
    }

    /// <summary>Lines of files that cannot be loaded.</summary>
    public long BadLines()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        return session.Scalar<long>($"SELECT count(*) FROM read_csv({Literal("data/*/*.csv")}, all_varchar = true, union_by_name = true) WHERE TRY_CAST(price AS INTEGER) IS NULL");
    }

    /// <summary>The customers that the source holds, as <c>id=country</c>, in ordinal order.</summary>
    public string[] Customers() => [.. Rows("SELECT id || '=' || country FROM customer").Order(StringComparer.Ordinal)];

    public void Dispose() => Sql("DROP TABLE line; DROP TABLE customer");

    private string Literal(string path) => SqlName.Literal(Path.Combine(project.Folder, path));

    private void Sql(string sql) => server.Run(sql, database);

    private List<string> Rows(string sql)
    {
        using var connection = server.Connect(database);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    /// <summary>A file with ids of its own: some of them not there this time, one that is bad for good or for now.</summary>
    private void WriteFile(string path, string prefix, int number)
    {
        var lines = new StringBuilder("id,price,customer\n");
        for (var i = 0; i < 4; i++)
        {
            if (i == 0 || random.Next(4) > 0)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{prefix}{number}_{i},{random.Next(1, 9)},c{random.Next(70)}\n");
            }
        }

        if (number % 3 == 0)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{prefix}{number}_bad,?,\n");
        }

        project.Write(path, lines.ToString());
    }

    private async Task Push()
    {
        await using var log = PushLog.Open(PushLog.FolderOf(project.Folder, "events", "e"), TimeSpan.FromDays(7), TimeProvider.System);
        var events = new StringBuilder();
        for (var i = 0; i < 3; i++)
        {
            events.Append(CultureInfo.InvariantCulture, $"{{\"id\":\"e{random.Next(40 + round)}\",\"price\":{random.Next(1, 9)},\"seq\":{(round * 10) + i}}}\n");
        }

        var body = Encoding.UTF8.GetBytes(events.ToString().TrimEnd('\n'));
        await log.Append($"key-{round}", body, 3);
        await log.Append($"key-{round}", body, 3);
        await File.AppendAllTextAsync(Path.Combine(project.Folder, Events), events.ToString());
    }
}
