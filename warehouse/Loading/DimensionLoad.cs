using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>Contract rows to load.</summary>
/// <param name="Relation">A table or view with the contract's columns, <c>_file</c> (key into <c>meta.source_file</c>) and <c>_record</c>.</param>
/// <param name="AllOf">
/// Makes a relation with every accepted row ever landed of the members in a temporary table (column <c>member</c>), this run's among them, and answers its
/// name; null when the landing no longer has them all. Arguments: the business key's column, the temporary table.
/// </param>
public sealed record ContractRows(string Relation, Func<string, string, string?> AllOf);

/// <summary>
/// Loads a dimension from contract rows: new members, new versions of members whose type 2 attributes changed, overwritten type 1 attributes. Records may
/// come in any order: one that is older than what is known makes its member be derived again from all that landed, so the order of delivery changes nothing.
/// </summary>
public sealed class DimensionLoad
{
    private static readonly SqlFile Sql = SqlFile.Beside<DimensionLoad>();
    private readonly ISession session;
    private readonly Dimension dimension;
    private readonly StarTable table;
    private readonly IReadOnlyList<DimensionAttribute> attributes;
    private readonly string? time;
    private readonly int run;

    /// <summary>Prepares the load of one dimension.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="dimension">The dimension; not the date dimension.</param>
    /// <param name="contract">The contract its members come from.</param>
    /// <param name="run">The run that writes.</param>
    public DimensionLoad(ISession session, Dimension dimension, Contract contract, int run)
    {
        (this.session, this.dimension, this.run) = (session, dimension, run);
        table = StarTable.Of(dimension);
        attributes = [.. dimension.Attributes.Where(a => a.Column != dimension.Key)];
        time = dimension.Effective ?? contract.Time;
    }

    /// <summary>True after <see cref="Apply"/> when members that were known before got other versions, so that loaded facts may point at the wrong one.</summary>
    public bool TouchedKnown { get; private set; }

    /// <summary>Loads what the rows say of the dimension's members. Known members that got other versions are left in the temporary table <c>touched_NAME</c>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="withdrawn">Temporary table (column <c>member</c>) of members whose earlier records were replaced; null for none.</param>
    public MergeCounts Apply(ContractRows rows, string? withdrawn)
    {
        var relation = rows.Relation;
        session.Execute(Fill("members", relation));
        session.Execute(Fill("no_late", relation));
        if (dimension.IsVersioned)
        {
            relation = PlaceLateRows(rows, withdrawn);
        }

        session.Execute(Fill("settled", relation));
        session.Execute(Fill("points", relation));
        session.Execute(Fill("known", relation));
        session.Execute(Fill("versions", relation));
        session.Execute(Fill("wanted", relation));
        var counts = TableMerge.Apply(session, new(
            table, "load_wanted", [RowKey], $"t.{SqlName.Quote(dimension.Key!)} IN (SELECT member FROM load_member)", ["source_file", "source_record"]), run);
        if (dimension.IsVersioned)
        {
            session.Execute(Fill("touched", relation));
            TouchedKnown = counts.Any && session.Scalar<long>(Fill("touched_count", relation)) > 0;
            session.Execute(Fill("seen", relation));
        }

        return counts;
    }

    /// <summary>Makes the temporary table <c>loaded_record</c> (file_id, source_record) of <see cref="NoteLoaded"/>.</summary>
    public static void MakeLoadedTable(ISession session) => session.Execute(Sql.Fill("loaded_table"));

    /// <summary>Adds the records that made a difference in the last <see cref="Apply"/> to <c>loaded_record</c>.</summary>
    public void NoteLoaded() => session.Execute(Fill("loaded", table.FullName));

    /// <summary>Makes a row for every member that facts speak of and nothing has described yet.</summary>
    /// <param name="relation">The fact's contract rows.</param>
    /// <param name="column">Their column with the member's business key.</param>
    public long Infer(string relation, string column)
    {
        session.Execute(Fill("inferred", relation, ("column", SqlName.Quote(column)), ("wanted", Wanted(InferredValue))));
        var count = session.Scalar<long>(Fill("inferred_count", relation));
        if (count > 0)
        {
            TableMerge.Apply(session, new(table, "load_wanted", [RowKey], null, []), run);
        }

        return count;
    }

    private string RowKey => dimension.IsVersioned ? dimension.VersionKeyColumn : dimension.KeyColumn;

    private string PlaceLateRows(ContractRows rows, string? withdrawn)
    {
        session.Execute(Fill("late", rows.Relation));
        if (withdrawn is not null)
        {
            session.Execute(Fill("withdrawn", rows.Relation, ("withdrawn", withdrawn)));
        }

        if (session.Scalar<long>(Fill("late_count", rows.Relation)) == 0)
        {
            return rows.Relation;
        }

        var all = rows.AllOf(dimension.Key!, "load_late");
        if (all is null)
        {
            // Without the landing the versions known so far have to stand for the records they came from.
            session.Execute(Fill("no_late", rows.Relation));
            return rows.Relation;
        }

        session.Execute(Fill("with_late", rows.Relation, ("all_rows", all)));
        session.Execute(Fill("members", "load_rows"));
        return "load_rows";
    }

