using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl;

/// <summary>
/// The identity step of a run: which records of all sources are one member of the declared dimension. After <see cref="Resolve"/> the rows of every stream
/// speak of resolved members (<see cref="Resolved"/>), and what earlier runs loaded follows the records that are another member's now.
/// </summary>
internal sealed class MemberResolution
{
    private static readonly SqlFile Sql = SqlFile.Beside<MemberResolution>();
    private readonly Project project;
    private readonly RunEnvironment environment;
    private readonly ISession session;
    private readonly IdentityDeclaration declared;
    private readonly Contract contract;
    private readonly int run;
    private readonly SurvivingValues survivors;
    private readonly KnownRecords records;
    private readonly Dictionary<string, ConformedRows> resolved = new(StringComparer.Ordinal);
    private readonly bool isFirst;
    private List<StreamLoad> idle = [];
    private IdentityRun? matching;

    private MemberResolution(Project project, RunEnvironment environment, IdentityDeclaration declared, int run, bool isFirst)
    {
        (this.project, this.environment, this.declared, this.run, this.isFirst) = (project, environment, declared, run, isFirst);
        session = environment.Warehouse;
        Dimension = project.Catalogue.Dimensions[declared.Dimension];
        contract = project.Catalogue.Contracts[Dimension.From!];
        survivors = new(session, declared, contract, Dimension, run);
        records = new(session, contract, Dimension);
    }

    /// <summary>The dimension whose members are resolved.</summary>
    public Dimension Dimension { get; }

    /// <summary>Temporary table (member) of known members whose records are others now; null for none.</summary>
    public string? Touched { get; private set; }

    /// <summary>Temporary table (member) of those that have no record any more.</summary>
    public static string Gone => "identity_gone";

    /// <summary>True when this run changed which records are one.</summary>
    public bool Changed { get; private set; }

    /// <summary>What is worth knowing.</summary>
    public IReadOnlyList<string> Messages { get; private set; } = [];

    /// <summary>The step of a project; null when it declares none.</summary>
    /// <exception cref="CrmException">The warehouse was loaded with a declaration that is gone.</exception>
    public static MemberResolution? Of(Project project, RunEnvironment environment, int run)
    {
        var session = environment.Warehouse;
        if (project.Catalogue.Identity is not { } declared)
        {
            return !IdentityTables.HaveRecords(session) ? null : throw new CrmException(
                FailureKind.Failed, "customers were resolved in this warehouse, and the project declares no identity any more", Path.Combine(project.Folder, "model"),
                "the identity declaration that it was loaded with", "Put it back, or move the warehouse away and load anew");
        }

        var dimension = project.Catalogue.Dimensions[declared.Dimension];
        var isFirst = !IdentityTables.HaveRecords(session);
        if (IdentityTables.Make(session, project.Catalogue.Contracts[dimension.From!], dimension))
        {
            StarSchema.Checkpoint(session);
        }

        return new(project, environment, declared, run, isFirst);
    }

    /// <summary>True when people decided something that no run has followed yet.</summary>
    public bool IsDue => session.Scalar<bool>(Sql.Fill("is_due"));

