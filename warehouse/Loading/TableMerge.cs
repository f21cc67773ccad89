using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>What a merge did, in rows.</summary>
/// <param name="Inserted">Rows whose key the table did not have.</param>
/// <param name="Changed">Rows that replaced one of the same key with other values.</param>
/// <param name="Removed">Rows of the scope that are wanted no more.</param>
/// <param name="Unchanged">Rows that were there already, value for value.</param>
public readonly record struct MergeCounts(long Inserted, long Changed, long Removed, long Unchanged)
{
    /// <summary>True when the table is other than before.</summary>
    public bool Any => Inserted + Changed + Removed > 0;
}

/// <summary>What to make of a table of the star.</summary>
/// <param name="Table">The table.</param>
/// <param name="Wanted">Name of a temporary table with the wanted rows: all columns of <paramref name="Table"/> but <c>run_id</c>.</param>
/// <param name="Match">Columns that identify a row.</param>
/// <param name="Scope">
/// Condition over the table's rows, written with alias <c>t</c>, that says which rows the wanted ones stand for: rows of the scope that are not wanted
/// are removed. Null: nothing is removed, wanted rows are inserted or replace their namesakes.
/// </param>
/// <param name="Ignore">Columns whose difference alone changes nothing (lineage).</param>
public sealed record MergeRequest(
    StarTable Table, string Wanted, IReadOnlyList<string> Match, string? Scope, IReadOnlyList<string> Ignore)
{
    /// <summary>Condition, with alias <c>t</c>, that rows of the table must meet to take part at all; null: all do.</summary>
    public string? Within { get; init; }

    /// <summary>Columns of <see cref="Wanted"/> that stand for those of <see cref="Match"/>, in their order; null: the namesakes do.</summary>
    public IReadOnlyList<string>? MatchWith { get; init; }

    /// <summary>True to write the wanted values of the ignored columns into rows that are otherwise as wanted: the row stays, its lineage is the newer one.</summary>
    public bool Relabels { get; init; }
}

/// <summary>
/// Makes a table of the star hold the wanted rows and keeps what it held: a row that changes or goes moves to the history with the run that wrote it
/// and the run that ended it; a row that is already as wanted stays as it is, so that a merge of the same rows changes nothing.
/// </summary>
public static class TableMerge
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(TableMerge));

    /// <summary>Merges; runs inside the caller's transaction.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="request">What to make.</param>
    /// <param name="run">The run that writes.</param>
    public static MergeCounts Apply(ISession session, MergeRequest request, int run)
    {
        var columns = request.Table.Columns.Where(c => c.Name != "run_id").Select(c => c.Name).ToList();
        var compared = columns.Except(request.Match).Except(request.Ignore).ToList();
        (string, string)[] values =
        [
            ("table", request.Table.FullName),
            ("history", request.Table.HistoryName),
            ("wanted", request.Wanted),
            ("columns", SqlName.List(columns.Select(SqlName.Quote))),
            ("match", string.Join(" AND ", request.Match.Zip(request.MatchWith ?? request.Match, Same))),
            ("within", request.Within ?? "true"),
            ("same", compared.Count == 0 ? "true" : string.Join(" AND ", compared.Select(c => Same(c, c)))),
            ("labels", SqlName.List(request.Ignore.Select(c => $"{SqlName.Quote(c)} = w.{SqlName.Quote(c)}"))),
            ("relabelled", string.Join(" OR ", request.Ignore.Select(c => $"t.{SqlName.Quote(c)} IS DISTINCT FROM w.{SqlName.Quote(c)}"))),
            ("scope", request.Scope ?? "false"),
            ("run", run.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        session.Execute(Sql.Fill("compare", values));
        var counts = session.Query<MergeCountsRow>(Sql.Fill("count", values))[0];
        var result = new MergeCounts(counts.Wanted - counts.Changed - counts.Unchanged, counts.Changed, counts.Removed, counts.Unchanged);
        if (counts.Changed + counts.Removed > 0)
        {
            session.Execute(Sql.Fill("keep", values));
            session.Execute(Sql.Fill("delete", values));
        }

        if (result.Inserted + result.Changed > 0)
        {
            session.Execute(Sql.Fill("insert", values));
        }

        if (request.Relabels && counts.Unchanged > 0)
        {
            session.Execute(Sql.Fill("relabel", values));
        }

        session.Execute(Sql.Fill("drop", values));
        return result;
    }

    private static string Same(string column, string wanted) => $"t.{SqlName.Quote(column)} IS NOT DISTINCT FROM w.{SqlName.Quote(wanted)}";

    private sealed record MergeCountsRow(long Wanted, long Changed, long Removed, long Unchanged);
}
