using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;
using Microsoft.Data.Sqlite;

namespace Crm.Analytics.Etl.Connectors.Sqlite;

/// <summary>The tables and views of an SQLite file, as streams.</summary>
internal static class SqliteCatalogue
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(SqliteCatalogue));

    public static IReadOnlyList<FoundStream> Streams(SqliteConnection connection, CancellationToken cancellation)
    {
        var unique = Rows(connection, "unique").GroupBy(r => (r[0], r[1])).Select(g => (Table: g.Key.Item1, Key: g.Select(r => r[2]).ToList())).ToList();
        var indexed = Rows(connection, "indexed").Select(r => (r[0], r[1])).ToHashSet();
        var names = new StreamNames();
        var found = new List<FoundStream>();
        foreach (var table in Rows(connection, "columns").GroupBy(r => r[0]))
        {
            cancellation.ThrowIfCancellationRequested();
            var columns = table.Select(r => (Column: SqliteTypes.Column(r[2], r[3]), Place: r[4])).ToList();
            string[] key = [.. columns.Where(c => c.Place != "0").OrderBy(c => c.Place, StringComparer.Ordinal).Select(c => c.Column.Name)];
            key = key.Length > 0 ? key : [.. unique.FirstOrDefault(u => u.Table == table.Key).Key ?? []];
            var cursor = CursorCandidate.Of(columns.Select(c => new CandidateColumn(
                c.Column.Name, c.Column.Type, false, indexed.Contains((table.Key, c.Column.Name)), false)));
            var records = table.First()[1] == "table" ? long.Parse(Rows(connection, "rows", ("relation", SqlName.Quote(table.Key)))[0][0],
                System.Globalization.CultureInfo.InvariantCulture) : (long?)null;
            found.Add(new(
                names.For(null, table.Key), new Dictionary<string, string> { ["table"] = RelationName.Written(table.Key) },
                [.. columns.Select(c => new LandedColumn(c.Column.Name, c.Column.Type))], key, cursor, records));
        }

        return found;
    }

    private static List<string[]> Rows(SqliteConnection connection, string part, params ReadOnlySpan<(string, string)> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql.Fill(part, values);
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))]);
        }

        return rows;
    }
}