    /// <summary>Resolves; outside the run's transaction, writes temporary tables only. Answers the records that were new or changed.</summary>
    /// <param name="streams">The streams of the run, conformed and judged.</param>
    /// <param name="known">What the warehouse knows of every stream of the project.</param>
    /// <param name="cancellation">Stops the work.</param>
    public long Resolve(IReadOnlyList<StreamLoad> streams, IEnumerable<KnownStream> known, CancellationToken cancellation)
    {
        var isNew = isFirst && session.Scalar<bool>(Sql.Fill("has_members", ("table", Dimension.Table), ("key", SqlName.Quote(Dimension.KeyColumn))));
        MakeIdle(streams, known, isNew);
        var all = streams.Concat(idle).Where(s => isNew || streams.Contains(s)).ToList();
        var heard = records.Hear(
            [.. all.SelectMany(s => MapsOf(s, contract.Name).Select(m => new SaidRows(NumberingOf(s), Rows(s, m, m.View, isNew), Filled(m))))],
            [.. all.SelectMany(s => s.Maps.SelectMany(m => Columns(m.Contract).Where(c => m.Contract.Name != contract.Name && m.Map.Columns.ContainsKey(c))
                .Select(c => new SpokenRows(NumberingOf(s), Rows(s, m, m.CurrentView, isNew), c))))],
            [.. streams.SelectMany(s => s.Changed)], cancellation);
        var compared = declared.Columns.Select(c => c.Key).ToList();
        var numbers = session.Query<(int Number, string Source)>(Sql.Fill("numbers")).ToDictionary(n => n.Source, n => n.Number, StringComparer.Ordinal);
        var settings = IdentitySettings.Of(declared, numbers);
        var isOther = IsOther;
        if (records.AnyToMatch(compared) || IsDue || isOther)
        {
            matching = new IdentityRun(session, settings, run);
            var found = matching.Resolve(KnownRecords.Relation(compared), cancellation);
            Messages = [.. found.Messages.Select(m => $"identity: {m}")];
        }

        session.Execute(Sql.Fill(matching is null ? "map_known" : "map_assigned"));
        session.Execute(Sql.Fill(isNew ? "moved_first" : "moved"));
        survivors.Choose(isOther, cancellation);
        session.Execute(Sql.Fill("touched", ("table", Dimension.Table), ("member", SqlName.Quote(Dimension.Key!)), ("key", SqlName.Quote(Dimension.KeyColumn))));
        survivors.NoteTouched();
        Touched = session.Scalar<bool>(Sql.Fill("any_touched")) ? "identity_touched" : null;
        Changed = isOther || IsDue || Touched is not null || heard > 0;
        if (isNew)
        {
            NoteAll(all);
        }

        return heard;
    }

    /// <summary>Writes the match log; inside the run's transaction.</summary>
    public void Publish()
    {
        records.Publish();
        survivors.Publish();
        matching?.Publish();
        session.Execute(Sql.Fill("keep_settings", ("run", Number(run))), new { settings = Settings });
    }

    /// <summary>The rows of a stream with resolved members in the place of its own keys.</summary>
    public ConformedRows Resolved(StreamLoad stream, ConformedRows rows)
    {
        if (!Columns(rows.Contract).Any())
        {
            return rows;
        }

        if (!resolved.TryGetValue(rows.View, out var found))
        {
            View($"resolved_{rows.View}", Select(stream, rows, rows.View, isHistory: true));
            if (rows.TellsDeletes)
            {
                View($"current_resolved_{rows.View}", Select(stream, rows, rows.CurrentView, isHistory: false));
            }

            found = rows with { View = $"resolved_{rows.View}", CurrentView = rows.TellsDeletes ? $"current_resolved_{rows.View}" : $"resolved_{rows.View}" };
            resolved.Add(rows.View, found);
        }

        return found;
    }

    /// <summary>The rows of all streams that describe members, for those that are derived again: by stream and map, with a view without rows for idle ones.</summary>
    public IEnumerable<(StreamLoad Stream, ConformedRows Map)> Idle => idle.SelectMany(s => MapsOf(s, contract.Name).Select(m => (s, m)));

    /// <summary>A query for every accepted row ever landed of some resolved members, or null when a landed batch is gone.</summary>
    public string? AllOf(StreamLoad stream, ConformedRows map, string members)
    {
        var own = $"identity_own_{stream.Source.Name}_{stream.Stream.Name}";
        session.Execute(Sql.Fill("own_keys", ("own", own), ("members", members), ("source", SqlName.Literal(NumberingOf(stream)))));
        var original = stream.Maps.First(m => m.Map == map.Map);
        return stream.History(environment.Landing).AllOf(original, Dimension.Key!, own) is not { } query ? null
            : query.Length == 0 ? query : Select(stream, original, $"(\n{query}\n)", isHistory: true);
    }

    /// <summary>Replaces a source's own keys in a temporary table (member) by the members that they are now.</summary>
    public void MapMembers(StreamLoad stream, string table) =>
        session.Execute(Sql.Fill("map_members", ("table", table), ("source", SqlName.Literal(NumberingOf(stream)))));

