using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>The SQL fragments of one dimension: how its members are named and how each attribute follows changes.</summary>
internal sealed class DimensionSql
{
    private const string Ever = "TIMESTAMP '0001-01-01'";
    private readonly Dimension dimension;
    private readonly StarTable table;
    private readonly IReadOnlyList<DimensionAttribute> attributes;
    private readonly ContractRows? rows;
    private readonly string? time;

    /// <summary>Prepares the fragments.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="table">Its table.</param>
    /// <param name="time">The contract's column that dates a record; null when it has none.</param>
    /// <param name="rows">The rows to load; null when members are only inferred.</param>
    public DimensionSql(Dimension dimension, StarTable table, string? time, ContractRows? rows)
    {
        (this.dimension, this.table, this.time, this.rows) = (dimension, table, time, rows);
        attributes = [.. dimension.Attributes.Where(a => a.Part == AttributePart.Value && !dimension.Keys.Contains(a.Column))];
    }

    /// <summary>The key of one row of the table.</summary>
    public string RowKey => dimension.IsVersioned ? dimension.VersionKeyColumn : dimension.KeyColumn;

    /// <summary>Attributes that keep the value before the last change.</summary>
    public IEnumerable<DimensionAttribute> WithPrevious => attributes.Where(a => a.Scd == ScdType.Previous);

    /// <summary>True when the rows can say something of the attribute.</summary>
    public bool IsFilled(DimensionAttribute attribute) => rows?.Filled is null || rows.Filled.Contains(attribute.Column);

    /// <summary>True when some of the members are in the table, so that what it holds of them may have to be carried on.</summary>
    public bool MayKnow { get; set; } = true;

    /// <summary>Columns of a contract row that a load needs.</summary>
    public string RowColumns() => SqlName.List(
        dimension.Keys.Concat(attributes.Where(IsFilled).Select(a => a.Column)).Concat(time is null ? [] : [time]).Distinct().Select(SqlName.Quote).Concat(["_file", "_record"]));

    /// <summary>The member that a row speaks of: its business key, or all parts of it in a struct, so that no separator can run into a value.</summary>
    /// <param name="alias">Alias of the row, with its point; empty for none.</param>
    /// <param name="columns">Columns that hold the key; null for the dimension's own.</param>
    public string Member(string alias, IReadOnlyList<string>? columns = null)
    {
        columns ??= dimension.Keys;
        return dimension.Keys.Count == 1
            ? $"{alias}{SqlName.Quote(columns[0])}"
            : $"struct_pack({SqlName.List(dimension.Keys.Select((k, i) => $"{SqlName.Quote(k)} := {alias}{SqlName.Quote(columns[i])}"))})";
    }

    /// <summary>The condition that a row names a member; a key that lacks a part names none.</summary>
    public string HasMember(string alias, IReadOnlyList<string>? columns = null) =>
        string.Join(" AND ", (columns ?? dimension.Keys).Select(c => $"{alias}{SqlName.Quote(c)} IS NOT NULL"));

