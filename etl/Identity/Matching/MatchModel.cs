using Crm.Analytics.Etl.Identity.Normalising;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>What is known of one column's agreement.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Levels">Names of its levels, from different to equal.</param>
/// <param name="M">Share of matches at each level; sums to 1 (missing values aside).</param>
/// <param name="U">Share of other pairs at each level; sums to about 1.</param>
/// <param name="SmallestU">The least that <c>u</c> of equal values is taken to be, however rare the value.</param>
/// <param name="Filled">Records with a value, when it was estimated.</param>
public sealed record ColumnParameters(
    string Name, MatchKind Kind, IReadOnlyList<string> Levels, IReadOnlyList<double> M, IReadOnlyList<double> U, double SmallestU, long Filled)
{
    /// <summary>The weight of a level, in bits: log2(m/u); 0 for a missing value (level 0).</summary>
    public double Weight(int level) => level == 0 ? 0 : Math.Log2(M[level - 1] / U[level - 1]);
}

/// <summary>
/// A fitted Fellegi–Sunter model: a pair's weight is the sum of its columns' weights log2(m/u) and of the prior's, log2(λ/(1-λ)); its probability of being
/// a match is 2^w/(1+2^w). (Fellegi and Sunter 1969; the estimation as published for Splink.)
/// </summary>
/// <param name="Columns">The columns.</param>
/// <param name="Lambda">λ: share of matches among all pairs of records, 0–1.</param>
/// <param name="RecordsPerValue">How many records one person has on average, which its rare values are shared by without being common.</param>
public sealed record MatchModel(IReadOnlyList<ColumnParameters> Columns, double Lambda, double RecordsPerValue)
{
    /// <summary>The prior's weight, in bits; negative.</summary>
    public double PriorWeight => Math.Log2(Lambda / (1 - Lambda));

    /// <summary>A pattern's weight with the prior's, in bits.</summary>
    public double Weight(long pattern)
    {
        var weight = PriorWeight;
        for (var i = 0; i < Columns.Count; i++)
        {
            weight += Columns[i].Weight(Level(pattern, i));
        }

        return weight;
    }

    /// <summary>The level of a column in a pattern.</summary>
    public static int Level(long pattern, int column) => (int)(pattern >> (ComparisonLevels.Bits * column)) & ((1 << ComparisonLevels.Bits) - 1);

    /// <summary>The probability of a weight, 0–1.</summary>
    public static double Probability(double weight) => 1 / (1 + Math.Pow(2, -weight));

    /// <summary>The weight of a probability, in bits.</summary>
    public static double WeightOf(double probability) => Math.Log2(probability / (1 - probability));
}
