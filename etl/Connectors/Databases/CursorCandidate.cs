namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Guesses which column of a table grows with every change of a record.</summary>
internal static class CursorCandidate
{
    private static readonly string[] changed =
        ["updated", "modified", "changed", "last_update", "lastupdate", "last_change", "sys_mod", "timestamp_update", "mtime"];

    private static readonly string[] moments = ["_at", "_on", "_time", "_date", "_ts", "at", "date", "time", "stamp", "updated", "modified", "changed", "mtime"];

    /// <summary>The best of the columns: row versions, then moments of change that are indexed and never NULL; null when none looks like one.</summary>
    public static string? Of(IEnumerable<CandidateColumn> columns) => columns
        .Select(c => (c.Name, Score: Score(c))).Where(c => c.Score > 0).OrderByDescending(c => c.Score).Select(c => c.Name).FirstOrDefault();

    private static int Score(CandidateColumn column)
    {
        if (column.IsRowVersion)
        {
            return 100;
        }

        var name = column.Name.ToLowerInvariant();
        var says = Array.Exists(changed, w => name.Contains(w, StringComparison.Ordinal));
        if (!says || !(column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal) || Array.Exists(moments, m => name.EndsWith(m, StringComparison.Ordinal))))
        {
            return 0;
        }

        return 10 + (column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal) ? 8 : 0) + (column.IsIndexed ? 4 : 0) + (column.IsRequired ? 2 : 0);
    }
}

/// <summary>What is known of a column that could be a cursor.</summary>
internal sealed record CandidateColumn(string Name, string Type, bool IsRequired, bool IsIndexed, bool IsRowVersion);
