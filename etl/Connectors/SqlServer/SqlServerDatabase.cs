using System.Data.Common;
using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>An open connection to SQL Server, for one stream.</summary>
internal sealed class SqlServerDatabase : IDatabase
{
    private static readonly SqlFile Sql = SqlFile.Beside<SqlServerDatabase>();
    private readonly ISqlServer server;

    public SqlServerDatabase(StreamContext stream, ISqlServer server)
    {
        this.server = server;
        try
        {
            Relation = RelationName.Of(stream, Quote);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public string Relation { get; }

    /// <summary>A name in brackets.</summary>
    public static string Quote(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    public IReadOnlyList<SourceColumn> Columns(CancellationToken cancellation) => Guarded(cancellation, () =>
    {
        var select = Sql.Fill("all", ("relation", Relation));
        using var reader = server.Query(Sql.Fill("columns", ("select", $"N{SqlName.Literal(select)}")), cancellation);
        var columns = new List<SourceColumn>();
        while (reader.Read())
        {
            var name = reader.GetString(0);
            columns.Add(SqlServerTypes.Column(name, reader.GetString(1)));
        }

        return columns;
    });

    public string Literal(SourceColumn column, string text) => (SqlServerForm)column.Form switch
    {
        SqlServerForm.RowVersion => $"CAST(CAST({decimal.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)} AS bigint) AS binary(8))",
        SqlServerForm.Timestamp => $"CAST({SqlName.Literal(text)} AS datetime2(7))",
        SqlServerForm.TimestampTz => $"CAST({SqlName.Literal(Zoned(text))} AS datetimeoffset(7))",
        SqlServerForm.Date => $"CAST({SqlName.Literal(text)} AS date)",
        SqlServerForm.Uuid => $"CAST({SqlName.Literal(text)} AS uniqueidentifier)",
        SqlServerForm.Bytes => $"0x{text}",
        SqlServerForm.Bool => text.Equals("true", StringComparison.OrdinalIgnoreCase) ? "1" : "0",
        SqlServerForm.Int2 or SqlServerForm.Int1 or SqlServerForm.Int4 or SqlServerForm.Int8 or SqlServerForm.Decimal or SqlServerForm.WideDecimal
            => decimal.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture)
                : $"CAST({SqlName.Literal(text)} AS decimal(38,{column.Scale.ToString(CultureInfo.InvariantCulture)}))",
        SqlServerForm.Float4 or SqlServerForm.Float8 => $"CAST({SqlName.Literal(text)} AS float)",
        _ => $"N{SqlName.Literal(text)}",
    };

    public string Select(SelectPlan plan)
    {
        var condition = plan.Condition ?? "1 = 1";

        // A transaction that is still open can commit records below those that are there: they are read when it has ended.
        if (plan.Order is [{ Form: (int)SqlServerForm.RowVersion } version, ..])
        {
            condition = $"{condition} AND {version.Compared} < MIN_ACTIVE_ROWVERSION()";
        }

        var top = plan.Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"TOP ({limit}) ") : "";
        var text = Sql.Fill(
            "select", ("top", top), ("columns", SqlName.List(plan.Columns.Select(c => c.Selected))), ("relation", Relation), ("condition", condition));
        return plan.Order.Count == 0 ? text : text + Sql.Fill("order", ("columns", SqlName.List(plan.Order.Select(c => c.Compared))));
    }

    /// <summary>SQL Server does not compare rows: each column decides where those before it are equal. The first stands alone too, for its index.</summary>
    public string AtOrBehind(IReadOnlyList<string> columns, IReadOnlyList<string> values)
    {
        var last = columns.Count - 1;
        var condition = $"{columns[last]} >= {values[last]}";
        for (var i = last - 1; i >= 0; i--)
        {
            condition = $"({columns[i]} > {values[i]} OR ({columns[i]} = {values[i]} AND {condition}))";
        }

        return last == 0 ? condition : $"{columns[0]} >= {values[0]} AND {condition}";
    }

    public void Read(string select, IReadOnlyList<SourceColumn> columns, RowSink rows, CancellationToken cancellation) => Guarded(cancellation, () =>
    {
        using var reader = server.Query(select, cancellation);
        var row = new SqlServerRow(reader, columns, rows);
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            row.Write();
        }

        return 0;
    });

    public void Dispose() => server.Dispose();

    /// <summary>The engine writes +00 where the server wants +00:00.</summary>
    private static string Zoned(string text) => text.Length > 3 && text[^3] is '+' or '-' ? $"{text}:00" : text;

    private T Guarded<T>(CancellationToken cancellation, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            if (server.Error(e) is { } error)
            {
                throw error;
            }

            throw;
        }
    }
}
