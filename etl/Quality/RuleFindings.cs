using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Gathers what checks find: results, rules that are broken, and streams that lose records to the quarantine.</summary>
internal sealed class RuleFindings(ISession session, CancellationToken cancellation)
{
    private readonly List<CheckResult> results = [];
    private readonly HashSet<JudgedStream> losing = [];
    private readonly List<(QualityRule Rule, string Message)> broken = [];

    /// <summary>The warehouse.</summary>
    public ISession Session => session;

    /// <summary>Asked to stop.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Streams that have lost records since the beginning.</summary>
    public HashSet<JudgedStream> Lost { get; } = [];

    /// <summary>Notes a result.</summary>
    public void Add(CheckResult result) => results.Add(result);

    /// <summary>Notes that a stream's records were put into the table of bad ones.</summary>
    public void Lose(JudgedStream stream)
    {
        losing.Add(stream);
        Lost.Add(stream);
    }

    /// <summary>Takes the records put aside since the last time out of the good rows.</summary>
    public void Withdraw()
    {
        foreach (var stream in losing)
        {
            stream.Conformed.Withdraw(session, cancellation);
        }

        losing.Clear();
    }

    /// <summary>Notes that rows break a rule that warns or fails.</summary>
    public void Break(QualityRule rule, long rows)
    {
        if (rows > 0 && rule.Severity != RuleSeverity.Quarantine)
        {
            Break(rule, $"{rows} rows break the rule '{rule.Name}'");
        }
    }

    /// <summary>Notes that a rule is broken.</summary>
    public void Break(QualityRule rule, string message) => broken.Add((rule, message));

    /// <summary>The judgement.</summary>
    /// <exception cref="CrmException">A rule that says fail is broken.</exception>
    public Judgement Judge()
    {
        var failed = broken.Where(b => b.Rule.Severity == RuleSeverity.Fail).ToList();
        if (failed is [var (rule, message), ..])
        {
            var others = failed.Count == 1 ? "" : $" ({failed.Count - 1} more rules fail: {string.Join(", ", failed.Skip(1).Select(f => f.Rule.Name).Distinct())})";
            throw new CrmException(
                FailureKind.CheckFailed, message + others, rule.Where.ToString(), rule.Test.Text,
                "Correct the source, or let the rule quarantine or warn instead of fail; nothing that readers see has changed");
        }

        return new(results, [.. broken.Select(b => $"{b.Rule.Where}: {b.Message}{(b.Rule.Name == b.Rule.Test.Text ? "" : $" ({b.Rule.Test.Text})")}")]);
    }

    /// <summary>The rows of a contract that a source's streams make in this run, with the streams.</summary>
    public static IReadOnlyList<(JudgedStream Stream, ConformedRows Rows)> RowsOf(IEnumerable<JudgedStream> streams, string contract) =>
        [.. streams.SelectMany(s => s.Conformed.Rows.Where(r => r.Contract.Name == contract).Select(r => (s, r)))];
}