    /// <summary>The fragments that every part may use.</summary>
    /// <param name="relation">The rows.</param>
    /// <param name="deleted">Expression that says that a row tells a delete.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="hasKnown">True when versions known before take part.</param>
    public (string, string)[] Fragments(string relation, string deleted, int run, bool hasKnown)
    {
        var versioned = dimension.IsVersioned;
        return
        [
            ("dimension", dimension.Name),
            ("table", table.FullName),
            ("rows", relation),
            ("member", Member("")),
            ("r_member", Member("r.")),
            ("t_member", Member("t.")),
            ("has_member", HasMember("")),
            ("r_has_member", HasMember("r.")),
            ("t_is_member", $"t.{SqlName.Quote(dimension.KeyColumn)} <> 0"),
            ("first_part", dimension.Keys.Count == 1 ? "member" : $"member.{SqlName.Quote(dimension.Keys[0])}"),
            ("deleted", deleted),
            ("r_deleted", deleted == "false" ? deleted : "r._deleted IS TRUE"),
            ("time", Time("")),
            ("r_time", Time("r.")),
            ("member_key", SqlName.Quote(dimension.KeyColumn)),
            ("version_key", SqlName.Quote(RowKey)),
            ("attributes", Each(a => IsFilled(a) ? $"{SqlName.Quote(a.Column)}, " : "")),
            ("r_attributes", Each(a => !TakesPart(a) ? "" : IsFilled(a) ? $"r.{SqlName.Quote(a.Column)}, " : $"CAST(NULL AS {a.Type.Sql}) AS {SqlName.Quote(a.Column)}, ")),
            ("t_attributes", Each(a => $"t.{SqlName.Quote(a.Column)}, ")),
            ("filled", Each(a => !TakesPart(a) ? "" : $",\n         {Filled(a, hasKnown)} AS {SqlName.Quote(a.Column)}")),
            ("filled_deleted", versioned ? "is_deleted" : "last_value(is_deleted) OVER ever"),
            ("or_changed", versioned ? $"{Each(Turns)}\n       OR {Changed("is_deleted")}" : ""),
            ("single_values", Each(a => a.Scd == ScdType.Hybrid && TakesPart(a) ? $", {SqlName.Quote(a.Column)} AS {SqlName.Quote($"current_{a.Column}")}" : "")),
            ("current_values", Each(a => a.Scd == ScdType.Hybrid && TakesPart(a)
                ? $",\n         last_value({SqlName.Quote(a.Column)}) OVER (PARTITION BY member ORDER BY moment ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS {SqlName.Quote($"current_{a.Column}")}" : "")),
            ("changes", string.Concat(WithPrevious.Select(a => $", {Change(a)}.{SqlName.Quote($"previous_{a.Column}")}, {Change(a)}.{SqlName.Quote($"{a.Column}_since")}"))),
            ("change_joins", string.Concat(WithPrevious.Select(a => $"\nLEFT JOIN {Change(a)} ON {Change(a)}.member = turning.member"))),
            ("says_nothing_new", Conditions(SaysNothingNew)),
            ("repeats", Conditions(Repeats)),
            ("overlaps", versioned ? " AND l.last_at >= t.valid_from AND l.first_at < t.valid_to" : ""),
            ("t_from", versioned ? "t.valid_from" : Ever),
            ("t_valid_from", versioned ? "t.valid_from" : Ever),
            ("current", versioned ? " AND t.is_current" : ""),
            ("not_before", versioned ? " AND l.first_at >= t.valid_from" : ""),
            ("row_columns", RowColumns()),
            ("run", run.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The fragments of a type 3 attribute's last change.</summary>
    public (string, string)[] ChangeFragments(DimensionAttribute attribute) =>
    [
        ("column", attribute.Column),
        ("quoted", SqlName.Quote(attribute.Column)),
        ("previous", SqlName.Quote($"previous_{attribute.Column}")),
        ("previous_cast", $"CAST(previous AS {attribute.Type.Sql})"),
        ("since", SqlName.Quote($"{attribute.Column}_since")),
        ("says", Clears(attribute) ? $"(clears OR {SqlName.Quote(attribute.Column)} IS NOT NULL)" : $"{SqlName.Quote(attribute.Column)} IS NOT NULL"),
    ];

    /// <summary>The columns of wanted rows, in the table's order.</summary>
    public string Wanted(Func<string, string> value) => SqlName.List(
        table.Columns.Where(c => c.Name != "run_id").Select(c => $"CAST({value(c.Name)} AS {c.Type}) AS {SqlName.Quote(c.Name)}"));

    /// <summary>Where a column of a wanted row comes from when the table had no member before.</summary>
    public string FirstValue(string column) => column == dimension.KeyColumn ? "v.member_number"
        : column == dimension.VersionKeyColumn ? "v.version_number" : LoadedValue(column);

    /// <summary>Where a column of a wanted row comes from.</summary>
    public string LoadedValue(string column) => column switch
    {
        _ when attributes.Any(a => !TakesPart(a) && (column == a.Column || (a.Scd == ScdType.Hybrid && column == $"current_{a.Column}"))) => "NULL",
        _ when column == dimension.KeyColumn => "coalesce(km.k, nm.k)",
        _ when column == dimension.VersionKeyColumn => "coalesce(kv.k, nv.k)",
        _ when dimension.Keys.Contains(column) => KeyPart(column),
        "is_current" => "v.valid_to = TIMESTAMP '9999-12-31'",
        _ => $"v.{SqlName.Quote(column)}",
    };

    /// <summary>Where a column of an inferred row comes from.</summary>
    public string InferredValue(string column) => column switch
    {
        _ when column == dimension.KeyColumn => $"v.n + (SELECT max({SqlName.Quote(dimension.KeyColumn)}) FROM {table.FullName})",
        _ when column == dimension.VersionKeyColumn => $"v.n + (SELECT max({SqlName.Quote(dimension.VersionKeyColumn)}) FROM {table.FullName})",
        _ when dimension.Keys.Contains(column) => KeyPart(column),
        "valid_from" => Ever,
        "valid_to" => "TIMESTAMP '9999-12-31'",
        "is_current" or "is_inferred" => "true",
        "is_deleted" => "false",
        _ => "NULL",
    };

    /// <summary>True when a version of this load can hold a value of the attribute; the others are missing, and cost nothing.</summary>
    private bool TakesPart(DimensionAttribute attribute) => MayKnow || IsFilled(attribute) || attribute.Scd == ScdType.Previous;

    private static string Change(DimensionAttribute attribute) => $"load_change_{attribute.Column}";

    private string KeyPart(string column) => dimension.Keys.Count == 1 ? "v.member" : $"v.member.{SqlName.Quote(column)}";

    private string Time(string alias) => time is null ? Ever : $"{alias}{SqlName.Quote(time)}";

    private string Each(Func<DimensionAttribute, string> write) => string.Concat(attributes.Select(write));

    private string Conditions(Func<DimensionAttribute, string> write) =>
        string.Join(" AND ", attributes.Where(IsFilled).Select(write).Prepend("l.is_deleted = coalesce(t.is_deleted, false)"));

    /// <summary>A source that does not fill a column says nothing of it, so that it cannot clear it either.</summary>
    private bool Clears(DimensionAttribute attribute) => attribute.Missing == MissingValue.Clears && attribute.Scd != ScdType.Fixed
        && IsFilled(attribute) && (rows?.Clearing is null || rows.Clearing.Contains(attribute.Column));

    private string Filled(DimensionAttribute attribute, bool hasKnown)
    {
        var column = SqlName.Quote(attribute.Column);
        if (!IsFilled(attribute) && !hasKnown)
        {
            return $"CAST(NULL AS {attribute.Type.Sql})";
        }

        var (function, over) = attribute.Scd switch
        {
            ScdType.NewVersion or ScdType.Hybrid => ("last_value", "before"),
            ScdType.Fixed => ("first_value", "ever"),
            _ => ("last_value", "ever"),
        };

        // A struct stands for "said", so that a value said to be missing is told from none said; a delete says nothing of attributes.
        return Clears(attribute)
            ? $"struct_extract({function}(CASE WHEN clears OR {column} IS NOT NULL THEN {{'v': {column}}} END IGNORE NULLS) OVER {over}, 'v')"
            : $"{function}({column} IGNORE NULLS) OVER {over}";
    }

    private string Turns(DimensionAttribute attribute) =>
        TakesPart(attribute) && attribute.Scd is ScdType.NewVersion or ScdType.Hybrid ? $"\n       OR {Changed(attribute.Column)}" : "";

    private static string Changed(string column) =>
        $"{SqlName.Quote(column)} IS DISTINCT FROM lag({SqlName.Quote(column)}) OVER (PARTITION BY member ORDER BY moment)";

    /// <summary>For a record that comes after all that is known: it holds nothing that the current version does not.</summary>
    private string SaysNothingNew(DimensionAttribute attribute)
    {
        var column = SqlName.Quote(attribute.Column);
        return attribute.Scd == ScdType.Fixed ? $"(l.{column} IS NULL OR t.{column} IS NOT NULL)" : Same(attribute);
    }

    /// <summary>For a record that comes late: it holds nothing but what held then, so that leaving it out changes nothing.</summary>
    private string Repeats(DimensionAttribute attribute)
    {
        var same = Same(attribute);
        if (attribute.Scd != ScdType.Previous)
        {
            return same;
        }

        // Without a change that is known, a value can still have been cleared before it came: then only the whole record can tell.
        var (column, since) = (SqlName.Quote(attribute.Column), SqlName.Quote($"{attribute.Column}_since"));
        return Clears(attribute)
            ? $"((l.is_deleted AND l.{column} IS NULL) OR ({same} AND t.{since} IS NOT NULL AND l.first_at >= t.{since}))"
            : $"(l.{column} IS NULL OR ({same} AND l.first_at >= coalesce(t.{since}, {Ever})))";
    }

    private string Same(DimensionAttribute attribute)
    {
        var column = SqlName.Quote(attribute.Column);
        var silent = Clears(attribute) ? $"l.{column} IS NULL AND l.is_deleted" : $"l.{column} IS NULL";
        return $"({silent} OR l.{column} IS NOT DISTINCT FROM t.{column})";
    }
}
