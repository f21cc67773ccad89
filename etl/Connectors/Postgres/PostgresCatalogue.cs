using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>The tables and views that the user may read, as streams.</summary>
internal static class PostgresCatalogue
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(PostgresCatalogue));

    public static IReadOnlyList<FoundStream> Streams(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var names = new StreamNames();
        var found = new List<FoundStream>();
        foreach (var table in Rows(connection, cancellation).GroupBy(r => (r.Schema, r.Table)))
        {
            var columns = table.ToList();
            string[] key = [.. columns.Where(c => c.KeyPlace > 0).OrderBy(c => c.KeyPlace).Select(c => c.Column.Name)];
            var cursor = CursorCandidate.Of(columns.Select(c => new CandidateColumn(c.Column.Name, c.Column.Type, c.Required, c.Indexed, false)));
            found.Add(new(
                names.For(table.Key.Schema, table.Key.Table),
                new Dictionary<string, string> { ["table"] = RelationName.Written(table.Key.Schema, table.Key.Table) },
                [.. columns.Select(c => new LandedColumn(c.Column.Name, c.Column.Type))], key, cursor, columns[0].Records));
        }

        return found;
    }

    /// <summary>A numeric's declared digits, packed as the server packs them; the scale can be negative.</summary>
    public static (int? Precision, int? Scale) Numeric(int modifier) =>
        modifier < 4 ? (null, null) : (((modifier - 4) >> 16) & 0xffff, (((modifier - 4) & 0x7ff) ^ 1024) - 1024);

    private static List<ColumnRow> Rows(NpgsqlConnection connection, CancellationToken cancellation)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql.Fill("columns");
        using var reader = command.ExecuteReader();
        var rows = new List<ColumnRow>();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            var (precision, scale) = Numeric(reader.GetInt32(6));
            rows.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetBoolean(3) && reader.GetInt64(2) >= 0 ? reader.GetInt64(2) : null,
                PostgresTypes.Column(reader.GetString(4), (uint)reader.GetInt64(5), precision, scale), reader.GetBoolean(7), reader.GetBoolean(8), reader.GetInt32(9)));
        }

        return rows;
    }

    private sealed record ColumnRow(string Schema, string Table, long? Records, SourceColumn Column, bool Required, bool Indexed, int KeyPlace);
}
