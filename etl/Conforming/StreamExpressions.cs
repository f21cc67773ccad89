using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Conforming;

/// <summary>How expressions of a map are evaluated.</summary>
public enum Evaluation
{
    /// <summary>As written: an expression that fails on a value fails the statement.</summary>
    Strict,

    /// <summary>Each expression guarded: where it fails, the record goes to the quarantine. Costs more, so it is the second try.</summary>
    Guarded,
}

/// <summary>
/// The SQL fragments that make the rows of several maps over one stream in one pass: every different expression is evaluated once and cast once to each
/// type that contracts want of it, whatever number of contracts ask for it.
/// </summary>
internal sealed class StreamExpressions
{
    private readonly StreamShape shape;
    private readonly Evaluation evaluation;
    private readonly List<string> mapped = [];
    private readonly List<(int Mapped, ColumnType Type)> values = [];
    private readonly List<string> typed = [];
    private readonly List<string> filters = [];

    /// <summary>Collects the expressions of some maps.</summary>
    public StreamExpressions(StreamShape shape, IReadOnlyList<(ContractMap Map, Contract Contract)> maps, Evaluation evaluation)
    {
        (this.shape, this.evaluation) = (shape, evaluation);
        foreach (var (map, contract) in maps)
        {
            Add(map, contract);
        }
    }

    /// <summary>The expressions under their own names, with what the checks look at.</summary>
    public string Mapped() => string.Concat(
        typed.Select(c => $"{StreamShape.Raw(c)}, {SqlName.Quote(c)} AS {Typed(c)}, ")
            .Concat(mapped.Select((sql, i) => evaluation == Evaluation.Guarded
                ? $"TRY({{'v': ({sql}\n)}}) AS {TriedName(i)}, "
                : $"({sql}\n) AS {MappedName(i)}, "))
            .Concat(filters.Select((sql, i) => $"coalesce(({sql}\n), false) AS {FilterName(i)}, ")));

    /// <summary>Every mapped value in the types that contracts want, with the filters.</summary>
    public string Values() => string.Concat(
        values.Select((v, i) => $"{Typed(v.Mapped, v.Type)} AS {ValueName(i)}, ")
            .Concat(filters.Select((_, i) => $"{FilterName(i)}, ")));

    /// <summary>Names of what the checks look at beside the values, to be passed through.</summary>
    public string Probes() => string.Concat(
        typed.Select(c => $"{StreamShape.Raw(c)}, {Typed(c)}, ")
            .Concat(mapped.Select((_, i) => evaluation == Evaluation.Guarded ? $"{TriedName(i)}, " : $"{MappedName(i)}, ")));

    /// <summary>Names of the columns that the conformed stream keeps.</summary>
    public string Kept() => string.Concat(
        values.Select((_, i) => $"{ValueName(i)}, ").Concat(filters.Select((_, i) => $"{FilterName(i)}, ")));

    /// <summary>What makes a record bad, in the order that reasons are reported.</summary>
    public IEnumerable<BadCheck> Checks(ContractMap map, Contract contract)
    {
        var within = map.Filter is { } filter ? FilterName(filters.IndexOf(shape.Sql(filter.Sql))) : null;
        var checks = TypedColumns(map).Select(TypeCheck)
            .Concat(contract.Columns.Where(c => map.Columns.ContainsKey(c.Name)).SelectMany(c => ColumnChecks(map, contract, c)));
        return checks.Select(c => c with { Within = within });
    }

    /// <summary>The contract's columns over the conformed stream; those the map does not fill take their default.</summary>
    public string ContractColumns(ContractMap map, Contract contract) =>
        SqlName.List(contract.Columns.Select(c => $"{ContractValue(map, contract, c)} AS {SqlName.Quote(c.Name)}"));

    /// <summary>The condition that a record makes a row of the contract.</summary>
    public string Filter(ContractMap map) => map.Filter is { } filter ? FilterName(filters.IndexOf(shape.Sql(filter.Sql))) : "true";

    private void Add(ContractMap map, Contract contract)
    {
        foreach (var column in contract.Columns.Where(c => map.Columns.ContainsKey(c.Name)))
        {
            var sql = shape.Sql(map.Columns[column.Name].Sql);
            AddOnce(mapped, sql);
            AddOnce(values, (mapped.IndexOf(sql), column.Type));
        }

        if (map.Filter is { } filter)
        {
            AddOnce(filters, shape.Sql(filter.Sql));
        }

        foreach (var column in TypedColumns(map))
        {
            AddOnce(typed, column);
        }
    }

    private static void AddOnce<T>(List<T> list, T item)
    {
        if (!list.Contains(item))
        {
            list.Add(item);
        }
    }

    /// <summary>Raw columns with a declared type that the map speaks of.</summary>
    private IEnumerable<string> TypedColumns(ContractMap map) => shape.Columns.Select(c => c.Name)
        .Where(c => shape.Declared(c) is not null && map.Columns.Values.Any(e => SqlWords.Names(e.Sql, c)));

    private string ContractValue(ContractMap map, Contract contract, ContractColumn column)
    {
        var fallback = column.Default ?? (column.Name == contract.Time && !column.Required ? shape.Clock.FromUtc("_modified") : null);
        var otherwise = fallback is null ? $"CAST(NULL AS {column.Type.Sql})" : $"CAST({fallback} AS {column.Type.Sql})";
        if (!map.Columns.ContainsKey(column.Name))
        {
            return otherwise;
        }

        return fallback is null ? ValueOf(map, column) : $"coalesce({ValueOf(map, column)}, {otherwise})";
    }

    private string Typed(int mapped, ColumnType type) =>
        type.Kind == TypeKind.Timestamp ? shape.Clock.Result(MappedName(mapped)) : $"TRY_CAST({MappedName(mapped)} AS {type.Sql})";

