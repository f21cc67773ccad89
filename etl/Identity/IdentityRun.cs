using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Identity.Clustering;
using Crm.Analytics.Etl.Identity.Matching;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>A rule that makes one customer of records whose values are equal in all its columns, once they are in normal form.</summary>
/// <param name="Name">What evidence calls it.</param>
/// <param name="Columns">The columns.</param>
public sealed record DeterministicRule(string Name, IReadOnlyList<string> Columns)
{
    /// <summary>Most records that may share a value; one that more share is nobody's own and joins none of them.</summary>
    public int MostRecords { get; init; } = 50;
}

/// <summary>How customers are told apart.</summary>
/// <param name="Columns">The columns records are compared by.</param>
/// <param name="Rules">Deterministic rules, the surest first.</param>
/// <param name="Match">The probabilistic matcher; null to go by rules alone.</param>
/// <param name="Guards">Guards of clusters.</param>
public sealed record IdentitySettings(IReadOnlyList<MatchColumn> Columns, IReadOnlyList<DeterministicRule> Rules, MatchOptions? Match, ClusterGuards Guards)
{
    /// <summary>Calling code of telephone numbers without one; empty when unknown.</summary>
    public string Country { get; init; } = "";

    /// <summary>What decides whether a pair is a link, as text: when it changes, all pairs are compared again.</summary>
    public string Fingerprint => string.Create(
        CultureInfo.InvariantCulture, $"{string.Join(',', Columns.Select(c => $"{c.Name}={c.Kind}"))};{Match?.Threshold};{Match?.PairsPerRecord};{Country}");

    /// <summary>The settings that a project declares.</summary>
    /// <param name="declared">The declaration.</param>
    /// <param name="numberOf">The number of each source.</param>
    public static IdentitySettings Of(IdentityDeclaration declared, IReadOnlyDictionary<string, int> numberOf) => new(
        ColumnRecognition.WithPartners([.. declared.Columns.Select(c => new MatchColumn(c.Key, KindOf(c.Value)))]),
        [.. declared.Rules.Select(r => new DeterministicRule(r.Name, r.Columns) { MostRecords = r.AtMost })],
        declared.Match is { } match ? new MatchOptions { Threshold = match.Threshold, PairsPerRecord = match.PairsPerRecord, Country = declared.CallingCode } : null,
        new ClusterGuards
        {
            MaxSize = declared.Guards.MostRecords,
            OneRecordPerSource = !declared.Guards.Several,
            SeveralOf = declared.Guards.SeveralOf.Where(numberOf.ContainsKey).Select(s => numberOf[s]).ToHashSet(),
        })
    {
        Country = declared.CallingCode,
    };

    /// <summary>The kind that a declaration names, as <c>full_name</c>.</summary>
    public static MatchKind KindOf(string name) => Enum.Parse<MatchKind>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}

/// <summary>What a run changed.</summary>
/// <param name="Records">Records there are.</param>
/// <param name="Customers">Customers they are.</param>
/// <param name="Ids">The ids, and what became of earlier ones.</param>
/// <param name="Messages">What is worth knowing: values too many records share, links cut.</param>
public sealed record IdentityChanges(long Records, int Customers, CustomerIds Ids, IReadOnlyList<string> Messages);

/// <summary>
/// Resolves the customers of a run: rules, matcher, earlier links and people's decisions become clusters with ids that stay. Only pairs with a new or changed
/// record are compared; others keep their links, and the parameters of the first estimation are used again. The result is the temporary table
/// <c>identity_assigned</c> (record_key, source, customer_id, content); <see cref="Publish"/> writes it to the match log.
/// </summary>
/// <param name="session">A session on a warehouse that has <see cref="IdentityTables"/>.</param>
/// <param name="settings">How customers are told apart.</param>
/// <param name="run">The run's number.</param>
public sealed class IdentityRun(ISession session, IdentitySettings settings, int run)
{
    // Weights of what is certain, in bits: rules in their order, then what people decided.
    private const double RuleWeight = 1_000;
    private const double DecisionWeight = 2 * ClusterGuards.Decided;

    private static readonly SqlFile Sql = SqlFile.Beside<IdentityRun>();
    private readonly List<string> messages = [];
    private MatchModel? fitted;

