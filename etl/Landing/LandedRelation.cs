using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>Writes the query that reads a batch back with its lineage.</summary>
public static class LandedRelation
{
    /// <summary>Columns of the relation besides the raw ones: the file's id, its path, the number of the record in it, when the file last changed, whether the record is a deletion.</summary>
    public static readonly IReadOnlyList<string> LineageColumns = ["_file", "_path", "_record", "_modified", LandedBatch.DeletedColumn];

    /// <summary>The same over several batches: columns are those of all of them, NULL where a batch lacks one.</summary>
    public static string Sql(IReadOnlyList<LandedBatch> batches, Func<LandedFile, int> fileId) =>
        string.Join("\nUNION ALL BY NAME\n", batches.Select(b => Sql(b, fileId)));

    private static readonly SqlFile Text = SqlFile.Beside(typeof(LandedRelation));

    /// <summary>
    /// A SELECT of every landed record: <c>_file INTEGER</c> (as <paramref name="fileId"/> says), <c>_path VARCHAR</c>, <c>_record BIGINT</c>
    /// (from 1, rejected records counted), <c>_modified TIMESTAMP</c> (UTC), <c>_deleted BOOLEAN</c>, then the raw columns. A column that nobody asks for
    /// costs nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="fileId">The id that lineage gives a file; null for the file's number in the batch.</param>
    public static string Sql(LandedBatch batch, Func<LandedFile, int>? fileId = null)
    {
        var columns = string.Concat(batch.Columns.Select(c => $", r.{SqlName.Quote(c.Name)}"));
        var files = batch.Files.Where(f => f.Records > 0).Select(f => string.Create(
            CultureInfo.InvariantCulture, $"({f.Number}, {fileId?.Invoke(f) ?? f.Number}::INTEGER, {SqlName.Literal(f.Path)}, TIMESTAMP '{f.Modified:yyyy-MM-dd HH:mm:ss.ffffff}', {f.FirstRow}::BIGINT)"));
        var list = SqlName.List(files);
        return Text.Fill(
            list.Length == 0 ? "empty" : "relation",
            ("columns", columns), ("deleted", batch.MarksDeleted ? $", r.{LandedBatch.DeletedColumn}" : $", false AS {LandedBatch.DeletedColumn}"), ("files", list), ("parquet", EnginePath.Literal(batch.ParquetPath)));
    }
}
