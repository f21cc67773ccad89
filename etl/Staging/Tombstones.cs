using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>
/// Lands keys that are gone from a source as records of their own: what was last known of each, marked as deleted. So a deletion has its lineage like any
/// other change, and histories can be derived again from the landing alone.
/// </summary>
/// <param name="shape">The stream.</param>
/// <param name="store">The landing.</param>
/// <param name="run">The run that found them gone.</param>
internal sealed class Tombstones(StreamShape shape, LandingStore store, int run)
{
    /// <summary>Temporary table of the keys: key, good_file, good_record.</summary>
    public const string Gone = "gone_key";

    private static readonly SqlFile Sql = SqlFile.Beside<Tombstones>();

    /// <summary>Writes the batch.</summary>
    /// <param name="session">The warehouse, which may write to the landing.</param>
    /// <param name="batches">What just landed; the deletions are dated like the last of it.</param>
    /// <param name="landings">Relations of earlier landed records with <c>_file</c> and <c>_record</c>, of the files that <see cref="Gone"/> names.</param>
    public LandedBatch Land(ISession session, IReadOnlyList<LandedBatch> batches, IEnumerable<string> landings)
    {
        var id = LandingStore.BatchId(batches.Select(b => b.Id).Prepend("deleted"));
        var path = string.Create(CultureInfo.InvariantCulture, $"{shape.Source.Name}/{shape.Stream.Name} deleted by run {run}");
        return store.Write(shape.Source.Name, shape.Stream.Name, id, (parquet, _) =>
        {
            var records = session.Scalar<long>(Sql.Fill("count", ("gone", Gone)));
            session.Execute(Sql.Fill(
                "copy", ("gone", Gone), ("columns", string.Concat(shape.Columns.Select(Column))), ("target", SqlName.Literal(parquet)), ("sealed", EnginePath.Sealed(session)),
                ("landings", string.Join("\nUNION ALL BY NAME\n", landings.Prepend(Sql.Fill("empty", ("empty", shape.Empty())))))));
            var modified = batches[^1].Files.Max(f => f.Modified);
            return new LandedBatch(
                parquet, [new LandedFile(0, path, 0, modified, "", FileChange.New, 0, records, 0, [])], [],
                [.. shape.Columns.Select(c => new LandedColumn(c.Name, c.Type))], [])
            { MarksDeleted = true };
        });
    }

    /// <summary>A column of the last known record; of a record that the landing no longer has, the key at least.</summary>
    private string Column(DescribedColumn column)
    {
        var (name, keys) = (SqlName.Quote(column.Name), shape.Stream.Key);
        var place = keys.Index().Where(k => string.Equals(k.Item, column.Name, StringComparison.OrdinalIgnoreCase)).Select(k => (int?)k.Index).FirstOrDefault();
        var value = place is null ? $"r.{name}"
            : $"coalesce(r.{name}, TRY_CAST({(keys.Count == 1 ? "g.key" : string.Create(CultureInfo.InvariantCulture, $"json_extract_string(g.key, '$[{place}]')"))} AS {column.Type}))";
        return $", CAST({value} AS {column.Type}) AS {name}";
    }
}
