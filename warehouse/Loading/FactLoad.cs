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

/// <summary>
/// Loads a fact from contract rows: keys of its dimensions looked up as of the moment of each row, amounts converted by the rate of the day. Rows that
/// tell a delete remove the row of their key; of several states of one row the newest stands, when the contract says when a row changed.
/// </summary>
public sealed class FactLoad
{
    private static readonly SqlFile Sql = SqlFile.Beside<FactLoad>();
    private readonly ISession session;
    private readonly Fact fact;
    private readonly Contract contract;
    private readonly IReadOnlyDictionary<string, Dimension> dimensions;
    private readonly int run;
    private readonly ExchangeRates? rates;
    private readonly FactSql fragments;

    /// <summary>Prepares the load of one fact.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="fact">The fact; it has a contract.</param>
    /// <param name="contract">Its contract.</param>
    /// <param name="dimensions">All dimensions.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="rates">The rates that amounts are converted by; null for none, then amounts in other currencies are missing.</param>
    /// <param name="filled">Contract columns that the rows can fill; null for all. Roles of others stand at the unknown member, and cost nothing.</param>
    public FactLoad(
        ISession session, Fact fact, Contract contract, IReadOnlyDictionary<string, Dimension> dimensions, int run, ExchangeRates? rates = null,
        IReadOnlySet<string>? filled = null)
    {
        (this.session, this.fact, this.contract, this.dimensions, this.run, this.rates) = (session, fact, contract, dimensions, run, rates);
        fragments = new(fact, contract, dimensions) { Filled = filled, Currency = rates?.Currency ?? "" };
    }

    /// <summary>Loads rows. For <see cref="RowIdentity.New"/> the counts come from the insert alone; nothing is compared.</summary>
    /// <param name="relation">Table or view with the contract's columns, <c>_file</c> and <c>_record</c>, and <c>_deleted</c> when the source can tell deletes.</param>
    /// <param name="identity">How rows are told apart.</param>
    /// <param name="files">
    /// Temporary table: for <see cref="RowIdentity.Record"/> (file_id) the files delivered again, for <see cref="RowIdentity.Key"/> (file_id) all files of the
    /// source, for <see cref="RowIdentity.Predecessor"/> (old_file, old_record, file_id, source_record) which record took which one's place.
    /// </param>
    public MergeCounts Apply(string relation, RowIdentity identity, string files)
    {
        fragments.HasForeign = rates is not null && fragments.Currencies.Any() && rates.Prepare(relation, fragments.Currencies, contract.Time!);
        var tells = DeletedRows.In(session, relation);
        var deleted = tells && session.Scalar<bool>(Fill("has_deleted", relation));
        var standing = deleted ? "_deleted IS NOT TRUE" : "true";
        if (identity == RowIdentity.New || (identity == RowIdentity.Key && !deleted && IsAllNew(relation, files)))
        {
            return new(session.Execute(Fill("append", relation, ("standing", standing))), 0, 0, 0);
        }

        if (identity == RowIdentity.Key)
        {
            return MergeByKey(relation, files, deleted);
        }

        session.Execute(Fill("wanted", relation, ("standing", standing), ("is_deleted", "false")));
        if (identity == RowIdentity.Record)
        {
            return TableMerge.Apply(session, new(
                fragments.Table, "load_fact", ["source_file", "source_record"], $"t.source_file IN (SELECT file_id FROM {files})", []), run);
        }

        session.Execute(Sql.Fill("predecessors", ("moved", files)));
        return TableMerge.Apply(session, new(
            fragments.Table, "load_fact_moved", ["source_file", "source_record"], $"(t.source_file, t.source_record) IN (SELECT (old_file, old_record) FROM {files})",
            ["source_file", "source_record"])
        { MatchWith = ["old_file", "old_record"], Relabels = true }, run);
    }

    private MergeCounts MergeByKey(string relation, string files, bool deleted)
    {
        session.Execute(Fill("wanted", relation, ("standing", "true"), ("is_deleted", deleted ? "_deleted IS TRUE" : "false")));
        session.Execute(Fill("last_of_key", relation));
        if (Changed is { } changed)
        {
            session.Execute(Fill("outdated", relation, ("changed", SqlName.Quote(changed)), ("files", files)));
        }

        session.Execute(Fill("gone", relation));
        var key = SqlName.List(contract.Key.Select(k => $"t.{SqlName.Quote(k)}"));
        var scope = deleted ? $"({key}) IN (SELECT ({SqlName.List(contract.Key.Select(SqlName.Quote))}) FROM load_gone)" : null;
        return TableMerge.Apply(session, new(fragments.Table, "load_fact", contract.Key, scope, ["source_file", "source_record"])
        {
            Within = $"t.source_file IN (SELECT file_id FROM {files})",
        }, run);
    }

