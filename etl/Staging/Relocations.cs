using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>
/// Which records of a file that was delivered again stand in another place than before, and say what they said: a line that was taken out moves all behind it.
/// For streams without a key.
/// </summary>
/// <param name="shape">The stream with its raw columns.</param>
internal sealed class Relocations(StreamShape shape)
{
    private static readonly SqlFile Sql = SqlFile.Beside<Relocations>();

    /// <summary>
    /// Makes the temporary table (old_file, old_record, file_id, source_record). Records that are gone and whose place another one took stand in it with a negative place.
    /// Answers its name, or null when all records stand where they stood.
    /// </summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="raw">What was delivered.</param>
    /// <param name="before">What the files held before, by landing.</param>
    /// <param name="table">Name for the table.</param>
    public string? Find(ISession session, string raw, IEnumerable<(IReadOnlyList<LandedColumn> Columns, string Sql)> before, string table)
    {
        var old = before.Select(b => Said(b.Columns.Select(c => c.Name), $"({b.Sql})")).ToList();
        if (old.Count == 0)
        {
            return null;
        }

        session.Execute(Sql.Fill(
            "find", ("relocated", table), ("old", string.Join("\nUNION ALL\n", old)), ("now", Said(shape.Columns.Select(c => c.Name), raw))));
        return session.Scalar<long>(Sql.Fill("count", ("relocated", table))) > 0 ? table : null;
    }

    /// <summary>What each record says: every column with a value, under its name, so that a new column without values changes nothing.</summary>
    private static string Said(IEnumerable<string> columns, string rows) => Sql.Fill("said", ("rows", rows), ("hash",
        $"hash(list_filter([{SqlName.List(columns.Order(StringComparer.Ordinal).Select(c => $"{SqlName.Literal(c + "=")} || CAST({SqlName.Quote(c)} AS VARCHAR)"))}], x -> x IS NOT NULL))"));
}