    /// <summary>A relation of the contract's columns without rows.</summary>
    public string NoRows()
    {
        View("resolved_none", Sql.Fill("no_rows", ("columns", SqlName.List(contract.Columns.Select(c => $"CAST(NULL AS {c.Type.Sql}) AS {SqlName.Quote(c.Name)}")))));
        return "resolved_none";
    }

    /// <summary>Members that moved records belong to now, as rows with the column <c>member</c>.</summary>
    public static string MovedMembers => Sql.Fill("moved_members");

    /// <summary>True when loaded rows of a fact may have to follow their records.</summary>
    public bool Moves(Fact fact) => Touched is not null && RolesOf(fact).Any();

    /// <summary>Notes which records the rows of a fact speak of; inside the run's transaction.</summary>
    public void Note(StreamLoad stream, Fact fact, ConformedRows map)
    {
        var original = stream.Maps.First(m => m.Map == map.Map);
        foreach (var role in RolesOf(fact).Where(r => map.Map.Columns.ContainsKey(r.Columns[0])))
        {
            if (isFirst || stream.IsRecalled || stream.Changed.Count > 0)
            {
                session.Execute(Sql.Fill("forget", ("fact", SqlName.Literal(fact.Name)), ("role", SqlName.Literal(role.Role)), ("rows", original.CurrentView)));
            }

            session.Execute(Note("identity.fact_record", NumberingOf(stream), fact, role, original.CurrentView));
        }
    }

    /// <summary>Lets loaded rows of a fact follow their records; answers the rows that moved. Inside the run's transaction.</summary>
    public long Move(FactLoad load, Fact fact)
    {
        var moved = 0L;
        foreach (var role in RolesOf(fact))
        {
            if (firstNotes.Contains((fact.Name, role.Role)))
            {
                session.Execute(Sql.Fill("publish_first", ("fact", SqlName.Literal(fact.Name)), ("role", SqlName.Literal(role.Role))));
            }

            session.Execute(Sql.Fill("moved_rows", ("fact", SqlName.Literal(fact.Name)), ("role", SqlName.Literal(role.Role))));
            moved += load.Move(role, "identity_moved_row");
        }

        return moved;
    }

    /// <summary>Columns whose missing value must not clear anything, since it can be another record's that stands.</summary>
    public IReadOnlyList<string> Chosen => survivors.Declared;

    private readonly HashSet<(string Fact, string Role)> firstNotes = [];

    private string Settings => string.Join(
        '\n', declared.Columns.Select(c => $"{c.Key}: {c.Value}").Concat(declared.Rules.Select(r => $"{r.Name}: {string.Join(", ", r.Columns)} {Number(r.AtMost)}"))
            .Append($"{declared.Match} {declared.CallingCode} {declared.Guards.Several} {Number(declared.Guards.MostRecords)} {string.Join(", ", declared.Guards.SeveralOf)}")
            .Concat(declared.Numbering.Select(n => $"{n.Key}: {n.Value}")).Concat(declared.Survivorship.Select(s => $"{s.Key}: {s.Value.Take} {string.Join(", ", s.Value.Sources)}")));

    private bool IsOther => session.Query<string>(Sql.Fill("known_settings")).FirstOrDefault() != Settings;

    private string NumberingOf(StreamLoad stream) => declared.NumberingOf(stream.Source.Name);

    private static IEnumerable<ConformedRows> MapsOf(StreamLoad stream, string contract) => stream.Maps.Where(m => m.Contract.Name == contract);

    private static HashSet<string> Filled(ConformedRows rows) => [.. rows.Map.Columns.Keys];

    /// <summary>The columns of a contract that hold keys of members.</summary>
    private IEnumerable<string> Columns(Contract of) =>
        (of.Name == contract.Name ? [Dimension.Key!] : project.Catalogue.Facts.Values.Where(f => f.From == of.Name).SelectMany(RolesOf).Select(r => r.Columns[0])).Distinct();

