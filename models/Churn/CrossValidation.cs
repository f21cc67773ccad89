using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Churn;

/// <summary>Fits a model on some rows.</summary>
/// <param name="data">The rows.</param>
/// <param name="labels">0 or 1 per row.</param>
/// <param name="seed">Seed of whatever is left to chance.</param>
public delegate IScorer Learner(FeatureMatrix data, double[] labels, int seed);

/// <summary>How a model does on rows that it did not see.</summary>
/// <param name="Aucs">Mean area under the curve over the folds, one per run.</param>
/// <param name="Scores">Log-odds of each row in the first run, by the model that did not see it.</param>
public sealed record ValidatedScores(double[] Aucs, double[] Scores)
{
    /// <summary>Mean over the runs.</summary>
    public double Auc => Aucs.Average();

    /// <summary>Standard deviation over the runs; null of one run.</summary>
    public double? Spread => Aucs.Length < 2 ? null : Math.Sqrt(Aucs.Sum(a => (a - Auc) * (a - Auc)) / (Aucs.Length - 1));
}

/// <summary>Stratified cross-validation: in each run the rows of either class are dealt to folds by a seeded shuffle.</summary>
public static class CrossValidation
{
    /// <summary>Runs with seeds 1 … runs, each in as many folds; folds are fitted side by side.</summary>
    public static ValidatedScores Run(FeatureMatrix data, double[] labels, Learner learner, int folds, int runs, CancellationToken cancellation = default)
    {
        var aucs = new double[runs];
        var first = new double[labels.Length];
        for (var seed = 1; seed <= runs; seed++)
        {
            var fold = Deal(labels, folds, seed);
            var scores = new double[labels.Length];
            var each = new double[folds];
            var run = seed;
            Parallel.For(0, folds, new ParallelOptions { CancellationToken = cancellation }, f =>
            {
                var held = Rows(fold, f, isHeld: true);
                var learnt = Rows(fold, f, isHeld: false);
                var model = learner(data.Take(learnt), Array.ConvertAll(learnt, i => labels[i]), run * 100 + f);
                foreach (var i in held)
                    scores[i] = model.Score(data, i);
                each[f] = ClassifierMeasures.Auc(Array.ConvertAll(held, i => scores[i]), Array.ConvertAll(held, i => labels[i]));
            });
            aucs[seed - 1] = each.Average();
            if (seed == 1)
                first = scores;
        }

        return new ValidatedScores(aucs, first);
    }

    private static int[] Deal(double[] labels, int folds, int seed)
    {
        var random = new Random(seed);
        var fold = new int[labels.Length];
        foreach (var label in (double[])[0, 1])
        {
            var rows = Enumerable.Range(0, labels.Length).Where(i => labels[i] == label).ToArray();
            random.Shuffle(rows);
            for (var i = 0; i < rows.Length; i++)
                fold[rows[i]] = i % folds;
        }

        return fold;
    }

    private static int[] Rows(int[] fold, int which, bool isHeld) => [.. Enumerable.Range(0, fold.Length).Where(i => (fold[i] == which) == isHeld)];
}
