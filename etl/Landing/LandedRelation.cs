using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>Writes the query that reads a batch back with its lineage.</summary>
public static class LandedRelation
{
    /// <summary>Columns of the relation besides the raw ones: the file's id, its path, the number of the record in it, when the file last changed, whether the record is a deletion.</summary>
    public static readonly IReadOnlyList<string> LineageColumns = ["_file", "_path", "_record", "_modified", LandedBatch.DeletedColumn];

    /// <summary>The line a record begins on, from 1 (BIGINT): of <see cref="SqlWithLines(LandedBatch, Func{LandedFile, int}?, string?)"/>.</summary>
    public const string LineColumn = "_line";

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
        "\nUNION ALL BY NAME\n", batches.GroupBy(b => (b.MarksDeleted, b.ReadOption, string.Join('\n', b.Columns))).Select(g => One([.. g], fileId)));

    private static string One(IReadOnlyList<LandedBatch> batches, Func<LandedBatch, LandedFile, int> fileId)
    {
        var several = batches.Count > 1;
        var files = SqlName.List(batches.SelectMany(b => b.Files.Where(f => f.Records > 0).Select(f => File(b, f, fileId(b, f), several))));
        return Text.Fill(
            files.Length == 0 ? "empty" : several ? "relations" : "relation",
            ("columns", Columns(batches[0])), ("deleted", Deleted(batches[0])), ("files", files),
            ("parquet", (several ? EnginePath.Literals(batches.Select(b => b.ParquetPath)) : EnginePath.Literal(batches[0].ParquetPath)) + batches[0].ReadOption));
    }

    /// <summary>
    /// The same relation with <c>_line BIGINT</c> before the raw columns: the line a record begins on, from 1; the row of a sheet; NULL where that is not
    /// known. It costs a join that <see cref="Sql(LandedBatch, Func{LandedFile, int}?)"/> does not, so ask for it where lines are shown.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="fileId">The id that lineage gives a file; null for the file's number in the batch.</param>
    /// <param name="among">A relation (file_id, source_record) of the records that alone are wanted; null for all.</param>
    public static string SqlWithLines(LandedBatch batch, Func<LandedFile, int>? fileId = null, string? among = null)
    {
        var files = batch.Files.Where(f => f.Records > 0).ToList();
        if (files.Count == 0)
        {
            return Text.Fill("empty with lines", ("deleted", Deleted(batch)), ("columns", Columns(batch)), ("parquet", EnginePath.Literal(batch.ParquetPath) + batch.ReadOption));
        }

        var known = batch.HasLineColumn ? "r._line" : "NULL";
        var runs = files.SelectMany(f => f.Lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"({f.Number}, {l.Record}::BIGINT, {l.Line}::BIGINT)")));
        return Text.Fill(
            "relation with lines",
            ("columns", Columns(batch)), ("deleted", Deleted(batch)), ("files", SqlName.List(files.Select(f => File(batch, f, fileId?.Invoke(f) ?? f.Number, several: false)))), ("parquet", EnginePath.Literal(batch.ParquetPath) + batch.ReadOption), ("known", known),
            ("among", among is null ? "" : Text.Fill("among", ("records", among))),
            ("runs", SqlName.List(runs.DefaultIfEmpty("(-1, 0::BIGINT, 0::BIGINT)"))));
    }

    /// <summary>The same over several batches.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="fileId">The id that lineage gives a file.</param>
    /// <param name="among">A relation (file_id, source_record) of the records that alone are wanted; null for all.</param>
    public static string SqlWithLines(IReadOnlyList<LandedBatch> batches, Func<LandedFile, int> fileId, string? among = null) =>
        string.Join("\nUNION ALL BY NAME\n", batches.Select(b => SqlWithLines(b, fileId, among)));

    private static string Columns(LandedBatch batch) => string.Concat(batch.Columns.Select(c => $", r.{SqlName.Quote(c.Name)}"));

    private static string Deleted(LandedBatch batch) =>
        batch.MarksDeleted ? $", r.{LandedBatch.DeletedColumn}" : $", false AS {LandedBatch.DeletedColumn}";

    private static string File(LandedBatch batch, LandedFile file, int id, bool several) => string.Create(
        CultureInfo.InvariantCulture,
        $"({(several ? $"{SqlName.Literal(batch.ParquetPath)}, " : "")}{file.Number}, {id}::INTEGER, {SqlName.Literal(file.Path)}, TIMESTAMP '{file.Modified:yyyy-MM-dd HH:mm:ss.ffffff}', {file.FirstRow}::BIGINT)");
}