    /// <summary>Resolves; outside a transaction, writes temporary tables only.</summary>
    /// <param name="relation">All current records: <c>_key</c> (unique), <c>_source</c> (whole number), and the columns as text.</param>
    /// <param name="cancellation">Stops the work.</param>
    public IdentityChanges Resolve(string relation, CancellationToken cancellation)
    {
        var columns = settings.Columns.Select(c => SqlName.Quote(c.Name)).ToList();
        session.Execute(Sql.Fill(
            "input", ("relation", relation), ("columns", SqlName.List(columns.Select(c => $"r.{c}"))),
            ("values", SqlName.List(columns.Select(c => $"r.{c}").Prepend(SqlName.Literal(settings.Fingerprint))))), null, cancellation);
        var records = StandardRecords.Make(session, "identity_input", settings.Columns, settings.Country, cancellation);
        ApplyRules(cancellation);
        var found = settings.Match is null ? [] : Match(records, settings.Match, cancellation);
        session.Execute(Sql.Fill("new_links"), new
        {
            lefts = found.Select(l => l.Left).ToList(),
            rights = found.Select(l => l.Right).ToList(),
            patterns = found.Select(l => l.Pattern).ToList(),
            weights = found.Select(l => l.Weight).ToList(),
        });
        var merged = Sql.Fill("decided", ("merge", "true"));
        var links = session.Query<LinkRow>(Sql.Fill("links", ("links", merged), ("certain", Number(DecisionWeight))), null, cancellation);
        var apart = session.Query<ApartRow>(Sql.Fill("apart", ("links", Sql.Fill("decided", ("merge", "false")))));
        var before = session.Query<BeforeRow>(Sql.Fill("before"));
        var clusters = new ClusterBuilder(settings.Guards, [0, .. before.Select(b => b.Source)]).Build(links.Select(l => new ClusterLink(l.L, l.R, l.Weight)), apart.Select(a => (a.L, a.R)));
        var ids = StableIds.Give(clusters.ClusterOf, [null, .. before.Select(b => b.CustomerId)], session.Scalar<long>(Sql.Fill("next")));
        messages.AddRange(clusters.Cut.GroupBy(c => c.Reason).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count():N0} link(s) between records were cut: {CutLink.Words(c.Key)}")));
        messages.AddRange(ids.Merged.Count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{ids.Merged.Count:N0} customer(s) became part of others")]);
        session.Execute(Sql.Fill("assigned"), new { records = before.Select(b => b.R).ToList(), ids = ids.IdOf.Skip(1).ToList() });
        return new(records, ids.IdOf.Skip(1).Distinct().Count(), ids, messages);
    }

    /// <summary>Writes what <see cref="Resolve"/> found to the match log; inside the run's transaction.</summary>
    public void Publish()
    {
        session.Execute(Sql.Fill("publish", ("run", run.ToString(CultureInfo.InvariantCulture))));
        if (fitted is not null)
        {
            session.Execute(Sql.Fill("keep_model", ("run", run.ToString(CultureInfo.InvariantCulture))), new { model = JsonSerializer.Serialize(fitted) });
        }
    }

    private void ApplyRules(CancellationToken cancellation)
    {
        session.Execute(Sql.Fill("rule_links"));
        foreach (var (order, rule) in settings.Rules.Index())
        {
            var forms = rule.Columns.Select(c => $"v{IndexOf(c).ToString(CultureInfo.InvariantCulture)}").ToList();
            var filled = string.Join(" AND ", forms.Select(f => $"{f} IS NOT NULL"));
            var most = rule.MostRecords.ToString(CultureInfo.InvariantCulture);
            session.Execute(Sql.Fill(
                "rule", ("name", SqlName.Literal(rule.Name)), ("weight", Number(RuleWeight - order)), ("values", SqlName.List(forms)), ("filled", filled), ("most", most)), null, cancellation);
            if (session.Scalar<long>(Sql.Fill("too_many", ("filled", filled), ("values", SqlName.List(forms)), ("most", most))) is > 0 and var values)
            {
                messages.Add(string.Create(CultureInfo.InvariantCulture, $"rule '{rule.Name}': {values:N0} value(s) that more than {most} records share join none of them"));
            }
        }
    }

    private IReadOnlyList<ScoredPair> Match(long records, MatchOptions options, CancellationToken cancellation)
    {
        var kept = session.Query<string>(Sql.Fill("known_model"));
        var known = kept.Count == 0 ? null : JsonSerializer.Deserialize<MatchModel>(kept[0]);
        known = known is not null && known.Columns.Select(c => (c.Name, c.Kind)).SequenceEqual(settings.Columns.Select(c => (c.Name, c.Kind))) ? known : null;
        var result = new ProbabilisticMatcher(session, settings.Columns, options).Match(records, known, null, cancellation);
        fitted = known is null ? result.Model : null;
        return result.Links;
    }

    private int IndexOf(string column) => settings.Columns.Index().First(c => c.Item.Name == column).Index;

    private static string Number(double number) => number.ToString("E17", CultureInfo.InvariantCulture);

    private sealed record LinkRow(int L, int R, double Weight);

    private sealed record ApartRow(int L, int R);

    private sealed record BeforeRow(int R, int Source, long? CustomerId);
}
