using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>Writes the query that reads a batch back with its lineage.</summary>
public static class LandedRelation
{
    /// <summary>Columns of the relation besides the raw ones: the file's id, its path, the number of the record in it, when the file last changed.</summary>
    public static readonly IReadOnlyList<string> LineageColumns = ["_file", "_path", "_record", "_modified"];

    /// <summary>The line a record begins on, from 1 (BIGINT): of <see cref="SqlWithLines"/>.</summary>
    public const string LineColumn = "_line";

    private static readonly SqlFile Text = SqlFile.Beside(typeof(LandedRelation));

    /// <summary>
    /// A SELECT of every landed record: <c>_file INTEGER</c> (as <paramref name="fileId"/> says), <c>_path VARCHAR</c>, <c>_record BIGINT</c>
    /// (from 1, rejected records counted), <c>_modified TIMESTAMP</c> (UTC), then the raw columns. A column that nobody asks for costs nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="fileId">The id that lineage gives a file; null for the file's number in the batch.</param>
    public static string Sql(LandedBatch batch, Func<LandedFile, int>? fileId = null)
    {
        var files = Files(batch, fileId);
        return Text.Fill(
            files.Length == 0 ? "empty" : "relation",
            ("columns", Columns(batch)), ("files", files), ("parquet", EnginePath.Literal(batch.ParquetPath)));
    }

    /// <summary>
    /// The same relation with <c>_line BIGINT</c> before the raw columns: the line a record begins on, from 1; the row of a sheet; NULL where that is not
    /// known. It costs a join that <see cref="Sql"/> does not, so ask for it where lines are shown.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="fileId">The id that lineage gives a file; null for the file's number in the batch.</param>
    public static string SqlWithLines(LandedBatch batch, Func<LandedFile, int>? fileId = null)
    {
        var files = batch.Files.Where(f => f.Records > 0).ToList();
        if (files.Count == 0)
        {
            return Text.Fill("empty with lines", ("columns", Columns(batch)), ("parquet", EnginePath.Literal(batch.ParquetPath)));
        }

        var known = batch.HasLineColumn ? "r._line" : "NULL";
        var runs = files.SelectMany(f => f.Lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"({f.Number}, {l.Record}::BIGINT, {l.Line}::BIGINT)")));
        return Text.Fill(
            "relation with lines",
            ("columns", Columns(batch)), ("files", Files(batch, fileId)), ("parquet", EnginePath.Literal(batch.ParquetPath)), ("known", known),
            ("runs", SqlName.List(runs.DefaultIfEmpty("(-1, 0::BIGINT, 0::BIGINT)"))));
    }

    private static string Columns(LandedBatch batch) => string.Concat(batch.Columns.Select(c => $", r.{SqlName.Quote(c.Name)}"));

    private static string Files(LandedBatch batch, Func<LandedFile, int>? fileId) => SqlName.List(batch.Files.Where(f => f.Records > 0).Select(f => string.Create(
        CultureInfo.InvariantCulture, $"({f.Number}, {fileId?.Invoke(f) ?? f.Number}::INTEGER, {SqlName.Literal(f.Path)}, TIMESTAMP '{f.Modified:yyyy-MM-dd HH:mm:ss.ffffff}', {f.FirstRow}::BIGINT)")));
}
