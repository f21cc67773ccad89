using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// Brings the tables of the star to what the declarations want: creates missing tables and adds missing columns, each in a transaction of its own
/// before a run's data. Columns that are no longer declared stay, so that nothing is lost; a column whose type changed is refused.
/// </summary>
public static class StarSchema
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(StarSchema));

    /// <summary>All tables that a catalogue wants.</summary>
    public static IReadOnlyList<StarTable> TablesOf(Catalogue catalogue) =>
        [.. catalogue.Dimensions.Values.OrderBy(d => d.Name, StringComparer.Ordinal).Select(StarTable.Of),
         .. catalogue.Dimensions.Values.OrderBy(d => d.Name, StringComparer.Ordinal)
             .SelectMany(d => d.Hierarchies.Where(h => h.Parent is not null).Select(h => StarTable.Of(d, h))),
         .. catalogue.Facts.Values.OrderBy(f => f.TableName, StringComparer.Ordinal).Select(f => StarTable.Of(f, catalogue.Dimensions))];

    /// <summary>Creates and extends tables; answers true when anything changed (the caller then checkpoints).</summary>
    /// <param name="session">The warehouse; not inside a transaction.</param>
    /// <param name="catalogue">The declarations.</param>
    public static bool Apply(ISession session, Catalogue catalogue)
    {
        var existing = session.Query<ExistingColumn>(Sql.Fill("columns"))
            .GroupBy(c => c.TableName, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToDictionary(c => c.ColumnName, c => c.DataType, StringComparer.Ordinal), StringComparer.Ordinal);
        var statements = new List<string>();
        foreach (var table in TablesOf(catalogue))
        {
            statements.AddRange(Changes(existing, table.Name, table.Columns));
            statements.AddRange(Changes(existing, $"{table.Name}_history", table.HistoryColumns));
        }

        foreach (var dimension in catalogue.Dimensions.Values.Where(d => !existing.ContainsKey($"dim_{d.Name}")))
        {
            statements.Add(UnknownMember(dimension));
        }

        foreach (var dimension in catalogue.Dimensions.Values.Where(d => !d.IsDate && !existing.ContainsKey($"{d.Name}_seen")))
        {
            statements.Add(Sql.Fill("seen", ("dimension", dimension.Name)));
        }

        foreach (var (table, columns) in RollupLoad.TablesOf(catalogue))
        {
            statements.AddRange(Changes(existing, table, columns));
        }

        if (!existing.ContainsKey("rollup_built"))
        {
            statements.Add(Sql.Fill("rollup_built"));
        }

        if (!existing.ContainsKey("finding"))
        {
            statements.Add(Sql.Fill("finding"));
        }

        if (statements.Count > 0)
        {
            session.InTransaction(() => statements.ForEach(s => session.Execute(s)));
        }

        return statements.Count > 0;
    }

    /// <summary>Writes changed tables into the file itself, so that a kill leaves no change of schema in its log.</summary>
    public static void Checkpoint(ISession session) => session.Execute(Sql.Fill("checkpoint"));

    private static IEnumerable<string> Changes(
        Dictionary<string, Dictionary<string, string>> existing, string table, IReadOnlyList<StarColumn> columns)
    {
        if (!existing.TryGetValue(table, out var present))
        {
            yield return Sql.Fill("table", ("table", table), ("columns", SqlName.List(columns.Select(c => $"{SqlName.Quote(c.Name)} {c.Type}"))));
            yield break;
        }

        foreach (var column in columns)
        {
            if (!present.TryGetValue(column.Name, out var type))
            {
                yield return Sql.Fill("column", ("table", table), ("column", SqlName.Quote(column.Name)), ("type", column.Type));
                if (column.Name == "is_deleted")
                {
                    yield return Sql.Fill("not_deleted", ("table", table));
                }
            }
            else if (type != column.Type)
            {
                throw new CrmException(
                    FailureKind.CheckFailed, $"the declarations now say {column.Type}", $"star.{table}.{column.Name}",
                    $"{type}, the type the warehouse already holds", "Give the column a new name, or keep its type");
            }
        }
    }

    /// <summary>Key 0: texts say so, dates run from the beginning to the end of time, and it belongs to every run.</summary>
    private static string UnknownMember(Dimension dimension)
    {
        var table = StarTable.Of(dimension);
        var text = dimension.Attributes.Where(a => a.Type.Kind == TypeKind.Text).Select(a => a.Column).ToHashSet(StringComparer.Ordinal);
        var values = table.Columns.Select(c => c.Name switch
        {
            _ when c.Name == dimension.KeyColumn || c.Name == dimension.VersionKeyColumn || c.Name == "run_id" => "0",
            _ when text.Contains(c.Name) => "'(unknown)'",
            "valid_from" => "TIMESTAMP '0001-01-01'",
            "valid_to" => "TIMESTAMP '9999-12-31'",
            "is_current" => "true",
            "is_inferred" or "is_deleted" => "false",
            _ => "NULL",
        });
        return Sql.Fill("unknown", ("table", table.Name), ("values", SqlName.List(values)));
    }

    private sealed record ExistingColumn(string TableName, string ColumnName, string DataType);
}