    private BadCheck TypeCheck(string column)
    {
        var (raw, type) = (StreamShape.Raw(column), shape.Declared(column)!);
        return new(
            Lost(Typed(column), raw),
            "type", column, $"{Shown(column, raw)} || {SqlName.Literal($", expected {type.Type}{(type.Format is { } f ? $" as {f}" : "")}")}")
        {
            Position = shape.PositionOf(column),
        };
    }

    private IEnumerable<BadCheck> ColumnChecks(ContractMap map, Contract contract, ContractColumn column)
    {
        var index = mapped.IndexOf(shape.Sql(map.Columns[column.Name].Sql));
        var (value, from) = (ValueOf(map, column), MappedName(index));

        // A value that is missing because what it is made of could not be read is no second fault.
        var told = TypedColumns(map).Where(c => SqlWords.Names(map.Columns[column.Name].Sql, c)).Select(c => Lost(Typed(c), StreamShape.Raw(c)))
            .Concat(evaluation == Evaluation.Guarded ? [FailedName(index)] : []).ToList();
        BadCheck Check(string condition, string rule, string reason) =>
            new(condition, rule, column.Name, reason) { Position = shape.PositionOf(map.Columns[column.Name].Sql), Told = told };
        if (column.Type.Kind != TypeKind.Text)
        {
            yield return Check(Lost(value, from), "type", $"{Shown(column.Name, from)} || {SqlName.Literal($", expected {column.Type}")}");
        }

        if (evaluation == Evaluation.Guarded)
        {
            yield return Check(FailedName(index), "expression", SqlName.Literal($"{column.Name}: the map's expression fails on this record")) with { Told = [] };
        }

        if (column.Required)
        {
            yield return Check(
                $"CASE WHEN {value} IS NULL THEN coalesce(trim(CAST({from} AS VARCHAR)) = '', true) ELSE false END",
                "required", SqlName.Literal($"{column.Name}: missing, expected {column.Type}"));
        }

        if (column.Name == contract.Time)
        {
            // A date that no business has is a typing error; left in, it would make calendars of thousands of years.
            yield return Check(
                $"coalesce({value} < TIMESTAMP '1900-01-01' OR {value} >= TIMESTAMP '2200-01-01', false)",
                "time", $"{Shown(column.Name, value)} || ', expected a moment from 1900 to 2199'");
        }
    }

    /// <summary>
    /// True where something was there and did not read as its type. CASE looks at the text only where the value is missing; AND would trim every row's.
    /// </summary>
    private static string Lost(string value, string from) =>
        $"CASE WHEN {value} IS NULL THEN coalesce(trim(CAST({from} AS VARCHAR)) <> '', false) ELSE false END";

    private string ValueOf(ContractMap map, ContractColumn column) =>
        ValueName(values.IndexOf((mapped.IndexOf(shape.Sql(map.Columns[column.Name].Sql)), column.Type)));

    private static string Shown(string column, string value) =>
        $"{SqlName.Literal($"{column}: found ")} || chr(39) || left(CAST({value} AS VARCHAR), 80) || chr(39)";

    /// <summary>A guarded expression stands once, in a struct that is null where it fails: written twice, its shared part would be evaluated unguarded.</summary>
    private string MappedName(int index) => evaluation == Evaluation.Guarded
        ? $"struct_extract({TriedName(index)}, 'v')" : string.Create(CultureInfo.InvariantCulture, $"_mapped_{index}");

    private static string FailedName(int index) => $"({TriedName(index)} IS NULL)";

    private static string TriedName(int index) => string.Create(CultureInfo.InvariantCulture, $"_tried_{index}");

    private static string ValueName(int index) => string.Create(CultureInfo.InvariantCulture, $"_value_{index}");

    private static string FilterName(int index) => string.Create(CultureInfo.InvariantCulture, $"_filter_{index}");

    private static string Typed(string column) => SqlName.Quote($"_typed_{column}");
}

/// <summary>One thing that makes a record bad.</summary>
/// <param name="Condition">SQL condition, never null.</param>
/// <param name="Rule">The rule's name: <c>type</c>, <c>required</c>, <c>time</c>, <c>expression</c>, or a quality rule's.</param>
/// <param name="Column">The column it is about, if one.</param>
/// <param name="Reason">SQL text expression that tells people.</param>
internal sealed record BadCheck(string Condition, string Rule, string? Column, string Reason)
{
    /// <summary>The filter of the map it belongs to: records outside make no row, so nothing is asked of them. Null: no filter.</summary>
    public string? Within { get; init; }

    /// <summary>Conditions of faults that are told already and explain this one: where one holds, this is no fault of its own.</summary>
    public IReadOnlyList<string> Told { get; init; } = [];

    /// <summary>Number of the raw column it is in, from 1; null when it is in none or in several.</summary>
    public int? Position { get; init; }

    /// <summary>The condition where it applies.</summary>
    public string Applied => Within is null ? Condition : $"({Within} AND {Condition})";

    /// <summary>The reason as a struct where the check fails, else null.</summary>
    public string AsReason()
    {
        var own = Told.Count == 0 ? Applied : $"({Applied} AND NOT ({string.Join(" OR ", Told)}))";
        var column = Column is null ? "CAST(NULL AS VARCHAR)" : SqlName.Literal(Column);
        var number = Position is { } n ? n.ToString(CultureInfo.InvariantCulture) : "NULL";
        return $"CASE WHEN {own} THEN {{'rule': {SqlName.Literal(Rule)}, 'column_name': {column}, 'column_number': CAST({number} AS INTEGER), 'reason': {Reason}}} END";
    }
}
