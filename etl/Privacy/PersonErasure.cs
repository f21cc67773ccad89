using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Privacy;

/// <summary>What an erasure took out of a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Removed">Rows that are gone.</param>
/// <param name="Cleaned">Rows that stay without the person.</param>
public sealed record ErasedTable(string Table, long Removed, long Cleaned);

/// <summary>Where the landed record of a person stands.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="FileId">Its file, as the warehouse numbers it.</param>
/// <param name="Record">Its number there.</param>
/// <param name="IsGone">True when the record goes as a whole.</param>
public sealed record ErasedPlace(string Source, string Stream, int FileId, long Record, bool IsGone);

/// <summary>
/// Takes those on the suppression list out of a warehouse: out of the dimension with all its versions and its history, out of scores and all that was derived,
/// out of the match log, the quarantine and the known keys. What happened (sales, cases) stays, counted for the unknown member, without what could tell whose it was.
/// </summary>
public sealed class PersonErasure
{
    private static readonly SqlFile Sql = SqlFile.Beside<PersonErasure>();
    private readonly ISession session;
    private readonly Catalogue catalogue;
    private readonly Dimension subject;
    private readonly HashSet<string> tables;

    /// <summary>Finds who is to be erased; outside a transaction.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="project">The project.</param>
    /// <param name="list">The list.</param>
    /// <exception cref="CrmException">The project has no dimension of persons.</exception>
    public PersonErasure(ISession session, Project project, SuppressionList list)
    {
        (this.session, catalogue) = (session, project.Catalogue);
        subject = catalogue.Dimensions.GetValueOrDefault(PersonColumns.SubjectOf(catalogue)) ?? throw new CrmException(
            FailureKind.Failed, "no dimension of customers is declared", project.Folder, "a dimension 'customer', or an identity declaration", "Declare one, then again");
        tables = session.Query<string>(Sql.Fill("tables")).ToHashSet(StringComparer.Ordinal);
        list.Fill(session);
        session.Execute(Sql.Fill("make"));
        var hasRecords = catalogue.Identity is not null && IdentityTables.HaveRecords(session);
        if (hasRecords)
        {
            session.Execute(Sql.Fill("records", ("is_listed", SuppressionList.Matches("record_key"))));
        }

        var key = IdColumn(subject);
        var names = SqlName.List(project.Sources.Select(s => SqlName.Literal(s.Name)).DefaultIfEmpty("''"));
        foreach (var table in new[] { subject.Table, $"{subject.Table}_history" }.Where(tables.Contains))
        {
            session.Execute(Sql.Fill(
                hasRecords ? "members" : "members_by_id", ("table", table), ("member", SqlName.Quote(subject.KeyColumn)), ("id", key), ("sources", names),
                ("is_listed", SuppressionList.Matches("source || ':' || id"))));
        }
    }

    /// <summary>Customers that are to be erased.</summary>
    public long Members => session.Scalar<long>(Sql.Fill("count_members"));

    /// <summary>Record keys of a customer, <c>SOURCE:ID</c>, by whose hashes it is put onto the list.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="project">The project.</param>
    /// <param name="id">The customer, as <see cref="CustomerStory.Find"/> answers; without an identity declaration, its id in the dimension.</param>
    public static IReadOnlyList<string> RecordsOf(ISession session, Project project, string id) =>
        project.Catalogue.Identity is not null && IdentityTables.HaveRecords(session)
            ? session.Query<string>(Sql.Fill("records_of"), new { id })
            : [.. project.Sources.Select(s => $"{s.Name}:{id}")];

    /// <summary>True when a project without an identity declaration has such a customer.</summary>
    public static bool IsCustomer(ISession session, Project project, string id)
    {
        var subject = project.Catalogue.Dimensions[PersonColumns.SubjectOf(project.Catalogue)];
        return session.Scalar<bool>(Sql.Fill("is_customer", ("table", subject.Table), ("id", IdColumn(subject)), ("member", SqlName.Quote(subject.KeyColumn))), new { id });
    }

