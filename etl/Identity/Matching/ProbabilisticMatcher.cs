using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>What the matcher found.</summary>
/// <param name="Rules">The blocking rules it chose.</param>
/// <param name="Pairs">Pairs it compared.</param>
/// <param name="Model">The model it fitted or was given.</param>
/// <param name="Links">Pairs at or above the threshold.</param>
public sealed record MatchResult(IReadOnlyList<BlockingRule> Rules, long Pairs, MatchModel Model, IReadOnlyList<ScoredPair> Links);

/// <summary>
/// The probabilistic matcher: chooses blocking rules, compares their pairs, fits a model without labels and weighs the pairs; all over the temporary table
/// <c>identity_record</c> that <see cref="StandardRecords"/> makes.
/// </summary>
/// <param name="session">The session with that table.</param>
/// <param name="columns">The compared columns.</param>
/// <param name="options">How it works.</param>
/// <param name="planned">Told the blocking rules with their pairs before any pair is compared.</param>
public sealed class ProbabilisticMatcher(ISession session, IReadOnlyList<MatchColumn> columns, MatchOptions options, Action<IReadOnlyList<BlockingRule>>? planned = null)
{
    private readonly IReadOnlyList<ComparisonLevels> levels = ComparisonLevels.For(columns);

    /// <summary>Matches.</summary>
    /// <param name="records">Records in <c>identity_record</c>.</param>
    /// <param name="known">A model of an earlier run, to be used as it is; null to fit one.</param>
    /// <param name="across">Null to compare all pairs; else the number of pairs across sources, which alone are compared then.</param>
    /// <param name="cancellation">Stops the work.</param>
    public MatchResult Match(long records, MatchModel? known, double? across, CancellationToken cancellation)
    {
        if (columns.Count == 0 || records < 2)
        {
            return new([], 0, known ?? new MatchModel([], 1e-12, 0, 0, 1), []);
        }

        var rules = new BlockingRules(session, options).Choose(columns, records, cancellation);
        planned?.Invoke(rules);
        var pairs = new CandidatePairs(session, levels);
        var patterns = pairs.Compare(rules.Count, across is not null, cancellation);
        var model = known ?? Fit(pairs, patterns, records, across ?? records * (records - 1) / 2.0, cancellation);
        var links = new LinkScoring(session, model).Score(patterns, MatchModel.WeightOf(options.Threshold), cancellation);
        return new(rules, patterns.Sum(p => p.Pairs), model, links);
    }

    private MatchModel Fit(CandidatePairs pairs, IReadOnlyList<PatternCount> patterns, long records, double possible, CancellationToken cancellation)
    {
        var random = pairs.Random(options.RandomRecords, cancellation);
        var equal = columns.Select((_, i) => pairs.Equal(i)).ToList();
        return new ExpectationMaximisation(new(levels, patterns, random, equal, records, possible)).Fit();
    }
}