    private IEnumerable<FactRole> RolesOf(Fact fact) => fact.Roles.Where(r => r.Dimension == Dimension.Name && r.Columns.Count == 1);

    private void MakeIdle(IReadOnlyList<StreamLoad> streams, IEnumerable<KnownStream> known, bool isNew)
    {
        using var scratch = environment.Scratch.Connect();
        var none = 0;
        idle = [.. known.Where(k => k.Files.Count > 0 && !streams.Any(s => s.Source.Name == k.Source.Name && s.Stream.Name == k.Stream.Name))
            .Where(k => k.Source.Maps.Any(m => m.From == k.Stream.Name && (isNew || m.Contract == contract.Name)))
            .Select(k => new StreamLoad(project, k, [], scratch, ref none, run))];
    }

    /// <summary>The rows of a run; for the first time in a warehouse that is loaded, all that ever landed.</summary>
    private string Rows(StreamLoad stream, ConformedRows map, string view, bool isNew) => !isNew ? view
        : stream.History(environment.Landing).All(map) is { } query ? query.Length == 0 ? Empty(map) : $"(\n{query}\n)"
        : throw new CrmException(
            FailureKind.Failed, "the landing no longer has all that was loaded", $"{stream.Source.Name}/{stream.Stream.Name}",
            "every landed batch, when customers are resolved for the first time in a warehouse that is loaded", "Move the warehouse away and load anew");

    private static string Empty(ConformedRows map) => Sql.Fill(
        "empty", ("columns", SqlName.List(map.Contract.Columns.Select(c => $"CAST(NULL AS {c.Type.Sql}) AS {SqlName.Quote(c.Name)}"))));

    /// <summary>Notes the records of all rows that were loaded before anything was resolved.</summary>
    private void NoteAll(List<StreamLoad> all)
    {
        session.Execute(Sql.Fill("first_notes"));
        foreach (var stream in all)
        {
            foreach (var map in stream.Maps)
            {
                foreach (var fact in project.Catalogue.Facts.Values.Where(f => f.From == map.Contract.Name))
                {
                    foreach (var role in RolesOf(fact).Where(r => map.Map.Columns.ContainsKey(r.Columns[0])))
                    {
                        session.Execute(Note("identity_first_note", NumberingOf(stream), fact, role, Rows(stream, map, map.View, true)));
                        firstNotes.Add((fact.Name, role.Role));
                    }
                }
            }
        }
    }

    private static string Note(string table, string numbering, Fact fact, FactRole role, string rows) => Sql.Fill(
        "note", ("table", table), ("fact", SqlName.Literal(fact.Name)), ("role", SqlName.Literal(role.Role)), ("rows", rows), ("source", SqlName.Literal(numbering)),
        ("column", SqlName.Quote(role.Columns[0])));

    private string Select(StreamLoad stream, ConformedRows rows, string from, bool isHistory)
    {
        var isOwn = rows.Contract.Name == contract.Name;
        var columns = Columns(rows.Contract).ToList();
        var replaced = columns.Select((c, i) => $"coalesce(i{Number(i)}.customer_id, v.{SqlName.Quote(c)}) AS {SqlName.Quote(c)}").ToList();
        var joins = columns.Select((c, i) => Sql.Fill("join_map", ("i", Number(i)), ("source", SqlName.Literal(NumberingOf(stream))), ("column", SqlName.Quote(c))).TrimEnd()).ToList();
        foreach (var (n, column) in isOwn ? survivors.Declared.Where(rows.Map.Columns.ContainsKey).Index() : [])
        {
            replaced.Add(Sql.Fill("taken", ("n", Number(n)), ("column", SqlName.Quote(column))).Trim());
            joins.Add(Sql.Fill("join_take", ("n", Number(n)), ("name", SqlName.Literal(column))).TrimEnd());
        }

        return Sql.Fill(
            "resolved", ("rows", from), ("replaced", SqlName.List(replaced)), ("joins", string.Concat(joins)),
            ("where", isOwn && isHistory ? Sql.Fill("not_half_gone").TrimEnd() : ""));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void View(string name, string query) => session.Execute(Sql.Fill("view", ("view", name), ("query", query)));
}