    /// <summary>E-mail addresses of a customer that no other customer has.</summary>
    public static IReadOnlyList<string> EmailsOf(ISession session, Project project, string id)
    {
        var subject = project.Catalogue.Dimensions[PersonColumns.SubjectOf(project.Catalogue)];
        var own = subject.Attributes.FirstOrDefault(a => a.Column == "email") is null ? []
            : session.Query<string>(Sql.Fill("emails", ("table", subject.Table), ("id", IdColumn(subject))), new { id });
        return project.Catalogue.Identity is null || !IdentityTables.HaveRecords(session) || session.Describe(Sql.Fill("known")).All(c => c.Name != "email") ? own
            : [.. own.Concat(session.Query<string>(Sql.Fill("known_emails"), new { id })).Distinct()];
    }

    /// <summary>
    /// Texts that tell who the persons are and that nobody else has: names, addresses, numbers, of all versions and records. What is too short to tell anybody
    /// apart is not among them.
    /// </summary>
    public IReadOnlyList<string> Values()
    {
        var personal = catalogue.Contracts[subject.From!].Columns.Where(c => c.IsPersonal && c.Type.Kind == TypeKind.Text).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        session.Execute(Sql.Fill("no_values"));
        foreach (var table in new[] { subject.Table, $"{subject.Table}_history" }.Where(tables.Contains))
        {
            foreach (var attribute in subject.Attributes.Where(a => a.Type.Kind == TypeKind.Text && personal.Contains(a.Of)))
            {
                session.Execute(Sql.Fill("dimension_values", ("table", table), ("column", SqlName.Quote(attribute.Column)), ("member", SqlName.Quote(subject.KeyColumn))));
            }
        }

        if (tables.Contains("identity.known"))
        {
            var columns = session.Describe(Sql.Fill("known")).Select(c => c.Name).Where(personal.Contains);
            foreach (var column in columns)
            {
                session.Execute(Sql.Fill("known_values", ("column", SqlName.Quote(column))));
            }
        }

        session.Execute(Sql.Fill("key_values"));
        return session.Query<string>(Sql.Fill("values"));
    }

    /// <summary>Erases; inside a transaction.</summary>
    /// <param name="places">Where landed records of the persons stand.</param>
    /// <param name="values">What <see cref="Values"/> answered.</param>
    /// <param name="run">The newest run.</param>
    public IReadOnlyList<ErasedTable> Erase(IReadOnlyList<ErasedPlace> places, IReadOnlyList<string> values, int run)
    {
        var erased = new List<ErasedTable>();
        Places(places, erased);
        Facts(erased);
        Dimension(erased);
        Identity(erased);
        Sweep(values, erased);
        DerivedFigures.Forget(session, catalogue, run);
        return erased;
    }

    /// <summary>Every row of the warehouse that speaks of the persons, as JSON, table by table.</summary>
    public IReadOnlyList<(string Table, IReadOnlyList<string> Rows)> Tell()
    {
        var key = SqlName.Quote(subject.KeyColumn);
        var own = new[] { subject.Table, $"{subject.Table}_history" }.Select(t => (Table: t, Condition: "is_member", Key: key));
        var facts = catalogue.Facts.Values.SelectMany(f => f.Roles.Where(r => r.Dimension == subject.Name)
            .SelectMany(r => new[] { f.Table, f.HistoryTable }.Select(t => (Table: t, Condition: "is_member", Key: SqlName.Quote($"{r.Role}_key")))));
        var identity = new[]
        {
            ("identity.record", "is_record", ""), ("identity.known", "is_record", ""), ("identity.link", "is_pair", ""), ("identity.decision", "is_pair", ""), ("identity.survivor", "is_id", ""),
        };
        var told = new List<(string, IReadOnlyList<string>)>();
        foreach (var (table, condition, column) in own.Concat(facts).Concat(identity).Where(t => tables.Contains(t.Item1)))
        {
            var rows = session.Query<string>(Sql.Fill("tell", ("table", table), ("condition", Sql.Fill(condition, ("key", column)).Trim())));
            if (rows.Count > 0)
            {
                told.Add((table, rows));
            }
        }

        return told;
    }

