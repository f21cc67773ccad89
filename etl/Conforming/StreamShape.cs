using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Conforming;

/// <summary>A stream's records as SQL can see them: the raw columns with their engine types, and the types the source file declares over them.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Columns">Raw columns; the connector's names and the engine's types.</param>
public sealed record StreamShape(Source Source, SourceStream Stream, IReadOnlyList<DescribedColumn> Columns)
{
    /// <summary>Brings the source's moments to the project's zone.</summary>
    internal SourceClock Clock { get; } = SourceClock.Of(Source);

    /// <summary>The declared type of a raw column; null when it stays as it comes.</summary>
    public StreamColumn? Declared(string column) =>
        Stream.Columns.FirstOrDefault(c => string.Equals(c.Name, column, StringComparison.OrdinalIgnoreCase));

    /// <summary>The map as it applies here: one without columns takes every column that already bears the contract's name for it.</summary>
    public ContractMap Resolve(ContractMap map, Contract contract) => map.Columns.Count > 0 ? map : map with
    {
        Columns = contract.Columns
            .Where(c => Columns.Any(r => string.Equals(r.Name, c.Name, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(c => c.Name, c => new MappedExpression(c.Name, map.Where), StringComparer.Ordinal),
    };

    /// <summary>An expression as SQL: one that is just a column's name means that column, whatever words the name is made of.</summary>
    public string Sql(string expression) =>
        Columns.FirstOrDefault(c => string.Equals(c.Name, expression.Trim(), StringComparison.OrdinalIgnoreCase)) is { } column
            ? SqlName.Quote(column.Name) : expression;

    /// <summary>The raw columns with their declared types, each raw value kept beside as <c>_raw_NAME</c> where a type is declared.</summary>
    public string TypedColumns() => SqlName.List(Columns.SelectMany(c => Declared(c.Name) is { } declared
        ? new[] { $"{Cast(declared, c)} AS {SqlName.Quote(c.Name)}", $"{SqlName.Quote(c.Name)} AS {Raw(c.Name)}" }
        : [$"{Clock.Column(c.Type, SqlName.Quote(c.Name))} AS {SqlName.Quote(c.Name)}"]));

    /// <summary>True when records of the stream can say that their key is deleted: raw relations have <c>_deleted</c> and <c>_current</c>.</summary>
    public bool TellsDeletes => Stream.Key.Count > 0;

    /// <summary>Condition over the typed columns and <c>_deleted</c> that a record says that its key is deleted.</summary>
    public string IsDeleted() => Stream.Sync.DeletedWhen is { } when
        ? $"(coalesce(_deleted, false) OR coalesce(({Sql(when.Sql)}\n), false))" : "coalesce(_deleted, false)";

    /// <summary>The raw record as a struct, for the quarantine.</summary>
    public string Record() => $"{{{SqlName.List(Columns.Select(c => $"{SqlName.Literal(c.Name)}: {SqlName.Quote(c.Name)}"))}}}";

    /// <summary>A relation without rows that has the stream's columns: what expressions are checked against before any data is read.</summary>
    public string Empty() =>
        $"(SELECT {SqlName.List(Columns.Select(c => $"CAST(NULL AS {c.Type}) AS {SqlName.Quote(c.Name)}"))}, "
        + (TellsDeletes ? "false AS _deleted, true AS _current, " : "") + "CAST(0 AS INTEGER) AS _file, CAST(0 AS BIGINT) AS _record, TIMESTAMP '2000-01-01' AS _modified WHERE false)";

    /// <summary>The name a raw value keeps beside its typed one.</summary>
    public static string Raw(string column) => SqlName.Quote($"_raw_{column}");

    private string Cast(StreamColumn declared, DescribedColumn column)
    {
        var value = SqlName.Quote(column.Name);
        if (declared.Type.Kind == TypeKind.Timestamp)
        {
            return declared.Format is { } pattern
                ? Clock.Read(value, pattern, pattern.Contains("%z", StringComparison.OrdinalIgnoreCase)) : Clock.Read(column.Type, value);
        }

        return declared.Format is { } format
            ? $"CAST(try_strptime({value}, {SqlName.Literal(format)}) AS {declared.Type.Sql})"
            : $"TRY_CAST({value} AS {declared.Type.Sql})";
    }
}
