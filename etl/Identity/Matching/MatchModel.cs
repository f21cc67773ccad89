using Crm.Analytics.Etl.Identity.Normalising;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>What is known of one column's agreement; shares of pairs at each level, from different to equal, missing values aside.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Levels">Names of its levels, from different to equal.</param>
/// <param name="M">Among matches; sums to 1.</param>
/// <param name="U">Among pairs that have nothing to do with each other.</param>
/// <param name="Household">Among two persons of one household.</param>
/// <param name="Neighbours">Among two persons of one place.</param>
/// <param name="SmallestU">The least that <c>u</c> of equal values is taken to be, however rare the value.</param>
/// <param name="Filled">Records with a value, when it was estimated.</param>
public sealed record ColumnParameters(
    string Name, MatchKind Kind, IReadOnlyList<string> Levels, IReadOnlyList<double> M, IReadOnlyList<double> U, IReadOnlyList<double> Household,
    IReadOnlyList<double> Neighbours, double SmallestU, long Filled)
{
    /// <summary>The weight of a level, in bits: log2(m/u); 0 for a missing value (level 0).</summary>
    public double Weight(int level) => level == 0 ? 0 : Math.Log2(M[level - 1] / U[level - 1]);
}

/// <summary>
/// A fitted model after Fellegi and Sunter (1969), estimated as published for Splink. A pair's weight is log2 of its odds of being a match: the prior's,
/// log2(λ/(1-λ)), and of each column log2(m/u). Columns are not independent among people who live together: they share surname, address and telephone.
/// So pairs that are no match are of three kinds, each with its own shares of levels: unrelated, of one place, of one household.
/// </summary>
/// <param name="Columns">The columns.</param>
/// <param name="Lambda">λ: share of matches among all pairs of records, 0–1.</param>
/// <param name="HouseholdLambda">Share of pairs of one household.</param>
/// <param name="NeighbourLambda">Share of pairs of one place.</param>
/// <param name="RecordsPerValue">How many records one person has on average: so often a value occurs without being common.</param>
public sealed record MatchModel(IReadOnlyList<ColumnParameters> Columns, double Lambda, double HouseholdLambda, double NeighbourLambda, double RecordsPerValue)
{
    /// <summary>The prior's weight, in bits; negative.</summary>
    public double PriorWeight => Math.Log2(Lambda / (1 - Lambda));

    /// <summary>A pattern's weight, in bits: the odds of a match against every other kind of pair.</summary>
    public double Weight(long pattern) => Both(Apart(pattern), Related(pattern));

    /// <summary>The odds of a match against unrelated people and neighbours, in bits.</summary>
    public double Apart(long pattern) =>
        Of(pattern, Lambda, c => c.M) + Both(
            -Of(pattern, Math.Max(1e-9, 1 - Lambda - HouseholdLambda - NeighbourLambda), c => c.U), -Of(pattern, NeighbourLambda, c => c.Neighbours));

    /// <summary>The odds of a match against another person of the household, in bits.</summary>
    public double Related(long pattern) => Of(pattern, Lambda, c => c.M) - Of(pattern, HouseholdLambda, c => c.Household);

    /// <summary>The level of a column in a pattern.</summary>
    public static int Level(long pattern, int column) => (int)(pattern >> (ComparisonLevels.Bits * column)) & ((1 << ComparisonLevels.Bits) - 1);

    /// <summary>The probability of a weight, 0–1.</summary>
    public static double Probability(double weight) => 1 / (1 + Math.Pow(2, -weight));

    /// <summary>The weight of a probability, in bits.</summary>
    public static double WeightOf(double probability) => Math.Log2(probability / (1 - probability));

    /// <summary>Odds against two alternatives together, from the odds against each, in bits.</summary>
    internal static double Both(double one, double other) => Math.Min(one, other) - Math.Log2(1 + Math.Pow(2, Math.Min(one, other) - Math.Max(one, other)));

    private double Of(long pattern, double lambda, Func<ColumnParameters, IReadOnlyList<double>> shares)
    {
        var log = Math.Log2(lambda);
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Level(pattern, i) is > 0 and var level)
            {
                log += Math.Log2(shares(Columns[i])[level - 1]);
            }
        }

        return log;
    }
}