    /// <summary>True when no two rows have one key and none of the keys is loaded: then they need not be compared with anything.</summary>
    private bool IsAllNew(string relation, string files) =>
        session.Scalar<long>(Fill("twice", relation)) == 0 && session.Scalar<long>(Sql.Fill(
            "known", ("rows", relation), ("table", fragments.Table.FullName), ("files", files),
            ("same", string.Join(" AND ", contract.Key.Select(k => $"r.{SqlName.Quote(k)} IS NOT DISTINCT FROM t.{SqlName.Quote(k)}"))))) == 0;

    /// <summary>Looks the versions of touched members up again for rows already loaded; answers the rows that moved to another version.</summary>
    /// <param name="touched">Names of the versioned dimensions of which known members got other versions (temporary tables <c>touched_NAME</c>).</param>
    public long LookUpAgain(IReadOnlySet<string> touched)
    {
        var roles = fact.Roles.Where(r => touched.Contains(r.Dimension)).ToList();
        if (roles.Count == 0)
        {
            return 0;
        }

        var span = fact.Time is null ? (null, null) : session.Query<(string? Since, string? Until)>(Sql.Fill(
            "span", ("spans", string.Join("\nUNION ALL\n", roles.Select(r => r.Dimension).Distinct().Select(SpanOf)))))[0];
        if (fact.Time is not null && span.Since is null)
        {
            return 0;
        }

        var moved = roles.ToDictionary(r => $"{r.Role}_version_key", r => $"d_{r.Role}.{SqlName.Quote(dimensions[r.Dimension].VersionKeyColumn)}");
        session.Execute(Sql.Fill(
            "lookup_again",
            ("table", fragments.Table.FullName),
            ("kept_values", SqlName.List(fragments.Columns().Select(c => moved.TryGetValue(c, out var key) ? $"coalesce({key}, 0) AS {SqlName.Quote(c)}" : $"f.{SqlName.Quote(c)}"))),
            ("version_joins", string.Concat(roles.Select(fragments.VersionJoin))),
            ("span", fact.Time is null ? "" : $" AND f.{SqlName.Quote(fact.Time)} >= TIMESTAMP {SqlName.Literal(span.Since!)} AND f.{SqlName.Quote(fact.Time)} < TIMESTAMP {SqlName.Literal(span.Until!)}"),
            ("touched", string.Join(" OR ", roles.Select(r => $"f.{SqlName.Quote($"{r.Role}_key")} IN (SELECT member_key FROM touched_{r.Dimension})"))),
            ("moved", string.Join(" OR ", moved.Select(m => $"coalesce({m.Value}, 0) <> f.{SqlName.Quote(m.Key)}")))));
        return Replace();
    }

    /// <summary>Points loaded rows at other members; answers the rows that moved.</summary>
    /// <param name="role">The role; its dimension has a key of one column.</param>
    /// <param name="moved">Temporary table (source_file, source_record, member): rows, and the business key of the member each speaks of now.</param>
    public long Move(FactRole role, string moved)
    {
        var dimension = dimensions[role.Dimension];
        var keys = new Dictionary<string, string> { [$"{role.Role}_key"] = $"coalesce(d_{role.Role}.{SqlName.Quote(dimension.KeyColumn)}, 0)" };
        if (dimension.IsVersioned)
        {
            keys[$"{role.Role}_version_key"] = $"coalesce(d_{role.Role}.{SqlName.Quote(dimension.VersionKeyColumn)}, 0)";
        }

        session.Execute(Sql.Fill(
            "move",
            ("table", fragments.Table.FullName),
            ("moved", moved),
            ("kept_values", SqlName.List(fragments.Columns().Select(c => keys.TryGetValue(c, out var key) ? $"{key} AS {SqlName.Quote(c)}" : $"f.{SqlName.Quote(c)}"))),
            ("member_join", fragments.MemberJoin(role, "m.member")),
            ("other", string.Join(" OR ", keys.Select(k => $"{k.Value} <> f.{SqlName.Quote(k.Key)}")))));
        return Replace();
    }

