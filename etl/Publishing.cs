using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>The part of a run that readers see at once: dimensions, facts and what hangs on them, inside one transaction.</summary>
internal sealed class Publishing(
    ISession session, Project project, IReadOnlyList<StreamLoad> streams, LandingStore store, RunClock clock, int run, MemberResolution? resolution)
{
    private static readonly SqlFile Sql = SqlFile.Beside<Publishing>();
    private readonly Catalogue catalogue = project.Catalogue;
    private readonly Findings findings = new(session, run);
    private readonly HashSet<string> touched = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamLoad, long> removed = [];
    private readonly Dictionary<StreamLoad, long> appended = [];
    private readonly Dictionary<string, MergeCounts> tables = [];

    /// <summary>What became of the tables.</summary>
    public IReadOnlyList<TableSummary> Tables => [.. tables.Select(t => new TableSummary(t.Key, t.Value.Inserted, t.Value.Changed, t.Value.Removed)).Where(t => t.Inserted + t.Changed + t.Removed > 0)];

    /// <summary>What was found odd in what was loaded, as sentences for people.</summary>
    public IReadOnlyList<string> Findings => findings.Texts;

    /// <summary>Loads dimensions, then facts; answers the newest moment in the facts.</summary>
    public DateTime? Load()
    {
        DimensionLoad.MakeLoadedTable(session);
        var moved = Relocate();
        foreach (var dimension in catalogue.Dimensions.Values.Where(d => !d.IsDate && HasWork(d)).OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            clock.Step($"load dim_{dimension.Name}", () => LoadDimension(dimension));
        }

        clock.Step("load dim_date", FillDates);
        foreach (var fact in Facts().Where(HasWork))
        {
            clock.Step($"load {fact.TableName}", () => LoadFact(fact));
        }

        moved.ForEach(new Relocation(session).End);
        foreach (var fact in FactOrder.Derived(catalogue))
        {
            var load = new DerivedFactLoad(session, fact, catalogue, run);
            if (load.IsDue())
            {
                clock.Step($"derive {fact.TableName}", () =>
                {
                    var counts = load.Apply();
                    Note(fact.TableName, counts);
                    return Rows(counts) + FillDates(fact);
                });
            }
        }

        return Facts().Select(f => Loader(f).Newest()).Max();
    }

    /// <summary>Lets rows follow records that stand in another place of their file now; answers the facts in which places are not settled yet.</summary>
    private List<string> Relocate()
    {
        var facts = new List<string>();
        foreach (var stream in streams.Where(s => s.Relocated is not null))
        {
            foreach (var contract in stream.Maps.Select(m => m.Contract.Name).Distinct())
            {
                foreach (var fact in Facts().Where(f => f.From == contract))
                {
                    new Relocation(session).Begin(fact.Table, stream.Relocated!);
                    facts.Add(fact.Table);
                }

                foreach (var dimension in catalogue.Dimensions.Values.Where(d => !d.IsDate && d.From == contract))
                {
                    new Relocation(session).Move(dimension.Table, stream.Relocated!);
                }
            }
        }

        // What customers' records are in facts is noted by place too.
        foreach (var stream in streams.Where(s => s.Relocated is not null && resolution is not null))
        {
            new Relocation(session).Begin(MemberResolution.Notes, stream.Relocated!);
            facts.Add(MemberResolution.Notes);
        }

        return [.. facts.Distinct()];
    }

    /// <summary>What became of a stream's records.</summary>
    public RecordCounts Count(StreamLoad stream) => stream.Count(
        session, appended.GetValueOrDefault(stream), Facts().Where(f => stream.Maps.Any(m => m.Contract.Name == f.From)).Select(f => f.Table), removed.GetValueOrDefault(stream));

    private IEnumerable<Fact> Facts() => FactOrder.Loaded(catalogue);

    private FactLoad Loader(Fact fact, ConformedRows? rows = null) =>
        new(session, fact, catalogue.Contracts[fact.From!], catalogue.Dimensions, run, Rates(), rows is null ? null : Filled(rows));

    private ExchangeRates? Rates() => catalogue.Facts.ContainsKey(ExchangeRates.Fact) ? new(session, project.Settings.Currency, findings, run) : null;

    /// <summary>The contract columns that rows can fill; the others cost nothing.</summary>
    private static HashSet<string> Filled(ConformedRows rows) => [.. rows.Contract.Columns
        .Where(c => rows.Map.Columns.ContainsKey(c.Name) || c.Default is not null || c.Name == rows.Contract.Time).Select(c => c.Name)];

    /// <summary>The columns that every map of the project to the contract fills: only there can a missing value say that there is none.</summary>
    private HashSet<string> Clearing(string contract, IReadOnlyList<ConformedRows> rows) => [.. catalogue.Contracts[contract].Columns.Select(c => c.Name)
        .Where(c => rows.All(r => r.Map.Columns.ContainsKey(c))
            && project.Sources.SelectMany(s => s.Maps).Where(m => m.Contract == contract).All(m => m.Columns.ContainsKey(c) || (m.Columns.Count == 0 && rows.Count == 1)))];

    private bool HasWork(Dimension dimension) => Rows(dimension.From!).Any() || (IsResolved(dimension) && resolution!.Touched is not null)
        || Facts().Any(f => f.Roles.Any(r => r.Dimension == dimension.Name && Rows(f.From!).Any(m => r.Columns.All(Filled(m.Map).Contains))));

    private bool HasWork(Fact fact) => Rows(fact.From!).Any() || (Loader(fact).HasRows() && (resolution?.Moves(fact) == true || fact.Roles.Any(r => touched.Contains(r.Dimension))))
        || (fact.Columns.Any(c => c.Currency is not null) && Rates()?.ChangedDays() is not null);

    private static long Rows(MergeCounts counts) => counts.Inserted + counts.Changed + counts.Removed;

    private IEnumerable<(StreamLoad Stream, ConformedRows Map)> Rows(string contract) =>
        streams.SelectMany(s => s.Maps.Where(m => m.Contract.Name == contract).Select(m => (s, resolution?.Resolved(s, m) ?? m)));

    private bool IsResolved(Dimension dimension) => dimension.Name == resolution?.Dimension.Name;

    private long LoadDimension(Dimension dimension)
    {
        var maps = Rows(dimension.From!).ToList();
        if (maps.Count == 0 && (!IsResolved(dimension) || resolution!.Touched is null))
        {
            return InferMembers(dimension);
        }

        var relation = maps.Count == 0 ? resolution!.NoRows() : maps[0].Map.View;
        var others = IsResolved(dimension) ? resolution!.Idle.ToList() : [];
        if (maps.Count > 1)
        {
            relation = $"rows_{dimension.From}";
            View(relation, maps.Select(m => Sql.Fill(
                "rows", ("deleted", m.Map.TellsDeletes ? "_deleted" : "false"), ("rows", m.Map.View), ("columns", SqlName.List(m.Map.Contract.Columns.Select(c => SqlName.Quote(c.Name)))))));
        }

        var rows = new ContractRows(relation, (key, members) =>
        {
            var all = maps.Concat(others).Select(m => IsResolved(dimension) ? resolution!.AllOf(m.Stream, m.Map, members) : m.Stream.History(store).AllOf(m.Map, key, members)).ToList();
            if (all.Contains(null))
            {
                return null;
            }

            View($"all_{dimension.Name}", all.Where(q => q!.Length > 0)!);
            return $"all_{dimension.Name}";
        })
        {
            Filled = maps.Concat(others).SelectMany(m => Filled(m.Map)).ToHashSet(),
            Clearing = Clearing(dimension.From!, [.. maps.Select(m => m.Map)]).Except(IsResolved(dimension) ? resolution!.Chosen : []).ToHashSet(),
        };
        var load = new DimensionLoad(session, dimension, catalogue.Contracts[dimension.From!], run);
        var counts = load.Apply(rows, Withdrawn(dimension, maps), IsResolved(dimension) && resolution!.Touched is not null ? MemberResolution.Gone : null);
        if (counts.Any && maps.Any(m => !IsAppended(m.Stream)))
        {
            load.NoteLoaded();
        }

        if (load.TouchedKnown)
        {
            touched.Add(dimension.Name);
        }

        Note($"dim_{dimension.Name}", counts);
        var tree = counts.Any ? new LoadChecks(session, findings, run).Check(dimension) : 0;
        return Rows(counts) + tree + InferMembers(dimension);
    }

    private void Note(string table, MergeCounts counts)
    {
        var before = tables.GetValueOrDefault(table);
        tables[table] = new(before.Inserted + counts.Inserted, before.Changed + counts.Changed, before.Removed + counts.Removed, before.Unchanged + counts.Unchanged);
    }

    private string? Withdrawn(Dimension dimension, List<(StreamLoad Stream, ConformedRows Map)> maps)
    {
        string? table = null;
        foreach (var (stream, map) in maps.Where(m => m.Stream.Changed.Count > 0))
        {
            var name = $"withdrawn_{stream.Source.Name}_{stream.Stream.Name}_{dimension.Name}";
            if (stream.History(store).MakeWithdrawn(session, Original(stream, map), dimension.Key!, name))
            {
                if (IsResolved(dimension))
                {
                    resolution!.MapMembers(stream, name);
                }

                // Several streams with changed files: later tables take the earlier ones in.
                if (table is not null)
                {
                    session.Execute(Sql.Fill("join_members", ("from", table), ("into", name)));
                }

                table = name;
            }
        }

        if (!IsResolved(dimension) || resolution!.Touched is not { } moved || table is null)
        {
            return table ?? (IsResolved(dimension) ? resolution!.Touched : null);
        }

        session.Execute(Sql.Fill("join_members", ("from", moved), ("into", table)));
        return table;
    }

    /// <summary>The rows as their stream makes them, before members are resolved.</summary>
    private static ConformedRows Original(StreamLoad stream, ConformedRows map) => stream.Maps.First(m => m.Map == map.Map);

    private long InferMembers(Dimension dimension)
    {
        var inferred = 0L;
        foreach (var fact in Facts())
        {
            foreach (var role in fact.Roles.Where(r => r.Dimension == dimension.Name))
            {
                foreach (var (_, map) in Rows(fact.From!).Where(m => role.Columns.All(Filled(m.Map).Contains)))
                {
                    inferred += new DimensionLoad(session, dimension, catalogue.Contracts[dimension.From!], run).Infer(map.CurrentView, role.Columns);
                }
            }
        }

        return IsResolved(dimension) && resolution!.Touched is not null
            ? inferred + new DimensionLoad(session, dimension, catalogue.Contracts[dimension.From!], run).Infer(MemberResolution.MovedMembers, ["member"]) : inferred;
    }

    private long FillDates()
    {
        var date = catalogue.Dimensions.Values.First(d => d.IsDate);
        var needed = false;
        foreach (var fact in Facts())
        {
            foreach (var role in fact.Roles.Where(r => catalogue.Dimensions[r.Dimension].IsDate))
            {
                foreach (var (_, map) in Rows(fact.From!).Where(m => Filled(m.Map).Contains(role.Column)))
                {
                    DateDimension.Need(session, map.CurrentView, role.Column);
                    needed = true;
                }
            }
        }

        var outdated = DateDimension.Supersede(session, date, project.Settings, run);
        return needed || outdated > 0 ? DateDimension.Fill(session, date, project.Settings, run) : 0;
    }

    private long FillDates(Fact derived)
    {
        var dates = derived.Roles.Where(r => catalogue.Dimensions[r.Dimension].IsDate).ToList();
        dates.ForEach(r => DateDimension.Need(session, derived.Table, r.Column));
        return dates.Count == 0 ? 0 : DateDimension.Fill(session, catalogue.Dimensions[dates[0].Dimension], project.Settings, run);
    }

    private long LoadFact(Fact fact)
    {
        var rows = 0L;
        foreach (var (stream, map) in Rows(fact.From!))
        {
            var identity = IdentityOf(stream, map);
            if (identity == RowIdentity.Key)
            {
                StreamLoad.MakeFilesTable(session, stream.SourceTable, SourceFiles(stream));
            }

            var counts = Loader(fact, map).Apply(map.CurrentView, identity, identity switch
            {
                RowIdentity.Key => stream.SourceTable,
                RowIdentity.Predecessor => stream.Keys!.Moved,
                _ => stream.ChangedTable,
            });
            removed[stream] = removed.GetValueOrDefault(stream) + counts.Removed;
            appended[stream] = map.Map.Filter is null && counts.Unchanged + counts.Changed == 0 ? counts.Inserted : appended.GetValueOrDefault(stream);
            rows += counts.Inserted + counts.Changed + counts.Removed;
            Note(fact.TableName, counts);
            resolution?.Note(stream, fact, map);
        }

        if (resolution?.Moves(fact) == true)
        {
            var moved = resolution.Move(Loader(fact), fact);
            Note(fact.TableName, new(0, moved, 0, 0));
            rows += moved;
        }

        rows += Loader(fact).LookUpAgain(touched) + Loader(fact).ConvertAgain();
        if (fact.Weight is not null)
        {
            new LoadChecks(session, findings, run).Check(fact);
        }

        return rows;
    }

    private RowIdentity IdentityOf(StreamLoad stream, ConformedRows map) =>
        stream.Keys is { } keys ? keys.HasMoved(session) ? RowIdentity.Predecessor : RowIdentity.New
        : map.IsKeyed ? RowIdentity.Key
        : stream.Changed.Count > 0 ? RowIdentity.Record : RowIdentity.New;

    /// <summary>True when every good record of the stream makes a new fact row, so that all of them are loaded and none needs to be asked for.</summary>
    private bool IsAppended(StreamLoad stream) => stream.Changed.Count == 0 && stream.Keys is null
        && stream.Maps.Any(m => m.Map.Filter is null && !m.IsKeyed && Facts().Any(f => f.From == m.Contract.Name));

    private IEnumerable<int> SourceFiles(StreamLoad of) => streams.Where(s => s.Source.Name == of.Source.Name)
        .SelectMany(s => s.Known.Concat(s.Files)).Select(f => f.FileId).Distinct();

    private void View(string name, IEnumerable<string> queries) =>
        session.Execute(Sql.Fill("view", ("view", name), ("rows", string.Join("\nUNION ALL\n", queries))));
}
