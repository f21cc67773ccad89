using Crm.Analytics.Etl.Identity.Clustering;
using Crm.Analytics.Etl.Identity.Matching;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>What is evaluated, and how.</summary>
/// <param name="Files">Files of records, each a source.</param>
/// <param name="Truth">What tells which records are truly one: a column or a rule; null: matched without being scored.</param>
public sealed record EvaluationRequest(IReadOnlyList<string> Files, string? Truth)
{
    /// <summary>What columns are, where that is stated.</summary>
    public IReadOnlyDictionary<string, MatchKind> Columns { get; init; } = new Dictionary<string, MatchKind>();

    /// <summary>Columns that are not compared by.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>How the matcher works.</summary>
    public MatchOptions Match { get; init; } = new();

    /// <summary>Guards of clusters.</summary>
    public ClusterGuards Guards { get; init; } = new();

    /// <summary>Whether each file knows a customer once; null: found out, by whether matches within files are rare beside those across.</summary>
    public bool? OneRecordPerSource { get; init; }
}

/// <summary>How well records were matched; pairs count over all true pairs, also those that blocking never compared.</summary>
/// <param name="Records">Records.</param>
/// <param name="Columns">Columns they were compared by.</param>
/// <param name="Match">What the matcher did.</param>
/// <param name="Clusters">The clusters.</param>
/// <param name="OneRecordPerSource">Whether files were taken to know a customer once.</param>
/// <param name="Score">The score; null without a truth.</param>
public sealed record Evaluation(
    long Records, IReadOnlyList<MatchColumn> Columns, MatchResult Match, Clusters Clusters, bool OneRecordPerSource, EvaluationScore? Score);

/// <summary>Pairwise figures.</summary>
/// <param name="Found">Pairs of records that are in one cluster.</param>
/// <param name="True">Pairs of records that truly are one.</param>
/// <param name="Both">Pairs that are both.</param>
/// <param name="Compared">True pairs among those that blocking gave.</param>
public sealed record EvaluationScore(long Found, long True, long Both, long Compared)
{
    /// <summary>Share of the found pairs that are true, 0–1; 1 when none was found.</summary>
    public double Precision => Found == 0 ? 1 : Both / (double)Found;

    /// <summary>Share of the true pairs that were found, 0–1; 1 when there are none.</summary>
    public double Recall => True == 0 ? 1 : Both / (double)True;

    /// <summary>Harmonic mean of both, 0–1.</summary>
    public double F1 => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);
}

/// <summary>Matches files of records and scores what was found against a truth, which the matching never sees.</summary>
/// <param name="session">A session that may read files outside; never the warehouse's.</param>
/// <param name="said">Told what is worth knowing while it works.</param>
public sealed class IdentityEvaluation(ISession session, Action<string> said)
{
    // Fewer links within files than this share of those across: each file knows a customer once.
    private const double FewWithin = 0.03;

    private static readonly SqlFile Sql = SqlFile.Beside<IdentityEvaluation>();

    /// <summary>Evaluates.</summary>
    /// <exception cref="Warehouse.CrmException">A file cannot be read, or the truth names no column.</exception>
    public Evaluation Run(EvaluationRequest request, CancellationToken cancellation)
    {
        var read = RecordFiles.Read(session, request.Files, cancellation);
        foreach (var warning in read.Warnings)
        {
            said(warning);
        }

        var truth = request.Truth is null ? null : TruthRule.Read(session, request.Truth, read.Columns, said);
        var compared = read.Columns.Where(c => c != truth?.Column && !request.Ignored.Contains(c, StringComparer.OrdinalIgnoreCase)).ToList();
        var columns = ColumnRecognition.Recognise(session, "identity_input", compared, request.Columns);
        if (request.Files.Count > 1)
        {
            columns = ColumnAlignment.Align(session, columns, said);
        }

        said($"columns: {(columns.Count == 0 ? "none to compare by" : string.Join(", ", columns.Select(c => $"{c.Name} ({c.Kind})")))}");
        var records = StandardRecords.Make(session, "identity_input", columns, request.Match.Country, cancellation);
        var match = new ProbabilisticMatcher(session, columns, request.Match, SayRules).Match(records, null, null, cancellation);
        var sources = session.Query<int>(Sql.Fill("record_sources")).Prepend(0).ToList();
        var once = request.OneRecordPerSource ?? KnowsOnce(match.Links, sources, request.Files.Count);
        var clusters = new ClusterBuilder(request.Guards with { OneRecordPerSource = once }, sources).Build(match.Links.Select(l => new ClusterLink(l.Left, l.Right, l.Weight)));
        return new(records, columns, match, clusters, once, truth is null ? null : Score(clusters, truth));
    }

    private void SayRules(IReadOnlyList<BlockingRule> rules)
    {
        foreach (var rule in rules)
        {
            said($"blocking: {rule.Name}: {rule.Pairs:N0} pairs");
            if (rule.DroppedValues > 0)
            {
                said($"  {rule.DroppedValues:N0} value(s) that too many records share, {rule.DroppedRecords:N0} records in all, are not compared by it; the most frequent: '{rule.Example}'");
            }
        }
    }

    private bool KnowsOnce(IReadOnlyList<ScoredPair> links, List<int> sources, int files)
    {
        var within = links.Count(l => sources[l.Left] == sources[l.Right]);
        var once = files > 1 && within <= FewWithin * (links.Count - within);
        if (files > 1)
        {
            said(once ? "each file knows a customer once: records of one file are kept apart" : "files know customers more than once: records of one file may be one");
        }

        return once;
    }

    private EvaluationScore Score(Clusters clusters, TruthRule truth)
    {
        var joined = clusters.ClusterOf.Index().Skip(1).Where(c => c.Item != c.Index).ToList();
        session.Execute(Sql.Fill("clusters"), new { records = joined.Select(c => c.Index).ToList(), clusters = joined.Select(c => c.Item).ToList() });
        session.Execute(Sql.Fill("no_pairs"));
        session.Execute(Sql.Fill("judged", ("truth", truth.Expression)));
        var pairs = session.Query<PairCounts>(Sql.Fill("score"))[0];
        return new(pairs.Found, pairs.True, pairs.Both, session.Scalar<long>(Sql.Fill("blocked")));
    }

    private sealed record PairCounts(long Found, long True, long Both);
}
