using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// Makes a fact from other facts, after those are loaded: a periodic snapshot of what happened to each member, or the present state of each process.
/// Only the rows that this run's changes touch are made again.
/// </summary>
public sealed class DerivedFactLoad
{
    private static readonly SqlFile Sql = SqlFile.Beside<DerivedFactLoad>();
    private readonly ISession session;
    private readonly Fact fact;
    private readonly Catalogue catalogue;
    private readonly int run;
    private readonly StarTable table;

    /// <summary>Prepares the load.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="fact">The fact; it is Derived.</param>
    /// <param name="catalogue">All declarations.</param>
    /// <param name="run">The run that writes.</param>
    public DerivedFactLoad(ISession session, Fact fact, Catalogue catalogue, int run)
    {
        (this.session, this.fact, this.catalogue, this.run) = (session, fact, catalogue, run);
        table = StarTable.Of(fact, catalogue.Dimensions);
    }

    /// <summary>
    /// True when there is something to do: this run changed one of the facts it is made from, or nothing was made yet. A snapshot that brings several facts
    /// together waits until two of them have rows: with one alone, that fact says it all.
    /// </summary>
    public bool IsDue()
    {
        var sources = Derived.Parts.Select(p => catalogue.Facts[p.Fact]).ToList();
        return sources.Count(f => session.Scalar<bool>(Sql.Fill("has_rows", ("table", f.Table)))) >= Math.Min(2, sources.Count)
            ? IsNew() || sources.Any(f => session.Scalar<bool>(Fill("is_touched", f)))
            : !IsNew();
    }

    /// <summary>Makes the touched rows.</summary>
    public MergeCounts Apply()
    {
        var all = IsNew();
        if (!all)
        {
            var touched = Derived.Parts.Select(p => catalogue.Facts[p.Fact]).SelectMany(f => new[] { Fill("touched", f), Fill("touched_history", f) });
            session.Execute(Sql.Fill("touched_all", ("parts", string.Join("\nUNION\n", touched))));
        }

        session.Execute(Sql.Fill(
            "wanted",
            ("named_values", SqlName.List(table.Columns.Where(c => c.Name != "run_id").Select(c => $"CAST({Value(c.Name)} AS {c.Type}) AS {SqlName.Quote(c.Name)}"))),
            ("given", SqlName.List(Identity().Select(SqlName.Quote).Concat(Given()))),
            ("parts", string.Join("\nUNION ALL BY NAME\n", Derived.Parts.Select(p => Part(p, all)))),
            ("identity", SqlName.List(Identity().Select(SqlName.Quote)))));
        var scope = all ? "true" : $"({SqlName.List(Identity().Select(c => $"t.{SqlName.Quote(c)}"))}) IN (SELECT ({SqlName.List(Identity().Select(SqlName.Quote))}) FROM load_touched)";
        return TableMerge.Apply(session, new(table, "load_fact", [.. Identity()], scope, []), run);
    }

    private DerivedFact Derived => fact.Derived!;

    private bool IsNew() => !session.Scalar<bool>(Sql.Fill("has_rows", ("table", table.FullName)));

    /// <summary>The columns that name a row: keys of roles, columns, and the first day of the period.</summary>
    private IEnumerable<string> Identity() => Derived.Each
        .Select(e => OwnRole(e) is { } role ? $"{role.Role}_key" : e)
        .Concat(Derived.Period is null ? [] : [fact.Time!]);

    /// <summary>The fact's own role for a role of the facts it is made from.</summary>
    private FactRole? OwnRole(string role) => Roles().FirstOrDefault(r => r.Column == role);

    private IEnumerable<FactRole> Roles() => fact.Roles.Where(r => !catalogue.Dimensions[r.Dimension].IsDate);

    private IEnumerable<string> Carried() => Roles().SelectMany(r => catalogue.Dimensions[r.Dimension].IsVersioned
        ? new[] { $"{r.Role}_key", $"{r.Role}_version_key" } : [$"{r.Role}_key"]).Except(Identity());

    private IEnumerable<string> Given() =>
        Derived.Parts.SelectMany(p => p.Columns.Keys).Distinct().Select(c => $"any_value({SqlName.Quote(c)}) AS {SqlName.Quote(c)}")
            .Concat(Carried().Select(c => $"arg_max({SqlName.Quote(c)}, _newest) AS {SqlName.Quote(c)}"));

    private string Part(DerivedPart part, bool all)
    {
        var source = catalogue.Facts[part.Fact];
        var time = source.Time is null ? "run_id" : SqlName.Quote(source.Time);
        var carried = Roles().Where(r => source.Roles.Any(s => s.Role == r.Column && s.Dimension == r.Dimension)).SelectMany(r =>
            new[] { (Own: $"{r.Role}_key", Of: $"{r.Column}_key"), (Own: $"{r.Role}_version_key", Of: $"{r.Column}_version_key") })
            .Where(c => Carried().Contains(c.Own)).Select(c => $"arg_max({SqlName.Quote(c.Of)}, ({time}, source_file, source_record)) AS {SqlName.Quote(c.Own)}");
        var columns = part.Columns.Select(c => $"{c.Value} AS {SqlName.Quote(c.Key)}").Concat(carried).Append($"CAST(max({time}) AS TIMESTAMP) AS _newest");
        return Sql.Fill(
            "part", ("identity", Named(source)), ("columns", SqlName.List(columns)), ("table", source.Table), ("known", Known(source)),
            ("touched", all ? "" : $" AND ({SqlName.List(Of(source))}) IN (SELECT ({SqlName.List(Identity().Select(SqlName.Quote))}) FROM load_touched)"),
            ("groups", SqlName.List(Of(source))));
    }

    /// <summary>The identity as expressions over another fact.</summary>
    private IEnumerable<string> Of(Fact source) => Derived.Each
        .Select(e => source.Roles.Any(r => r.Role == e) ? SqlName.Quote($"{e}_key") : SqlName.Quote(e))
        .Concat(Derived.Period is null ? [] : [$"CAST(date_trunc('{Derived.Period}', {SqlName.Quote(source.Time!)}) AS DATE)"]);

    private string Named(Fact source) => SqlName.List(Of(source).Zip(Identity(), (of, own) => $"{of} AS {SqlName.Quote(own)}"));

    /// <summary>Rows of the unknown member, and rows without the thing, are nobody's.</summary>
    private string Known(Fact source) => string.Join(" AND ", Of(source).Select((of, i) =>
        i < Derived.Each.Count && source.Roles.Any(r => r.Role == Derived.Each[i]) ? $"{of} <> 0" : $"{of} IS NOT NULL"));

    private string Fill(string part, Fact source) => Sql.Fill(
        part, ("table", source.Table), ("history", source.HistoryTable), ("identity", Named(source)), ("known", Known(source)),
        ("run", run.ToString(CultureInfo.InvariantCulture)));

    private string Value(string column)
    {
        var date = fact.Roles.FirstOrDefault(r => catalogue.Dimensions[r.Dimension].IsDate && column == $"{r.Role}_key");
        if (date is not null)
        {
            var moment = SqlName.Quote(date.Column);
            return $"coalesce(year({moment}) * 10000 + month({moment}) * 100 + day({moment}), 0)";
        }

        if (Carried().Contains(column))
        {
            return $"coalesce({SqlName.Quote(column)}, 0)";
        }

        var own = fact.Columns.FirstOrDefault(c => c.Name == column);
        return own is null || own.Sql == own.Name
            ? own?.Default is { } otherwise ? $"coalesce({SqlName.Quote(column)}, {otherwise})" : SqlName.Quote(column)
            : own.Sql;
    }
}
