using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>The part of a run that readers see at once: dimensions, facts and what hangs on them, inside one transaction.</summary>
internal sealed class Publishing(ISession session, Project project, IReadOnlyList<StreamLoad> streams, LandingStore store, RunClock clock, int run)
{
    private static readonly SqlFile Sql = SqlFile.Beside<Publishing>();
    private readonly Catalogue catalogue = project.Catalogue;
    private readonly HashSet<string> touched = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamLoad, long> removed = [];
    private readonly Dictionary<StreamLoad, long> appended = [];
    private readonly Dictionary<string, MergeCounts> tables = [];

    /// <summary>What became of the tables.</summary>
    public IReadOnlyList<TableSummary> Tables => [.. tables.Select(t => new TableSummary(t.Key, t.Value.Inserted, t.Value.Changed, t.Value.Removed)).Where(t => t.Inserted + t.Changed + t.Removed > 0)];

    /// <summary>Loads dimensions, then facts; answers the newest moment in the facts.</summary>
    public DateTime? Load()
    {
        DimensionLoad.MakeLoadedTable(session);
        foreach (var dimension in catalogue.Dimensions.Values.Where(d => !d.IsDate).OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            clock.Step($"load dim_{dimension.Name}", () => LoadDimension(dimension));
        }

        clock.Step("load dim_date", FillDates);
        foreach (var fact in Facts())
        {
            clock.Step($"load {fact.TableName}", () => LoadFact(fact));
        }

        return Facts().Select(f => Loader(f).Newest()).Max();
    }

    /// <summary>What became of a stream's records.</summary>
    public RecordCounts Count(StreamLoad stream) => stream.Count(
        session, appended.GetValueOrDefault(stream), Facts().Where(f => stream.Maps.Any(m => m.Contract.Name == f.From)).Select(f => f.Table), removed.GetValueOrDefault(stream));

    private IEnumerable<Fact> Facts() => catalogue.Facts.Values.Where(f => f.From is not null).OrderBy(f => f.Name, StringComparer.Ordinal);

    private FactLoad Loader(Fact fact) => new(session, fact, catalogue.Contracts[fact.From!], catalogue.Dimensions, run);

    private IEnumerable<(StreamLoad Stream, ConformedRows Map)> Rows(string contract) =>
        streams.SelectMany(s => s.Maps.Where(m => m.Contract.Name == contract).Select(m => (s, m)));

    private long LoadDimension(Dimension dimension)
    {
        var maps = Rows(dimension.From!).ToList();
        if (maps.Count == 0)
        {
            return InferMembers(dimension);
        }

        var relation = maps[0].Map.View;
        if (maps.Count > 1)
        {
            relation = $"rows_{dimension.From}";
            View(relation, maps.Select(m => Sql.Fill(
                "rows", ("rows", m.Map.View), ("columns", SqlName.List(m.Map.Contract.Columns.Select(c => SqlName.Quote(c.Name)))))));
        }

        var rows = new ContractRows(relation, (key, members) =>
        {
            var all = maps.Select(m => m.Stream.AllOf(store, m.Map, key, members)).ToList();
            if (all.Contains(null))
            {
                return null;
            }

            View($"all_{dimension.Name}", all.Where(q => q!.Length > 0)!);
            return $"all_{dimension.Name}";
        });
        var load = new DimensionLoad(session, dimension, catalogue.Contracts[dimension.From!], run);
        var counts = load.Apply(rows, Withdrawn(dimension, maps));
        if (counts.Any && maps.Any(m => !IsAppended(m.Stream)))
        {
            load.NoteLoaded();
        }

        if (load.TouchedKnown)
        {
            touched.Add(dimension.Name);
        }

        Note($"dim_{dimension.Name}", counts);
        return counts.Inserted + counts.Changed + counts.Removed + InferMembers(dimension);
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
            if (stream.MakeWithdrawn(session, store, map, dimension.Key!, name))
            {
                // Several streams with changed files: later tables take the earlier ones in.
                if (table is not null)
                {
                    session.Execute(Sql.Fill("join_members", ("from", table), ("into", name)));
                }

                table = name;
            }
        }

        return table;
    }

    private long InferMembers(Dimension dimension)
    {
        var inferred = 0L;
        foreach (var fact in Facts())
        {
            foreach (var role in fact.Roles.Where(r => r.Dimension == dimension.Name))
            {
                foreach (var (_, map) in Rows(fact.From!))
                {
                    inferred += new DimensionLoad(session, dimension, catalogue.Contracts[dimension.From!], run).Infer(map.CurrentView, role.Column);
                }
            }
        }

        return inferred;
    }

    private long FillDates()
    {
        var date = catalogue.Dimensions.Values.First(d => d.IsDate);
        var needed = false;
        foreach (var fact in Facts())
        {
            foreach (var role in fact.Roles.Where(r => catalogue.Dimensions[r.Dimension].IsDate))
            {
                foreach (var (_, map) in Rows(fact.From!))
                {
                    DateDimension.Need(session, map.CurrentView, role.Column);
                    needed = true;
                }
            }
        }

        return needed ? DateDimension.Fill(session, date, project.Settings.FiscalYearStart, run) : 0;
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

            var counts = Loader(fact).Apply(map.CurrentView, identity, identity switch
            {
                RowIdentity.Key => stream.SourceTable,
                RowIdentity.Predecessor => stream.Keys!.Moved,
                _ => stream.ChangedTable,
            });
            removed[stream] = removed.GetValueOrDefault(stream) + counts.Removed;
            appended[stream] = map.Map.Filter is null && counts.Unchanged + counts.Changed == 0 ? counts.Inserted : appended.GetValueOrDefault(stream);
            rows += counts.Inserted + counts.Changed + counts.Removed;
            Note(fact.TableName, counts);
        }

        return rows + Loader(fact).LookUpAgain(touched);
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
