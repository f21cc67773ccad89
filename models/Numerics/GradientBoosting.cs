namespace Crm.Analytics.Models.Numerics;

/// <summary>How trees are boosted.</summary>
/// <param name="Trees">Trees in all.</param>
/// <param name="Depth">Questions from a root to a leaf.</param>
/// <param name="LearningRate">Share of each tree's answer that is taken.</param>
/// <param name="Subsample">Share of the rows that each tree sees.</param>
/// <param name="Penalty">L2 penalty on leaf values.</param>
/// <param name="LeastRows">Rows that a leaf needs at least.</param>
/// <param name="Seed">Seed of the row sampling.</param>
public sealed record BoostingOptions(
    int Trees = 200, int Depth = 3, double LearningRate = 0.05, double Subsample = 0.6, double Penalty = 3, int LeastRows = 10, int Seed = 1);

/// <summary>
/// Gradient-boosted trees for two classes: Newton steps on the logistic loss (Friedman 2001; Chen and Guestrin 2016) over histograms of at most
/// 64 bins per column, each tree on a seeded sample of the rows. A missing value has a bin of its own and goes where it lowers the loss more.
/// </summary>
public static class GradientBoosting
{
    /// <summary>Fits the trees; the same rows, labels and options give the same trees.</summary>
    /// <param name="data">The rows; NaN is missing.</param>
    /// <param name="labels">0 or 1 per row.</param>
    /// <param name="options">How.</param>
    public static BoostedModel Fit(FeatureMatrix data, double[] labels, BoostingOptions options)
    {
        var bins = HistogramBins.Of(data);
        var rate = Math.Clamp(labels.Average(), 1e-6, 1 - 1e-6);
        var start = LogisticRegression.Logit(rate);
        var scores = Enumerable.Repeat(start, data.Rows).ToArray();
        var gradients = new double[data.Rows];
        var hessians = new double[data.Rows];
        var random = new Random(options.Seed);
        var order = Enumerable.Range(0, data.Rows).ToArray();
        var taken = Math.Max(1, (int)(options.Subsample * data.Rows));
        var trees = new List<BoostedTree>(options.Trees);
        var grower = new TreeGrower(bins, options);
        for (var t = 0; t < options.Trees; t++)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                var p = LogisticRegression.Sigmoid(scores[i]);
                gradients[i] = p - labels[i];
                hessians[i] = Math.Max(p * (1 - p), 1e-12);
            }

            if (taken < order.Length)
                Sample(order, taken, random);
            var tree = grower.Grow(order.AsSpan(0, taken).ToArray(), gradients, hessians);
            trees.Add(tree);
            for (var i = 0; i < scores.Length; i++)
                scores[i] += tree.ValueOf(bins, i);
        }

        return new BoostedModel(start, bins.Cuts, trees);
    }

    // The first places of a Fisher–Yates shuffle.
    private static void Sample(int[] order, int taken, Random random)
    {
        for (var i = 0; i < taken; i++)
        {
            var other = random.Next(i, order.Length);
            (order[i], order[other]) = (order[other], order[i]);
        }
    }
}

/// <summary>Fitted boosted trees.</summary>
public sealed class BoostedModel(double start, double[][] cuts, IReadOnlyList<BoostedTree> trees) : IScorer
{
    /// <inheritdoc/>
    public double Base { get; } = start + trees.Sum(t => t.Root.Mean);

    /// <summary>The trees.</summary>
    public IReadOnlyList<BoostedTree> Trees { get; } = trees;

    /// <inheritdoc/>
    public double Score(FeatureMatrix data, int row) => start + Trees.Sum(tree => tree.Walk(Bin(data, row), null));

    /// <summary>
    /// Along each tree's path, the change of the expected value at a question is counted for the column that was asked (Saabas 2014).
    /// </summary>
    public double[] Contributions(FeatureMatrix data, int row)
    {
        var sums = new double[cuts.Length];
        foreach (var tree in Trees)
            tree.Walk(Bin(data, row), sums);
        return sums;
    }

    private Func<int, int> Bin(FeatureMatrix data, int row) => feature => HistogramBins.BinOf(cuts[feature], data.Columns[feature][row]);
}
