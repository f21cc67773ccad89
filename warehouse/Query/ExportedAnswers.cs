using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Answers row by row as they leave the program: as they are, or under pseudonyms. Memory stays bounded.</summary>
/// <param name="reader">Answers questions.</param>
/// <param name="pseudonyms">What stands for what; null: everything leaves as it is.</param>
public sealed class ExportedAnswers(CubeReader reader, Pseudonyms? pseudonyms)
{
    /// <summary>Answers a question whole.</summary>
    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
        => pseudonyms is null ? reader.Read(query, cancellation) : new PseudonymReader(reader, pseudonyms).Read(query, cancellation);

    /// <summary>As <see cref="CubeReader.Stream"/>.</summary>
    public RowsSummary Stream(CubeQuery query, Action<IReadOnlyList<ResultColumn>> begin, Action<IReadOnlyList<object?>> row, CancellationToken cancellation = default)
    {
        if (pseudonyms is null)
        {
            return reader.Stream(query, begin, row, cancellation);
        }

        var hidden = new HiddenColumns(pseudonyms);
        var summary = reader.Stream(pseudonyms.Asked(query), columns => begin(hidden.Begin(columns)), values => row(hidden.Row(values)), cancellation);
        return summary with { Columns = hidden.Columns };
    }

    /// <summary>As <see cref="CubeReader.WriteParquet"/>.</summary>
    public RowsSummary WriteParquet(CubeQuery query, string path, CancellationToken cancellation = default)
    {
        if (pseudonyms is null)
        {
            return reader.WriteParquet(query, path, cancellation);
        }

        RowsSummary? summary = null;
        ParquetRows.Write(path, "", (begin, row) => summary = Stream(query, columns => begin([.. columns.Select(c => (c.Member, Typed(c)))]), row, cancellation), cancellation);
        return summary!;
    }

    /// <summary>What is worked out of decimals may have more digits than its parts.</summary>
    private static string Typed(ResultColumn column)
        => (column is { IsMeasure: true, Type.Kind: TypeKind.Decimal } ? new ColumnType(TypeKind.Decimal, ColumnType.MaxPrecision, Math.Max(6, column.Type.Scale)) : column.Type).Sql;
}
