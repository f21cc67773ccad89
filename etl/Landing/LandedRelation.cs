using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>Writes the query that reads a batch back with its lineage.</summary>
public static class LandedRelation
{
    /// <summary>Columns of the relation besides the raw ones: the file's id, its path, the number of the record in it, when the file last changed, whether the record is a deletion.</summary>
    public static readonly IReadOnlyList<string> LineageColumns = ["_file", "_path", "_record", "_modified", LandedBatch.DeletedColumn];

    private static readonly SqlFile Text = SqlFile.Beside(typeof(LandedRelation));

    /// <summary>
    /// A SELECT of every landed record: <c>_file INTEGER</c> (as <paramref name="fileId"/> says), <c>_path VARCHAR</c>, <c>_record BIGINT</c>
    /// (from 1, rejected records counted), <c>_modified TIMESTAMP</c> (UTC), <c>_deleted BOOLEAN</c>, then the raw columns. A column that nobody asks for
    /// costs nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="fileId">The id that lineage gives a file; null for the file's number in the batch.</param>
    public static string Sql(LandedBatch batch, Func<LandedFile, int>? fileId = null) => One([batch], (_, f) => fileId?.Invoke(f) ?? f.Number);

    /// <summary>
    /// The same over several batches: columns are those of all of them, NULL where a batch lacks one. Batches with the same columns are read together, so
    /// that thousands of small deliveries cost little more than one.
    /// </summary>
    /// <param name="batches">The batches.</param>
    /// <param name="fileId">The id that lineage gives a file of a batch.</param>
    public static string Sql(IReadOnlyList<LandedBatch> batches, Func<LandedBatch, LandedFile, int> fileId) => string.Join(
        "\nUNION ALL BY NAME\n", batches.GroupBy(b => (b.MarksDeleted, string.Join('\n', b.Columns))).Select(g => One([.. g], fileId)));

    private static string One(IReadOnlyList<LandedBatch> batches, Func<LandedBatch, LandedFile, int> fileId)
    {
        var columns = string.Concat(batches[0].Columns.Select(c => $", r.{SqlName.Quote(c.Name)}"));
        var deleted = batches[0].MarksDeleted ? $", r.{LandedBatch.DeletedColumn}" : $", false AS {LandedBatch.DeletedColumn}";
        var several = batches.Count > 1;
        var files = batches.SelectMany(b => b.Files.Where(f => f.Records > 0).Select(f => string.Create(
            CultureInfo.InvariantCulture,
            $"({(several ? $"{SqlName.Literal(b.ParquetPath)}, " : "")}{f.Number}, {fileId(b, f)}::INTEGER, {SqlName.Literal(f.Path)}, TIMESTAMP '{f.Modified:yyyy-MM-dd HH:mm:ss.ffffff}', {f.FirstRow}::BIGINT)")));
        var list = SqlName.List(files);
        return Text.Fill(
            list.Length == 0 ? "empty" : several ? "relations" : "relation",
            ("columns", columns), ("deleted", deleted), ("files", list),
            ("parquet", several ? EnginePath.Literals(batches.Select(b => b.ParquetPath)) : EnginePath.Literal(batches[0].ParquetPath)));
    }
}
