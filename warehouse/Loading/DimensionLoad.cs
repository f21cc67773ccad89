using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>Contract rows to load.</summary>
/// <param name="Relation">
/// A table or view with the contract's columns, <c>_file</c> (key into <c>meta.source_file</c>) and <c>_record</c>, and <c>_deleted</c> (BOOLEAN) when
/// the source can tell deletes; without it no row tells one.
/// </param>
/// <param name="AllOf">
/// Makes a relation with every accepted row ever landed of some members, this run's among them, and answers its name; null when the landing no longer
/// has them all. Arguments: the (first) column of the business key, and a temporary table with its values as <c>member</c>. More rows do no harm.
/// </param>
public sealed record ContractRows(string Relation, Func<string, string, string?> AllOf)
{
    /// <summary>Contract columns that the rows can fill; null for all. The others are missing everywhere, and cost nothing.</summary>
    public IReadOnlySet<string>? Filled { get; init; }

    /// <summary>Contract columns that every source of the contract fills, so that a missing value can say that there is none; null for all.</summary>
    public IReadOnlySet<string>? Clearing { get; init; }
}

/// <summary>
/// Loads a dimension from contract rows, each attribute by its <see cref="ScdType"/>. Records may come in any order: one that is older than what is known
/// makes its member be derived again from all that landed, so the order of delivery changes nothing. A record that tells a delete marks its member from
/// its moment on; facts keep finding it, and a later record brings it back.
/// </summary>
public sealed class DimensionLoad
{
    private static readonly SqlFile Sql = SqlFile.Beside<DimensionLoad>();
    private readonly ISession session;
    private readonly Dimension dimension;
    private readonly StarTable table;
    private readonly string? time;
    private readonly int run;
    private DimensionSql fragments;
    private string deleted = "false";
    private bool hasKnown = true;

    /// <summary>Prepares the load of one dimension.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="dimension">The dimension; not the date dimension.</param>
    /// <param name="contract">The contract its members come from.</param>
    /// <param name="run">The run that writes.</param>
    public DimensionLoad(ISession session, Dimension dimension, Contract contract, int run)
    {
        (this.session, this.dimension, this.run) = (session, dimension, run);
        table = StarTable.Of(dimension);
        time = dimension.Effective ?? contract.Time;
        fragments = new(dimension, table, time, null);
    }

    /// <summary>True after <see cref="Apply"/> when members that were there before got other versions, so that loaded facts may point at the wrong one.</summary>
    public bool TouchedKnown { get; private set; }

    /// <summary>Loads what the rows say of the dimension's members. Known members that got other versions are left in the temporary table <c>touched_NAME</c>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="withdrawn">
    /// Temporary table (column <c>member</c>: the first column of the business key) of members whose earlier records were replaced; null for none.
    /// </param>
    /// <param name="gone">Temporary table (column <c>member</c>) of withdrawn members that nothing speaks of any more, so that none of them stays; null for none.</param>
    public MergeCounts Apply(ContractRows rows, string? withdrawn, string? gone = null)
    {
        fragments = new(dimension, table, time, rows);
        deleted = Deletes(rows.Relation);
        var relation = rows.Relation;
        session.Execute(Fill("members", relation));
        session.Execute(Fill("no_late", relation));
        if (time is not null)
        {
            relation = PlaceLateRows(rows, withdrawn);
        }

        session.Execute(Fill("settled", relation));
        fragments.MayKnow = session.Scalar<bool>(Fill("may_know", relation));
        session.Execute(Fill("points", relation));
        hasKnown = fragments.MayKnow && session.Execute(Fill("known", relation)) > 0;
        foreach (var attribute in fragments.WithPrevious)
        {
            session.Execute(Fill("change", relation, fragments.ChangeFragments(attribute)));
        }

        session.Execute(Fill("versions", relation));
        if (withdrawn is not null && time is not null)
        {
            session.Execute(Fill("forgotten", relation, ("stays", gone is null ? "true" : $"l.member NOT IN (SELECT member FROM {gone})")));
            if (gone is not null)
            {
                session.Execute(Fill("unseen", relation, ("gone", gone)));
            }
        }

        session.Execute(session.Scalar<bool>(Fill("has_members", relation))
            ? Fill("wanted", relation, ("wanted", fragments.Wanted(fragments.LoadedValue)))
            : Fill("wanted_first", relation, ("wanted", fragments.Wanted(fragments.FirstValue))));
        var counts = TableMerge.Apply(session, new(
            table, "load_wanted", [fragments.RowKey], "true", ["source_file", "source_record"])
        {
            Within = $"{fragments.Member("t.")} IN (SELECT member FROM load_member) AND t.{SqlName.Quote(dimension.KeyColumn)} <> 0",
        }, run);
        if (dimension.IsVersioned)
        {
            session.Execute(Fill("touched", relation));
            TouchedKnown = counts.Any && session.Scalar<long>(Fill("touched_count", relation)) > 0;
        }

        if (time is not null)
        {
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
    /// <param name="columns">Their columns with the member's business key.</param>
    public long Infer(string relation, IReadOnlyList<string> columns)
    {
        session.Execute(Fill(
            "inferred", relation, ("member", fragments.Member("", columns)), ("has_member", fragments.HasMember("", columns)),
            ("wanted", fragments.Wanted(fragments.InferredValue))));
        var count = session.Scalar<long>(Fill("inferred_count", relation));
        if (count > 0)
        {
            TableMerge.Apply(session, new(table, "load_wanted", [fragments.RowKey], null, []), run);
        }

        return count;
    }

    private string PlaceLateRows(ContractRows rows, string? withdrawn)
    {
        // At one moment the later file wins; a file delivered again keeps its old place, and a last change can be undone only by what came before it.
        var tiesCount = withdrawn is not null || fragments.WithPrevious.Any();
        session.Execute(Fill("late", rows.Relation, ("before", tiesCount ? "<=" : "<")));
        if (withdrawn is not null)
        {
            session.Execute(Fill("withdrawn", rows.Relation, ("withdrawn", withdrawn)));
        }

        if (session.Scalar<long>(Fill("late_count", rows.Relation)) == 0)
        {
            return rows.Relation;
        }

        session.Execute(Fill("first_parts", rows.Relation));
        var all = rows.AllOf(dimension.Keys[0], "load_late_part");
        if (all is null)
        {
            // Without the landing the versions known so far have to stand for the records they came from.
            session.Execute(Fill("whole", rows.Relation));
            session.Execute(Fill("no_late", rows.Relation));
            return rows.Relation;
        }

        session.Execute(Fill("with_late", rows.Relation, ("all_rows", all), ("all_deleted", Deletes(all))));
        deleted = Deletes("load_rows");
        session.Execute(Fill("members", "load_rows"));
        session.Execute(Fill("whole", "load_rows"));
        return "load_rows";
    }

    private string Deletes(string relation) => DeletedRows.In(session, relation) ? "(_deleted IS TRUE)" : "false";

    private string Fill(string part, string relation, params ReadOnlySpan<(string, string)> more)
    {
        (string, string)[] values = [.. fragments.Fragments(relation, deleted, run, hasKnown), .. more];
        return Sql.Fill(part, values);
    }
}