    private void Places(IReadOnlyList<ErasedPlace> places, List<ErasedTable> erased)
    {
        session.Execute(Sql.Fill("no_places"));
        using (var append = session.Append("temp", "erased_place"))
        {
            foreach (var place in places.Where(p => p.FileId > 0))
            {
                append.Row(place.FileId, place.Record, place.IsGone);
            }

            append.Complete();
        }

        Add(erased, "meta.quarantine", 0, session.Execute(Sql.Fill("quarantine")));
        foreach (var (source, stream) in places.Where(p => p.IsGone).Select(p => (p.Source, p.Stream)).Distinct().Where(p => KeyIndex.IsThere(session, p.Source, p.Stream)))
        {
            var table = KeyIndex.TableOf(source, stream);
            Add(erased, table, session.Execute(Sql.Fill("keys", ("table", table))), 0);
        }
    }

    private void Facts(List<ErasedTable> erased)
    {
        foreach (var fact in catalogue.Facts.Values)
        {
            foreach (var role in fact.Roles.Where(r => r.Dimension == subject.Name))
            {
                foreach (var table in new[] { fact.Table, fact.HistoryTable }.Where(tables.Contains))
                {
                    var key = SqlName.Quote($"{role.Role}_key");
                    if (fact.From is null)
                    {
                        Add(erased, table, session.Execute(Sql.Fill("remove", ("table", table), ("key", key))), 0);
                    }
                    else
                    {
                        Add(erased, table, 0, session.Execute(Sql.Fill("unname", ("table", table), ("key", key), ("emptied", Emptied(fact, role)))));
                    }
                }
            }
        }
    }

    private string Emptied(Fact fact, FactRole role)
    {
        var contract = catalogue.Contracts[fact.From!];
        var naming = PersonColumns.NamingColumns(contract, subject, catalogue);
        var telling = contract.Columns.Where(c => c.IsPersonal || naming.Contains(c.Name)).Select(c => c.Name).ToList();
        var columns = fact.Columns.Where(c => telling.Contains(c.Sql.Trim(), StringComparer.Ordinal)).Select(c => $", {SqlName.Quote(c.Name)} = NULL");
        return (subject.IsVersioned ? $", {SqlName.Quote($"{role.Role}_version_key")} = 0" : "") + string.Concat(columns);
    }

    private void Dimension(List<ErasedTable> erased)
    {
        var key = SqlName.Quote(subject.KeyColumn);
        var own = new[] { subject.Table, $"{subject.Table}_history", $"conformed.{subject.Name}_seen" }.Concat(tables.Where(t => t.StartsWith($"star.bridge_{subject.Name}_", StringComparison.Ordinal)));
        foreach (var table in own.Where(tables.Contains))
        {
            Add(erased, table, session.Execute(Sql.Fill("remove", ("table", table), ("key", key))), 0);
        }
    }

    private void Identity(List<ErasedTable> erased)
    {
        foreach (var (table, condition) in new[]
        {
            ("identity.record", "of_record"), ("identity.known", "of_record"), ("identity.fact_record", "of_record"), ("identity.link", "of_pair"), ("identity.decision", "of_pair"),
            ("identity.survivor", "of_customer"),
        }.Where(t => tables.Contains(t.Item1)))
        {
            Add(erased, table, session.Execute(Sql.Fill(condition, ("table", table))), 0);
        }
    }

    /// <summary>Whatever text still holds a value that only these persons have.</summary>
    private void Sweep(IReadOnlyList<string> values, List<ErasedTable> erased)
    {
        if (values.Count == 0)
        {
            return;
        }

        foreach (var (table, column, nullable) in session.Query<(string Table, string Column, bool Nullable)>(Sql.Fill("texts")))
        {
            var text = SqlName.Quote(column);
            var name = string.Join('.', table.Split('.', 2).Select(SqlName.Quote));
            Add(erased, table, 0, session.Execute(Sql.Fill("sweep", ("table", name), ("column", text), ("nothing", nullable ? "NULL" : "'(erased)'"), ("holds", LandedPersons.Contains(text, values)))));
        }
    }

    private static string IdColumn(Dimension subject) => SqlName.Quote(subject.Attributes.First(a => a.Name == "id" || a.Column == subject.Keys[0]).Column);

    private static void Add(List<ErasedTable> erased, string table, long removed, long cleaned)
    {
        if (removed + cleaned > 0)
        {
            erased.Add(new(table, removed, cleaned));
        }
    }
}
