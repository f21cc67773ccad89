using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>
/// The temporary table that records of one delivery gather in before they are written as Parquet; it spills to disk when memory is short. Its columns are
/// called by their place, whatever the source calls them.
/// </summary>
internal sealed class LandingTable : IDisposable
{
    private const string Table = "landing_rows";
    private static readonly SqlFile Sql = SqlFile.Beside<LandingTable>();
    private readonly ISession scratch;
    private readonly IReadOnlyList<SourceColumn> columns;
    private readonly Func<SourceColumn, string, string>? read;
    private readonly string? deleted;

    /// <param name="scratch">The session of the scratch instance that has the table.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="read">
    /// For a log of changes, whose values come as text: reads a column of text as its own type, NULL where that fails. A last column then says whether the
    /// record was deleted. Null: values come in their types.
    /// </param>
    public LandingTable(ISession scratch, IReadOnlyList<SourceColumn> columns, Func<SourceColumn, string, string>? read = null)
    {
        (this.scratch, this.columns, this.read) = (scratch, columns, read);
        deleted = read is null ? null : $", c{columns.Count} AS {SqlName.Quote(LandedBatch.DeletedColumn)}";
        var warnings = new List<string>();
        Landed = [.. ColumnNames.Distinct([.. columns.Select(c => c.Name)], warnings).Zip(columns, (name, c) => new LandedColumn(name, c.Type))];
        Warnings = warnings;
        var types = read is null ? columns.Select(c => c.Type) : columns.Select(_ => "VARCHAR").Append("BOOLEAN");
        scratch.Execute(Sql.Fill("make", ("columns", string.Concat(types.Select((type, i) => $", c{Text(i)} {type}")))));
    }

    /// <summary>The columns as they land.</summary>
    public IReadOnlyList<LandedColumn> Landed { get; }

    /// <summary>Names that had to be changed.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Lets <paramref name="read"/> fill the table.</summary>
    public RowSink Fill(string delivery, Action<RowSink> read, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
    {
        RowSink? sink = null;
        scratch.InTransaction(() =>
        {
            using var append = scratch.AppendColumns("temp", Table);
            sink = new(append, delivery, progress, cancellation);
            read(sink);
            append.Complete();
        });
        return sink!;
    }

    /// <summary>The values of some columns in the record that came last, as the engine spells them; null when there is no record.</summary>
    public IReadOnlyList<string>? Last(IReadOnlyList<SourceColumn> of)
    {
        var asked = of.Select(c => $"CAST({Column(c)} AS VARCHAR)");
        return scratch.Query<string>(Sql.Fill("last", ("columns", $"to_json([{SqlName.List(asked)}])"), ("ordered", string.Join(" AND ", of.Select(c => $"{Column(c)} IS NOT NULL")))))
            is [var found] ? System.Text.Json.JsonSerializer.Deserialize<List<string>>(found) : null;
    }

    /// <summary>A text that is equal for equal records in any order.</summary>
    /// <param name="column">Only records that have no value here, or one …</param>
    /// <param name="least">… that is at least this; without it, all records.</param>
    public string Hash(SourceColumn? column = null, string? least = null)
    {
        var condition = column is null || least is null ? "true"
            : $"{Column(column)} IS NULL OR CAST({Column(column)} AS {column.OrderType}) >= CAST({SqlName.Literal(least)} AS {column.OrderType})";
        var names = Encoding.UTF8.GetBytes(string.Join('\n', Landed.Select(c => $"{c.Name} {c.Type}")));
        var values = columns.Count == 0 ? "0" : SqlName.List(columns.Select(Column));
        return $"{Convert.ToHexStringLower(SHA256.HashData(names))[..8]}-{scratch.Scalar<string>(Sql.Fill("hash", ("columns", values), ("condition", condition)))}";
    }

    /// <summary>Takes out the records with a text that is not of its column's type.</summary>
    public IReadOnlyList<(long Record, int Column, string Text)> TakeUnfit()
    {
        var unfit = new List<(long, int, string)>();
        for (var i = 0; i < columns.Count; i++)
        {
            var column = i;
            unfit.AddRange(scratch.Query<(long Record, string Text)>(Sql.Fill("unfit", ("column", $"c{Text(i)}"), ("value", Value(i))))
                .Select(u => (u.Record, column, u.Text)));
        }

        foreach (var (record, _, _) in unfit)
        {
            scratch.Execute(Sql.Fill("take out"), new { record });
        }

        return [.. unfit.DistinctBy(u => u.Item1).OrderBy(u => u.Item1)];
    }

    /// <summary>Empties it.</summary>
    public void Clear() => scratch.Execute(Sql.Fill("clear"));

    /// <summary>Writes the raw rows.</summary>
    /// <param name="path">The Parquet file.</param>
    /// <param name="numbered">Whether each record bears its number; else its position counts.</param>
    /// <param name="cancellation">Stops it.</param>
    public void Copy(string path, bool numbered, CancellationToken cancellation) => scratch.Execute(
        Sql.Fill("copy", ("record", numbered ? "record" : "NULL::BIGINT"), ("columns", $"{Named(", ")}{deleted}"), ("target", SqlName.Literal(path)), ("sealed", EnginePath.Sealed(scratch))),
        cancellation: cancellation);

    /// <summary>Writes the columns alone.</summary>
    public void CopyColumns(string path, CancellationToken cancellation) =>
        scratch.Execute(Sql.Fill("copy columns", ("columns", Named("")), ("target", SqlName.Literal(path)), ("sealed", EnginePath.Sealed(scratch))), cancellation: cancellation);

    /// <summary>The greater of two marks.</summary>
    public static string Greatest(ISession scratch, SourceColumn column, string a, string b) =>
        scratch.Scalar<string>(Sql.Fill("greatest", ("type", column.OrderType)), new { a, b });

    /// <inheritdoc/>
    public void Dispose() => scratch.Execute(Sql.Fill("drop"));

    private string Named(string before) =>
        columns.Count == 0 ? "" : before + SqlName.List(Landed.Select((c, i) => $"{Value(i)} AS {SqlName.Quote(c.Name)}"));

    private string Value(int column) => read is null ? $"c{Text(column)}" : read(columns[column], $"c{Text(column)}");

    private string Column(SourceColumn column) => $"c{Text(columns.Index().First(c => ReferenceEquals(c.Item, column) || c.Item == column).Index)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
