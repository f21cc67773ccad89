using System.Globalization;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Postgres;
using Crm.Analytics.Tests.Servers;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>A database of its own on a real PostgreSQL.</summary>
internal sealed class PostgresUnderTest : SourceUnderTest
{
    private readonly PostgresServer server = PostgresServer.Shared;

    public PostgresUnderTest()
    {
        Database = server.NewDatabase();
        SourceOptions = new Dictionary<string, string> { ["connection"] = Secret("SHOP_DB", server.ConnectionString(Database)) };
        UnreachableOptions = new Dictionary<string, string>
        {
            ["connection"] = Secret("WRONG_DB", $"{server.ConnectionString(Database)}".Replace(PostgresServer.Password, "hunter2-is-wrong", StringComparison.Ordinal)),
        };
    }

    public string Database { get; }

    public override IConnector Connector { get; } = new PostgresConnector();

    public override IReadOnlyDictionary<string, string> UnreachableOptions { get; }

    protected override IReadOnlyDictionary<string, string> SourceOptions { get; }

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = new Dictionary<string, string> { ["table"] = "\"my shop\".\"Order \"\"lines\"\" ü\"" };

    private static string Quoted => "\"my shop\".\"Order \"\"lines\"\" ü\"";

    public override void Create(IEnumerable<TestRow> rows)
    {
        Run($"CREATE SCHEMA IF NOT EXISTS \"my shop\"; DROP TABLE IF EXISTS {Quoted}; CREATE TABLE {Quoted} (id bigint PRIMARY KEY, name text, changed_at timestamp, amount numeric(18,2))");
        Upsert(rows);
    }

    public override void Upsert(params IEnumerable<TestRow> rows)
    {
        using var connection = server.Connect(Database);
        using var transaction = connection.BeginTransaction();
        foreach (var row in rows)
        {
            using var command = new NpgsqlCommand($"INSERT INTO {Quoted} VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET name = $2, changed_at = $3, amount = $4", connection, transaction);
            command.Parameters.AddWithValue(row.Id);
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)row.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)row.ChangedAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Timestamp });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)row.Amount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric });
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public override void Delete(params IEnumerable<long> keys) =>
        Run($"DELETE FROM {Quoted} WHERE id IN ({string.Join(',', keys.Select(k => k.ToString(CultureInfo.InvariantCulture)))})");

    public void Run(string sql) => server.Run(sql, Database);
}
