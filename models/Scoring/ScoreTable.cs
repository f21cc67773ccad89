using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Scoring;

/// <summary>Writes a score fact: rows that are as wanted stay with the run that wrote them, the others move to the history.</summary>
internal static class ScoreTable
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ScoreTable));

    private static readonly JsonSerializerOptions named = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Rows as a JSON list whose keys are named as columns are.</summary>
    public static string Json<T>(IEnumerable<T> rows) => JsonSerializer.Serialize(rows, named);

    /// <summary>Makes a score fact hold the wanted rows.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="catalogue">The declarations.</param>
    /// <param name="fact">The fact.</param>
    /// <param name="wanted">Temporary table with the rows.</param>
    /// <param name="key">Columns that identify a row.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="scope">Which rows the wanted ones stand for, with alias <c>t</c>; all by default.</param>
    public static MergeCounts Merge(ISession session, Catalogue catalogue, string fact, string wanted, IReadOnlyList<string> key, int run, string scope = "true")
        => TableMerge.Apply(session, new MergeRequest(StarTable.Of(catalogue.Facts[fact], catalogue.Dimensions), wanted, key, scope, Ignore: []), run);

    /// <summary>Makes a temporary table <c>FACT_row</c> without rows, with the columns of a score fact: what is wanted when the data cannot carry the model.</summary>
    public static void Empty(ISession session, Catalogue catalogue, string fact)
    {
        var columns = StarTable.Of(catalogue.Facts[fact], catalogue.Dimensions).Columns.Where(c => c.Name != "run_id").Select(c => Sql.Fill("column", ("type", c.Type), ("name", SqlName.Quote(c.Name))).Trim());
        session.Execute(Sql.Fill("empty", ("wanted", SqlName.Quote($"{fact}_row")), ("columns", SqlName.List(columns))));
    }

    /// <summary>
    /// Makes a score fact hold the wanted rows of <c>FACT_row</c> for the snapshot's month, and forgets them: the newest snapshot of a month takes the place of the one
    /// before, those of older months stay. Answers how many rows changed.
    /// </summary>
    public static long WriteMonth(StarInput input, string fact, DateOnly snapshot, params IReadOnlyList<string> key)
    {
        var month = new DateOnly(snapshot.Year, snapshot.Month, 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var counts = Merge(input.Session, input.Catalogue, fact, $"{fact}_row", ["snapshot_date", .. key], input.Run, Sql.Fill("month", ("month", month)).Trim());
        input.Session.Execute(Sql.Fill("forget", ("wanted", SqlName.Quote($"{fact}_row"))));
        return counts.Inserted + counts.Changed + counts.Removed;
    }

    /// <summary>Makes a score fact hold the wanted rows of <c>FACT_row</c>, answering how many rows changed.</summary>
    public static long Write(StarInput input, string fact, params IReadOnlyList<string> key)
    {
        var counts = Merge(input.Session, input.Catalogue, fact, $"{fact}_row", key, input.Run);
        return counts.Inserted + counts.Changed + counts.Removed;
    }
}
