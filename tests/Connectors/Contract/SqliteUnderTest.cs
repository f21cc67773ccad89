using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Sqlite;
using Microsoft.Data.Sqlite;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>An SQLite file; moments are text there.</summary>
internal sealed class SqliteUnderTest : SourceUnderTest
{
    private const string Table = "Order \"lines\" ü";

    public override IConnector Connector { get; } = new SqliteConnector();

    protected override IReadOnlyDictionary<string, string> SourceOptions { get; } = new Dictionary<string, string> { ["path"] = "data/shop.db" };

    public override IReadOnlyDictionary<string, string> UnreachableOptions { get; } = new Dictionary<string, string> { ["path"] = "data/no-shop.db" };

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } =
        new Dictionary<string, string> { ["table"] = $"\"{Table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" };

    private string Quoted => $"\"{Table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override void Create(IEnumerable<TestRow> rows)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        Run($"DROP TABLE IF EXISTS {Quoted}; CREATE TABLE {Quoted} (id INTEGER PRIMARY KEY, name TEXT, changed_at DATETIME, amount DECIMAL(18,2))");
        Upsert(rows);
    }

    public override void Upsert(params IEnumerable<TestRow> rows)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        foreach (var row in rows)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"INSERT OR REPLACE INTO {Quoted} VALUES ($id, $name, $at, $amount)";
            command.Parameters.AddWithValue("$id", row.Id);
            command.Parameters.AddWithValue("$name", (object?)row.Name ?? DBNull.Value);
            command.Parameters.AddWithValue("$at", row.ChangedAt is { } at ? at.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) : DBNull.Value);
            command.Parameters.AddWithValue("$amount", row.Amount is { } amount ? (double)amount : DBNull.Value);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public override void Delete(params IEnumerable<long> keys) => Run($"DELETE FROM {Quoted} WHERE id IN ({string.Join(',', keys)})");

    public void Run(string sql)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "data", "shop.db")};Pooling=false");
        connection.Open();
        return connection;
    }
}
