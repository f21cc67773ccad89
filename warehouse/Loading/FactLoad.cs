using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>How the rows of a delivery are told apart from those that are loaded already.</summary>
public enum RowIdentity
{
    /// <summary>All rows are new: files never read before whose records have no key.</summary>
    New,

    /// <summary>By file and record: a file was delivered again with other content; its rows stand for all it held.</summary>
    Record,

    /// <summary>By the contract's key within the source: rows are inserted or replace their namesakes.</summary>
    Key,

    /// <summary>By the key of the stream: rows take the place of the row that their record's predecessor made, and rows of records that are gone go.</summary>
    Predecessor,
}

/// <summary>Loads a transaction fact from contract rows, with the keys of its dimensions looked up as of the moment of each row.</summary>
/// <param name="session">The warehouse, inside the run's transaction.</param>
/// <param name="fact">The fact; it has a contract.</param>
/// <param name="contract">Its contract.</param>
/// <param name="dimensions">All dimensions.</param>
/// <param name="run">The run that writes.</param>
public sealed class FactLoad(
    ISession session, Fact fact, Contract contract, IReadOnlyDictionary<string, Dimension> dimensions, int run)
{
    private static readonly SqlFile Sql = SqlFile.Beside<FactLoad>();
    private readonly StarTable table = StarTable.Of(fact, dimensions);

    /// <summary>Loads rows. For <see cref="RowIdentity.New"/> the counts come from the insert alone; nothing is compared.</summary>
    /// <param name="relation">Table or view with the contract's columns, <c>_file</c> and <c>_record</c>.</param>
    /// <param name="identity">How rows are told apart.</param>
    /// <param name="files">
    /// Temporary table: for <see cref="RowIdentity.Record"/> (file_id) the files delivered again, for <see cref="RowIdentity.Key"/> (file_id) all files of the
    /// source, for <see cref="RowIdentity.Predecessor"/> (old_file, old_record, file_id, source_record) which record took which one's place.
    /// </param>
    public MergeCounts Apply(string relation, RowIdentity identity, string files)
    {
        if (identity == RowIdentity.New || (identity == RowIdentity.Key && IsAllNew(relation, files)))
        {
            return new(session.Execute(Fill("append", relation)), 0, 0, 0);
        }

        session.Execute(Fill("wanted", relation));
        if (identity == RowIdentity.Record)
        {
            return TableMerge.Apply(session, new(
                table, "load_fact", ["source_file", "source_record"], $"t.source_file IN (SELECT file_id FROM {files})", []), run);
        }

        if (identity == RowIdentity.Predecessor)
        {
            session.Execute(Sql.Fill("predecessors", ("moved", files)));
            return TableMerge.Apply(session, new(
                table, "load_fact_moved", ["source_file", "source_record"], $"(t.source_file, t.source_record) IN (SELECT (old_file, old_record) FROM {files})",
                ["source_file", "source_record"])
            { MatchWith = ["old_file", "old_record"], Relabels = true }, run);
        }

        session.Execute(Fill("last_of_key", relation));
        return TableMerge.Apply(session, new(table, "load_fact", contract.Key, null, ["source_file", "source_record"])
        {
            Within = $"t.source_file IN (SELECT file_id FROM {files})",
        }, run);
    }

    /// <summary>True when no two rows have one key and none of the keys is loaded: then they need not be compared with anything.</summary>
    private bool IsAllNew(string relation, string files) =>
        session.Scalar<long>(Fill("twice", relation)) == 0 && session.Scalar<long>(Sql.Fill(
            "known", ("rows", relation), ("table", table.FullName), ("files", files),
            ("same", string.Join(" AND ", contract.Key.Select(k => $"r.{SqlName.Quote(k)} IS NOT DISTINCT FROM t.{SqlName.Quote(k)}"))))) == 0;

    /// <summary>Looks the versions of touched members up again for rows already loaded; answers the rows that moved to another version.</summary>
    /// <param name="touched">Names of the versioned dimensions of which known members got other versions (temporary tables <c>touched_NAME</c>).</param>
    public long LookUpAgain(IReadOnlySet<string> touched)
    {
        var roles = fact.Roles.Where(r => touched.Contains(r.Dimension)).ToList();
        if (roles.Count == 0 || fact.Time is null)
        {
            return 0;
        }

        var moved = roles.ToDictionary(r => $"{r.Role}_version_key", r => $"d_{r.Role}.{SqlName.Quote(dimensions[r.Dimension].VersionKeyColumn)}");
        var joins = string.Concat(roles.Select(r => VersionJoin(r, dimensions[r.Dimension])));
        session.Execute(Sql.Fill(
            "lookup_again",
            ("kept_values", SqlName.List(Columns().Select(c => moved.TryGetValue(c, out var key)
                ? $"coalesce({key}, 0) AS {SqlName.Quote(c)}" : $"f.{SqlName.Quote(c)}"))),
            ("table", table.FullName),
            ("version_joins", joins),
            ("touched", string.Join(" OR ", roles.Select(r => $"f.{SqlName.Quote($"{r.Role}_key")} IN (SELECT member_key FROM touched_{r.Dimension})"))),
            ("moved", string.Join(" OR ", moved.Select(m => $"coalesce({m.Value}, 0) <> f.{SqlName.Quote(m.Key)}")))));
        return TableMerge.Apply(session, new(table, "load_fact", ["source_file", "source_record"], null, []), run).Changed;
    }

    /// <summary>The newest moment in the fact; null when it is empty or undated.</summary>
    public DateTime? Newest() => fact.Time is null
        ? null
        : session.Scalar<DateTime?>(Sql.Fill("newest", ("table", table.FullName), ("time", SqlName.Quote(fact.Time))));

    private string Fill(string part, string relation) => Sql.Fill(
        part,
        ("table", table.FullName),
        ("rows", relation),
        ("run", run.ToString(CultureInfo.InvariantCulture)),
        ("columns", SqlName.List(Columns().Select(SqlName.Quote))),
        ("values", SqlName.List(Columns().Select(Value))),
        ("named_values", SqlName.List(Columns().Select(c => $"{Value(c)} AS {SqlName.Quote(c)}"))),
        ("inner", SqlName.List(Inner())),
        ("key", SqlName.List(contract.Key.Select(SqlName.Quote))),
        ("joins", string.Concat(fact.Roles.Select(r => Join(r, dimensions[r.Dimension])))));

    private IEnumerable<string> Columns() => table.Columns.Where(c => c.Name != "run_id").Select(c => c.Name);

    /// <summary>Everything computed from the contract row, under names that no dimension can have, so that the joins outside are unambiguous.</summary>
    private IEnumerable<string> Inner() =>
        [.. fact.Roles.Select(r => $"{SqlName.Quote(r.Column)} AS _role_{r.Role}"),
         .. fact.Time is null ? Array.Empty<string>() : [$"{SqlName.Quote(contract.Time!)} AS _time"],
         .. fact.Columns.Select(c => $"CAST({c.Sql} AS {c.Type.Sql}) AS {SqlName.Quote($"_value_{c.Name}")}"),
         "_file", "_record"];

    private string Value(string column)
    {
        foreach (var role in fact.Roles)
        {
            var dimension = dimensions[role.Dimension];
            if (column == $"{role.Role}_key")
            {
                return dimension.IsDate
                    ? $"coalesce(CAST(year(_role_{role.Role}) * 10000 + month(_role_{role.Role}) * 100 + day(_role_{role.Role}) AS INTEGER), 0)"
                    : $"coalesce(d_{role.Role}.{SqlName.Quote(dimension.KeyColumn)}, 0)";
            }

            if (column == $"{role.Role}_version_key")
            {
                return $"coalesce(d_{role.Role}.{SqlName.Quote(dimension.VersionKeyColumn)}, 0)";
            }
        }

        return column switch
        {
            "source_file" => "_file",
            "source_record" => "_record",
            _ => SqlName.Quote($"_value_{column}"),
        };
    }

    private static string Join(FactRole role, Dimension dimension)
    {
        if (dimension.IsDate)
        {
            return "";
        }

        var alias = $"d_{role.Role}";
        var on = $"{alias}.{SqlName.Quote(dimension.Key!)} = r._role_{role.Role} AND {alias}.{SqlName.Quote(dimension.KeyColumn)} <> 0";
        return dimension.IsVersioned
            ? $"\nLEFT JOIN {dimension.Table} {alias} ON {on} AND r._time >= {alias}.valid_from AND r._time < {alias}.valid_to"
            : $"\nLEFT JOIN {dimension.Table} {alias} ON {on}";
    }

    private string VersionJoin(FactRole role, Dimension dimension)
    {
        var (alias, time) = ($"d_{role.Role}", $"f.{SqlName.Quote(fact.Time!)}");
        return $"\nLEFT JOIN {dimension.Table} {alias} ON {alias}.{SqlName.Quote(dimension.KeyColumn)} = f.{SqlName.Quote($"{role.Role}_key")}"
            + $" AND {time} >= {alias}.valid_from AND {time} < {alias}.valid_to";
    }
}
