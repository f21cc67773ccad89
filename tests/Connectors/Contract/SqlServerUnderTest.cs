using System.Data;
using System.Data.Common;
using System.Text.RegularExpressions;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Connectors.SqlServer;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>
/// Answers as SQL Server would, from a table in memory: the connector's own statements, said in the engine's words, with values of the types that the
/// provider gives for SQL Server's. No server and no protocol stand behind it.
/// </summary>
internal sealed partial class SqlServerUnderTest : SourceUnderTest
{
    private const string Name = "Order lines] ü";
    private const string Written = "\"dbo\".\"Order lines] ü\"";
    private readonly DuckDbInstance records = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
    private readonly ISession table;

    public SqlServerUnderTest()
    {
        table = records.Connect();
        Connector = new SqlServerConnector((text, secrets, where) => text("host") == "nowhere"
            ? throw DatabaseException.Of(secrets, where, $"Login failed for user 'crm' with {text("password")}. (18456)", false) : new Answers(this));
        UnreachableOptions = new Dictionary<string, string> { ["host"] = "nowhere", ["password"] = Secret("SHOP_PASSWORD", "hunter2-is-wrong") };
        Create([]);
    }

    public override IConnector Connector { get; }

    public override IReadOnlyDictionary<string, string> UnreachableOptions { get; }

    /// <summary>Every statement that was sent.</summary>
    public List<string> Statements { get; } = [];

    protected override IReadOnlyDictionary<string, string> SourceOptions { get; } = new Dictionary<string, string> { ["host"] = "recorded" };

    protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = new Dictionary<string, string> { ["table"] = $"dbo.{Name}" };

    public override void Create(IEnumerable<TestRow> rows)
    {
        table.Execute($"CREATE SCHEMA IF NOT EXISTS dbo; CREATE OR REPLACE TABLE {Written} (id BIGINT PRIMARY KEY, name VARCHAR, changed_at TIMESTAMP, amount DECIMAL(18,2))");
        Upsert(rows);
    }

    public override void Upsert(params IEnumerable<TestRow> rows)
    {
        TestRow[] all = [.. rows];
        Delete(all.Select(r => r.Id).Append(long.MinValue));
        table.InTransaction(() =>
        {
            using var append = table.Append("dbo", Name);
            foreach (var row in all)
            {
                append.Row(row.Id, row.Name, row.ChangedAt, row.Amount);
            }

            append.Complete();
        });
    }

    public override void Delete(params IEnumerable<long> keys) => table.Execute($"DELETE FROM {Written} WHERE id IN ({string.Join(',', keys)})");

    public override void Dispose()
    {
        table.Dispose();
        records.Dispose();
        base.Dispose();
    }

    /// <summary>The statement in the words of the engine that plays the server.</summary>
    private static string Translate(string sql)
    {
        var top = Top().Match(sql);
        sql = Top().Replace(sql, "");
        sql = Bracketed().Replace(sql, m => SqlName.Quote(m.Groups[1].Value.Replace("]]", "]", StringComparison.Ordinal)));
        sql = NationalText().Replace(sql, "'").Replace(" COLLATE Latin1_General_BIN2", "", StringComparison.Ordinal)
            .Replace("AS datetime2(7)", "AS TIMESTAMP", StringComparison.Ordinal).Replace("AS nvarchar(max)", "AS VARCHAR", StringComparison.Ordinal);
        return top.Success ? $"{sql} LIMIT {top.Groups[1].Value}" : sql;
    }

    [GeneratedRegex(@"TOP \((\d+)\) ")]
    private static partial Regex Top();

    [GeneratedRegex(@"\[((?:[^\]]|\]\])+)\]")]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"\bN'")]
    private static partial Regex NationalText();

    private sealed class Answers(SqlServerUnderTest owner) : ISqlServer
    {
        public DbDataReader Query(string sql, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            owner.Statements.Add(sql);
            return sql.Contains("dm_exec_describe_first_result_set", StringComparison.Ordinal) ? Described()
                : sql.Contains("sys.objects", StringComparison.Ordinal) ? Catalogue() : Rows(Translate(sql));
        }

        public DatabaseException? Error(Exception thrown) => null;

        public void Dispose()
        {
        }

        private static DataTableReader Described() => Recorded.Reader(
            [("name", typeof(string)), ("system_type_name", typeof(string))],
            ["id", "bigint"], ["name", "nvarchar(200)"], ["changed_at", "datetime2(7)"], ["amount", "decimal(18,2)"]);

        private static DataTableReader Catalogue()
        {
            return Recorded.Reader(
                [("s", typeof(string)), ("t", typeof(string)), ("c", typeof(string)), ("y", typeof(string)), ("n", typeof(bool)), ("i", typeof(bool)), ("k", typeof(byte)), ("r", typeof(long))],
                ["dbo", Name, "id", "bigint", true, true, (byte)1, 3L], ["dbo", Name, "name", "nvarchar", false, false, (byte)0, 3L],
                ["dbo", Name, "changed_at", "datetime2", false, true, (byte)0, 3L], ["dbo", Name, "amount", "decimal(18,2)", false, false, (byte)0, 3L]);
        }

        private DataTableReader Rows(string sql)
        {
            var types = owner.table.Describe(sql).Select(c => (c.Name, Type: c.Type switch
            {
                "BIGINT" => typeof(long),
                "TIMESTAMP" => typeof(DateTime),
                "DECIMAL(18,2)" => typeof(decimal),
                _ => typeof(string),
            })).ToArray();
            var rows = new List<object?[]>();
            owner.table.Stream(sql, null, r => rows.Add([.. Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? null : r.GetValue(i))]));
            return Recorded.Reader(types, [.. rows]);
        }
    }
}

/// <summary>Results written down in a test.</summary>
internal static class Recorded
{
    public static DataTableReader Reader((string Name, Type Type)[] columns, params object?[][] rows)
    {
        using var table = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        foreach (var (name, type) in columns)
        {
            table.Columns.Add(name, type);
        }

        foreach (var row in rows)
        {
            table.Rows.Add([.. row.Select(v => v ?? DBNull.Value)]);
        }

        return table.CreateDataReader();
    }
}
