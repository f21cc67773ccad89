using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Identity.Matching;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>What is known of a customer, and why.</summary>
/// <param name="Id">The customer.</param>
/// <param name="Records">Its records.</param>
/// <param name="Links">What joins them.</param>
/// <param name="Values">What they say, and which of it stands.</param>
/// <param name="History">Which record came and went in which run.</param>
/// <param name="Decisions">What people decided about its records.</param>
public sealed record Customer(
    string Id, IReadOnlyList<CustomerRecord> Records, IReadOnlyList<CustomerLink> Links, IReadOnlyList<CustomerValue> Values, IReadOnlyList<CustomerEvent> History,
    IReadOnlyList<CustomerDecision> Decisions);

/// <summary>A record of a customer.</summary>
/// <param name="RecordKey"><c>SOURCE:ID</c>.</param>
/// <param name="Since">The run from which on it was this customer's.</param>
public sealed record CustomerRecord(string RecordKey, int Since);

/// <summary>A link between two records of a customer.</summary>
/// <param name="LeftKey">One record.</param>
/// <param name="RightKey">The other.</param>
/// <param name="Rule">The rule that found it, or <c>probabilistic</c>.</param>
/// <param name="Run">The run that found it.</param>
/// <param name="Weight">Its weight in bits; null for a rule, which needs none.</param>
/// <param name="Probability">Its probability, 0–1; null for a rule.</param>
/// <param name="Evidence">What speaks for and against it.</param>
public sealed record CustomerLink(string LeftKey, string RightKey, string Rule, int Run, double? Weight, double? Probability, IReadOnlyList<LinkEvidence> Evidence);

/// <summary>What one column says of a link.</summary>
/// <param name="Column">The column; null for what goes for the pair as a whole.</param>
/// <param name="Level">How its values agree.</param>
/// <param name="Left">One value.</param>
/// <param name="Right">The other.</param>
/// <param name="Weight">In bits; positive speaks for one customer. Null for a rule.</param>
public sealed record LinkEvidence(string? Column, string Level, string? Left, string? Right, double? Weight);

/// <summary>A value that a record says.</summary>
/// <param name="ColumnName">The column.</param>
/// <param name="RecordKey">The record.</param>
/// <param name="Value">The value.</param>
/// <param name="SaidAt">Since when it holds.</param>
/// <param name="Path">The file or delivery that said it.</param>
/// <param name="SourceRecord">Its record there, from 1.</param>
/// <param name="Stands">True when it is the customer's.</param>
public sealed record CustomerValue(string ColumnName, string RecordKey, string Value, DateTime? SaidAt, string? Path, long SourceRecord, bool Stands);

/// <summary>A record that was a customer's from one run to another.</summary>
/// <param name="RecordKey">The record.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="RunFrom">The first run.</param>
/// <param name="RunTo">The run that ended it; null: still.</param>
public sealed record CustomerEvent(string RecordKey, string CustomerId, int RunFrom, int? RunTo);

/// <summary>A decision about two records.</summary>
/// <param name="DecisionId">Its number.</param>
/// <param name="IsMerge">True when they are one.</param>
/// <param name="LeftKey">One record.</param>
/// <param name="RightKey">The other.</param>
/// <param name="DecidedAt">When, UTC.</param>
/// <param name="DecidedBy">By whom.</param>
/// <param name="Note">Why.</param>
/// <param name="RunId">The run that followed it; null: none yet.</param>
public sealed record CustomerDecision(int DecisionId, bool IsMerge, string LeftKey, string RightKey, DateTime DecidedAt, string? DecidedBy, string? Note, int? RunId);

/// <summary>Tells what a customer is made of: its records, the evidence of every link, whose values stand, and how it came to be.</summary>
/// <param name="session">The warehouse, for reading.</param>
/// <param name="catalogue">The declarations.</param>
public sealed class CustomerStory(ISession session, Catalogue catalogue)
{
    private static readonly SqlFile Sql = SqlFile.Beside<CustomerStory>();

