using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>The rows of a statement as a Parquet file, written by the engine: memory stays bounded, and no value takes a way through text.</summary>
internal static class ParquetAnswer
{
    /// <summary>Writes the file; answers its rows.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="columns">The columns in the order of the statement's, with the types they shall have.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="parameters">Its values.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public static long Write(
        ISession session, IReadOnlyList<(string Name, ColumnType Type)> columns, string statement, IReadOnlyDictionary<string, object?> parameters, string path, CancellationToken cancellation)
        => session.Execute(SqlFile.Beside(typeof(ParquetAnswer)).Fill("", ("columns", SqlName.List(columns.Select(c => Typed(c.Name, c.Type)))), ("statement", statement.TrimEnd()), ("path", SqlName.Literal(path))), parameters, cancellation);

    /// <summary>Sums come wider from the engine than Parquet knows whole numbers; decimals keep the scale they have.</summary>
    private static string Typed(string name, ColumnType type) => type.Kind switch
    {
        TypeKind.Decimal => SqlName.Quote(name),
        _ => $"CAST({SqlName.Quote(name)} AS {type.Sql}) AS {SqlName.Quote(name)}",
    };
}