    private string Fill(string part, string relation, params ReadOnlySpan<(string, string)> more)
    {
        var versioned = dimension.IsVersioned;
        var newest = dimension.Attributes.Where(a => a.Scd == ScdType.NewVersion).ToList();
        (string, string)[] values =
        [
            ("dimension", dimension.Name),
            ("table", table.FullName),
            ("rows", relation),
            ("key", SqlName.Quote(dimension.Key!)),
            ("time", Time(null)),
            ("r_time", Time("r")),
            ("member_key", SqlName.Quote(dimension.KeyColumn)),
            ("version_key", SqlName.Quote(RowKey)),
            ("attributes", Each(a => $"{SqlName.Quote(a.Column)}, ")),
            ("r_attributes", Each(a => $"r.{SqlName.Quote(a.Column)}, ")),
            ("t_attributes", Each(a => $"t.{SqlName.Quote(a.Column)}, ")),
            ("filled", Each(a => $", {Filled(a)} AS {SqlName.Quote(a.Column)}")),
            ("or_changed", string.Concat(newest.Select(a =>
                $"\n       OR {SqlName.Quote(a.Column)} IS DISTINCT FROM lag({SqlName.Quote(a.Column)}) OVER (PARTITION BY member ORDER BY moment)"))),
            ("says_nothing_new", attributes.Count == 0 ? "true" : string.Join(" AND ", attributes.Select(SaysNothingNew))),
            ("t_from", versioned ? "t.valid_from" : "TIMESTAMP '0001-01-01'"),
            ("t_valid_from", versioned ? "valid_from" : "TIMESTAMP '0001-01-01'"),
            ("current", versioned ? " AND t.is_current" : ""),
            ("not_before", versioned ? " AND l.first_at >= t.valid_from" : ""),
            ("row_columns", SqlName.List(RowColumns())),
            ("wanted", Wanted(LoadedValue)),
            ("run", run.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            .. more,
        ];
        return Sql.Fill(part, values);
    }

    private string Time(string? alias) => time is null
        ? "TIMESTAMP '0001-01-01'"
        : alias is null ? SqlName.Quote(time) : $"{alias}.{SqlName.Quote(time)}";

    private string Each(Func<DimensionAttribute, string> write) => string.Concat(attributes.Select(write));

    private IEnumerable<string> RowColumns()
    {
        var names = attributes.Select(a => a.Column).Prepend(dimension.Key!);
        return (time is null ? names : names.Append(time)).Distinct().Select(SqlName.Quote).Concat(["_file", "_record"]);
    }

    private static string Filled(DimensionAttribute attribute) => attribute.Scd switch
    {
        ScdType.NewVersion => $"last_value({SqlName.Quote(attribute.Column)} IGNORE NULLS) OVER before",
        ScdType.Overwrite => $"last_value({SqlName.Quote(attribute.Column)} IGNORE NULLS) OVER ever",
        _ => $"first_value({SqlName.Quote(attribute.Column)} IGNORE NULLS) OVER ever",
    };

    private static string SaysNothingNew(DimensionAttribute attribute)
    {
        var column = SqlName.Quote(attribute.Column);
        return attribute.Scd == ScdType.Fixed
            ? $"(l.{column} IS NULL OR t.{column} IS NOT NULL)"
            : $"(l.{column} IS NULL OR l.{column} IS NOT DISTINCT FROM t.{column})";
    }

    private string Wanted(Func<string, string> value) => SqlName.List(
        table.Columns.Where(c => c.Name != "run_id").Select(c => $"CAST({value(c.Name)} AS {c.Type}) AS {SqlName.Quote(c.Name)}"));

    private string LoadedValue(string column) => column switch
    {
        _ when column == dimension.KeyColumn => "coalesce(km.k, nm.k)",
        _ when column == dimension.VersionKeyColumn => "coalesce(kv.k, nv.k)",
        _ when column == dimension.Key => "v.member",
        "is_current" => "v.valid_to = TIMESTAMP '9999-12-31'",
        "is_inferred" => "false",
        _ => $"v.{SqlName.Quote(column)}",
    };

    private string InferredValue(string column) => column switch
    {
        _ when column == dimension.KeyColumn => $"v.n + (SELECT max({SqlName.Quote(dimension.KeyColumn)}) FROM {table.FullName})",
        _ when column == dimension.VersionKeyColumn => $"v.n + (SELECT max({SqlName.Quote(dimension.VersionKeyColumn)}) FROM {table.FullName})",
        _ when column == dimension.Key => "v.member",
        "valid_from" => "TIMESTAMP '0001-01-01'",
        "valid_to" => "TIMESTAMP '9999-12-31'",
        "is_current" or "is_inferred" => "true",
        _ => "NULL",
    };
}