    /// <summary>The current id of a customer, by its id, by one that it had, or by a record <c>SOURCE:ID</c>.</summary>
    /// <exception cref="CrmException">There is none, nothing was resolved, or an earlier customer is several now.</exception>
    public string Find(string text)
    {
        if (catalogue.Identity is null || !IdentityTables.HaveRecords(session))
        {
            throw new CrmException(
                FailureKind.Failed, "no customers were resolved in this warehouse", "model/identity.yaml", "a run with an identity declaration", "Declare one (docs/identity.md), then run `crm run`");
        }

        var found = session.Query<string>(Sql.Fill("find"), new { text });
        if (found.Count == 0)
        {
            found = session.Query<string>(Sql.Fill("find_former"), new { text });
        }

        return found.Count == 1 ? found[0] : throw new CrmException(
            FailureKind.WrongUse, found.Count == 0 ? $"no customer '{text}'" : $"customer '{text}' of earlier runs, whose records are now those of {string.Join(", ", found)}", "ID",
            "a customer's number, or a record as SOURCE:ID", "Correct it");
    }

    /// <summary>Tells.</summary>
    /// <param name="id">A current customer, as <see cref="Find"/> answers.</param>
    public Customer Tell(string id)
    {
        var records = session.Query<CustomerRecord>(Sql.Fill("records"), new { id });
        var values = Values(id);
        return new(id, records, Links(id, values), values, session.Query<CustomerEvent>(Sql.Fill("history"), new { id }), session.Query<CustomerDecision>(Sql.Fill("decisions"), new { id }));
    }

    private IReadOnlyList<CustomerValue> Values(string id)
    {
        var dimension = catalogue.Dimensions[catalogue.Identity!.Dimension];
        var columns = IdentityTables.ValuesOf(catalogue.Contracts[dimension.From!], dimension)
            .Select((c, n) => Sql.Fill("value", ("name", SqlName.Literal(c)), ("column", SqlName.Quote(c)), ("n", n.ToString(CultureInfo.InvariantCulture))).TrimEnd());
        return session.Query<CustomerValue>(Sql.Fill("values", ("values", string.Join(Sql.Fill("union"), columns))), new { id });
    }

    private IReadOnlyList<CustomerLink> Links(string id, IReadOnlyList<CustomerValue> values)
    {
        var said = values.ToDictionary(v => (v.RecordKey, v.ColumnName), v => v.Value);
        var models = session.Query<(int Run, string Model)>(Sql.Fill("models")).Select(m => (m.Run, Model: JsonSerializer.Deserialize<MatchModel>(m.Model)!)).ToList();
        return [.. session.Query<LinkRow>(Sql.Fill("links"), new { id }).Select(l =>
        {
            var model = models.LastOrDefault(m => m.Run <= l.RunFrom).Model;
            return l.Pattern is { } pattern && model is not null
                ? new CustomerLink(l.LeftKey, l.RightKey, l.Rule, l.RunFrom, l.Weight, MatchModel.Probability(l.Weight), Weigh(model, pattern, l, said))
                : new CustomerLink(l.LeftKey, l.RightKey, l.Rule, l.RunFrom, null, null, Compare(l, said));
        })];
    }

    // What remains beside prior and columns: how rare equal values are, and how likely relatives and neighbours.
    private static List<LinkEvidence> Weigh(MatchModel model, long pattern, LinkRow link, Dictionary<(string, string), string> said)
    {
        var evidence = new List<LinkEvidence> { new(null, "before anything is compared", null, null, model.PriorWeight) };
        foreach (var (i, column) in model.Columns.Index())
        {
            var level = MatchModel.Level(pattern, i);
            evidence.Add(new(
                column.Name, level == 0 ? "missing" : column.Levels[level - 1], said.GetValueOrDefault((link.LeftKey, column.Name)), said.GetValueOrDefault((link.RightKey, column.Name)),
                column.Weight(level)));
        }

        evidence.Add(new(null, "how rare the values are, and what relatives and neighbours share", null, null, link.Weight - evidence.Sum(e => e.Weight)));
        return evidence;
    }

    private List<LinkEvidence> Compare(LinkRow link, Dictionary<(string, string), string> said) =>
        [.. (catalogue.Identity!.Rules.FirstOrDefault(r => r.Name == link.Rule)?.Columns ?? []).Select(c => new LinkEvidence(
            c, "equal in normal form", said.GetValueOrDefault((link.LeftKey, c)), said.GetValueOrDefault((link.RightKey, c)), null))];

    private sealed record LinkRow(string LeftKey, string RightKey, string Rule, long? Pattern, double Weight, int RunFrom);
}
