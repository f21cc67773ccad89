namespace Crm.Analytics.Etl.Conforming;

/// <summary>Words in SQL text.</summary>
internal static class SqlWord
{
    /// <summary>True when an expression may speak of a column: its name stands there as a whole word. Too many is harmless.</summary>
    public static bool Names(string sql, string column)
    {
        for (var at = sql.IndexOf(column, StringComparison.OrdinalIgnoreCase); at >= 0;
             at = sql.IndexOf(column, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + column.Length;
            if ((at == 0 || !IsPart(sql[at - 1])) && (end == sql.Length || !IsPart(sql[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All words, in order.</summary>
    public static IEnumerable<string> All(string sql)
    {
        for (var at = 0; at < sql.Length;)
        {
            var end = at;
            while (end < sql.Length && IsPart(sql[end]))
            {
                end++;
            }

            if (end > at)
            {
                yield return sql[at..end];
            }

            at = end + 1;
        }
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c == '_';
}