    /// <summary>Converts loaded amounts again whose rates this run changed; answers the rows that changed.</summary>
    public long ConvertAgain()
    {
        if (rates is null || !fragments.Currencies.Any() || rates.ChangedDays() is not { } days)
        {
            return 0;
        }

        var time = SqlName.Quote(fact.Time!);
        var rows = Sql.Fill("rows_of_days", ("table", fragments.Table.FullName), ("time", time), ("first", Literal(days.First)), ("last", Literal(days.Last)));
        if (!rates.Prepare($"({rows})", fragments.Currencies, fact.Time!))
        {
            return 0;
        }

        var amounts = fragments.Converted.ToDictionary(
            c => c.Name, c => fragments.InProjectCurrency($"CAST(({c.Sql}) AS {c.Type.Sql})", $"f.{SqlName.Quote(c.Currency!)}", c), StringComparer.Ordinal);
        session.Execute(Sql.Fill(
            "convert_again",
            ("rows", rows),
            ("kept_values", SqlName.List(fragments.Columns().Select(c => amounts.TryGetValue(c, out var amount) ? $"{amount} AS {SqlName.Quote(c)}" : $"f.{SqlName.Quote(c)}"))),
            ("rate_joins", string.Concat(fragments.Currencies.Select(c => FactSql.RateJoin(c, $"f.{SqlName.Quote(c)}", $"f.{time}")))),
            ("foreign", string.Join(" OR ", fragments.Currencies.Select(c => $"f.{SqlName.Quote(c)} IS NOT NULL"))),
            ("changed", string.Join(" OR ", amounts.Select(a => $"{a.Value} IS DISTINCT FROM f.{SqlName.Quote(a.Key)}")))));
        return Replace();
    }

    /// <summary>True when the fact holds any row.</summary>
    public bool HasRows() => session.Scalar<bool>(Sql.Fill("has_rows", ("table", fragments.Table.FullName)));

    /// <summary>The newest moment in the fact; null when it is empty or undated.</summary>
    public DateTime? Newest() => fact.Time is null
        ? null
        : session.Scalar<DateTime?>(Sql.Fill("newest", ("table", fragments.Table.FullName), ("time", SqlName.Quote(fact.Time))));

    private string? Changed => contract.Changed is { } changed && fact.Columns.Any(c => c.Name == changed) ? changed : null;

    private string SpanOf(string dimension)
    {
        var table = StarTable.Of(dimensions[dimension]);
        return Sql.Fill(
            "span_of", ("version_key", SqlName.Quote(dimensions[dimension].VersionKeyColumn)), ("history", table.HistoryName), ("dimension", table.FullName),
            ("member_key", SqlName.Quote(dimensions[dimension].KeyColumn)), ("touched", $"touched_{dimension}"), ("run", run.ToString(CultureInfo.InvariantCulture)));
    }

    private long Replace() => TableMerge.Apply(session, new(fragments.Table, "load_fact", ["source_file", "source_record"], null, []), run).Changed;

    private static string Literal(DateOnly day) => SqlName.Literal(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private string Fill(string part, string relation, params ReadOnlySpan<(string, string)> more)
    {
        (string, string)[] values =
        [
            ("table", fragments.Table.FullName),
            ("rows", relation),
            ("run", run.ToString(CultureInfo.InvariantCulture)),
            ("columns", SqlName.List(fragments.Columns().Select(SqlName.Quote))),
            ("values", SqlName.List(fragments.Columns().Select(fragments.Value))),
            ("named_values", SqlName.List(fragments.Columns().Select(c => $"{fragments.Value(c)} AS {SqlName.Quote(c)}"))),
            ("inner", SqlName.List(fragments.Inner())),
            ("key", SqlName.List(contract.Key.Select(SqlName.Quote))),
            ("same_key", string.Join(" AND ", contract.Key.Select(k => $"t.{SqlName.Quote(k)} IS NOT DISTINCT FROM w.{SqlName.Quote(k)}"))),
            ("newest_first", Changed is { } changed ? $"{SqlName.Quote(changed)} DESC NULLS LAST, " : ""),
            ("joins", fragments.Joins()),
            .. more,
        ];
        return Sql.Fill(part, values);
    }
}
