using System.Data.Common;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>The tables and views of an SQL Server database, as streams.</summary>
internal static class SqlServerCatalogue
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(SqlServerCatalogue));

    public static IReadOnlyList<FoundStream> Streams(ISqlServer server, CancellationToken cancellation)
    {
        var names = new StreamNames();
        var found = new List<FoundStream>();
        foreach (var table in Rows(server, cancellation).GroupBy(r => (r.Schema, r.Table)))
        {
            var columns = table.ToList();
            string[] key = [.. columns.Where(c => c.KeyPlace > 0).OrderBy(c => c.KeyPlace).Select(c => c.Column.Name)];
            var cursor = CursorCandidate.Of(columns.Select(c => new CandidateColumn(
                c.Column.Name, c.Column.Type, c.Required, c.Indexed, c.Column.Form == (int)SqlServerForm.RowVersion)));
            found.Add(new(
                names.For(table.Key.Schema, table.Key.Table),
                new Dictionary<string, string> { ["table"] = RelationName.Written(table.Key.Schema, table.Key.Table) },
                [.. columns.Select(c => new LandedColumn(c.Column.Name, c.Column.Type))], key, cursor, columns[0].Records >= 0 ? columns[0].Records : null));
        }

        return found;
    }

    private static List<ColumnRow> Rows(ISqlServer server, CancellationToken cancellation)
    {
        try
        {
            using var reader = server.Query(Sql.Fill("columns"), cancellation);
            var rows = new List<ColumnRow>();
            while (reader.Read())
            {
                rows.Add(new(
                    reader.GetString(0), reader.GetString(1), SqlServerTypes.Column(reader.GetString(2), reader.GetString(3)), reader.GetBoolean(4),
                    reader.GetBoolean(5), Convert.ToInt32(reader.GetValue(6), System.Globalization.CultureInfo.InvariantCulture), reader.GetInt64(7)));
            }

            return rows;
        }
        catch (DbException e) when (server.Error(e) is { } error)
        {
            throw error;
        }
    }

    private sealed record ColumnRow(string Schema, string Table, SourceColumn Column, bool Required, bool Indexed, int KeyPlace, long Records);
}
