using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Tests.Models.Learning;

internal sealed class ClassifierTests
{
    [Test]
    public void LogisticFit_TwoGroups_HasTheirLogOdds()
    {
        // 3 of 10 and 8 of 10: the log-odds are known in closed form.
        var x = Enumerable.Range(0, 20).Select(i => i < 10 ? 0.0 : 1).ToArray();
        var y = Enumerable.Range(0, 20).Select(i => i is < 3 or >= 10 and < 18 ? 1.0 : 0).ToArray();

        var model = LogisticRegression.Fit(Matrix(x), y, 1e-9);

        Assert.That(model.Score(Matrix(0, 1), 0), Is.EqualTo(Math.Log(3 / 7.0)).Within(1e-6));
        Assert.That(model.Score(Matrix(0, 1), 1), Is.EqualTo(Math.Log(8 / 2.0)).Within(1e-6));
        Assert.That(model.LogLikelihood, Is.EqualTo(3 * Math.Log(.3) + 7 * Math.Log(.7) + 8 * Math.Log(.8) + 2 * Math.Log(.2)).Within(1e-8));
        Assert.That(model.StandardErrors[0] / model.Scales[0], Is.EqualTo(Math.Sqrt(1 / 3.0 + 1 / 7.0 + 1 / 8.0 + 1 / 2.0)).Within(1e-5));
    }

    [Test]
    public void LogisticFit_SeparatedConstantAndMissing_StaysFinite()
    {
        var separated = new FeatureMatrix(
            [new("a", "a"), new("same", "same"), new("none", "none")], [[1, 2, 3, 4], [7, 7, 7, 7], [double.NaN, double.NaN, double.NaN, double.NaN]], 4);

        var model = LogisticRegression.Fit(separated, [0, 0, 1, 1]);

        Assert.That(model.Weights, Is.All.Matches<double>(double.IsFinite));
        Assert.That(model.Weights[0], Is.GreaterThan(0));
        Assert.That(model.Weights[1..], Is.All.Zero);
    }

    [Test]
    public void Learners_ContributionsAndBase_SumToTheScore([Values] bool boosted)
    {
        var (data, labels) = Simulated(400);
        IScorer model = boosted ? GradientBoosting.Fit(data, labels, new BoostingOptions(Trees: 30)) : LogisticRegression.Fit(data, labels);

        for (var i = 0; i < data.Rows; i++)
            Assert.That(model.Base + model.Contributions(data, i).Sum(), Is.EqualTo(model.Score(data, i)).Within(1e-9));
    }

    [Test]
    public void Boosting_SameSeed_GivesTheSame_AndAnotherDoesNot()
    {
        var (data, labels) = Simulated(400);
        double[] Scores(int seed) => [.. Enumerable.Range(0, data.Rows).Select(i => GradientBoosting.Fit(data, labels, new BoostingOptions(Trees: 5, Seed: seed)).Score(data, i))];

        Assert.That(Scores(3), Is.EqualTo(Scores(3)));
        Assert.That(Scores(3), Is.Not.EqualTo(Scores(4)));
    }

    [Test]
    public void Boosting_ExclusiveOr_IsLearntWhereALineIsNot()
    {
        var random = new Random(1);
        var a = Enumerable.Range(0, 1000).Select(_ => random.NextDouble()).ToArray();
        var b = Enumerable.Range(0, 1000).Select(_ => random.NextDouble()).ToArray();
        var y = a.Zip(b, (p, q) => (p > 0.5) != (q > 0.5) ? 1.0 : 0).ToArray();
        var data = new FeatureMatrix([new("a", "a"), new("b", "b")], [a, b], 1000);
        double Auc(IScorer model) => ClassifierMeasures.Auc([.. Enumerable.Range(0, 1000).Select(i => model.Score(data, i))], y);

        Assert.That(Auc(GradientBoosting.Fit(data, y, new BoostingOptions(Trees: 100))), Is.GreaterThan(0.99));
        Assert.That(Auc(LogisticRegression.Fit(data, y)), Is.LessThan(0.6));
    }

    [Test]
    public void Auc_RandomScoresWithTies_IsTheShareOfOrderedPairs()
    {
        var random = new Random(2);
        for (var round = 0; round < 200; round++)
        {
            var scores = Enumerable.Range(0, 30).Select(_ => (double)random.Next(8)).ToArray();
            var labels = Enumerable.Range(0, 30).Select(i => i == 0 ? 1.0 : i == 1 ? 0 : random.Next(2)).ToArray();
            var pairs = from p in Enumerable.Range(0, 30) where labels[p] == 1 from n in Enumerable.Range(0, 30) where labels[n] == 0 select Math.Sign(scores[p] - scores[n]) / 2.0 + 0.5;

            Assert.That(ClassifierMeasures.Auc(scores, labels), Is.EqualTo(pairs.Average()).Within(1e-12));
            var auc = ClassifierMeasures.Auc(Array.ConvertAll(scores, s => -s), labels);
            Assert.That(auc + ClassifierMeasures.Auc(scores, labels), Is.EqualTo(1).Within(1e-12));
        }
    }

    [Test]
    public void Measures_ByHand_AreAsDefined()
    {
        double[] scores = [0.9, 0.8, 0.7, 0.1];
        double[] labels = [1, 0, 1, 0];

        Assert.That(ClassifierMeasures.AveragePrecision(scores, labels), Is.EqualTo((1 + 2 / 3.0) / 2).Within(1e-12));
        Assert.That(ClassifierMeasures.Lift(scores, labels, 0.25), Is.EqualTo(2));
        Assert.That(ClassifierMeasures.Lift(scores, labels, 1), Is.EqualTo(1));
        Assert.That(ClassifierMeasures.Brier(scores, labels), Is.EqualTo((0.01 + 0.64 + 0.09 + 0.01) / 4).Within(1e-12));
        Assert.That(ClassifierMeasures.Auc(scores, [1, 1, 1, 1]), Is.NaN);
    }

    [Test]
    public void Calibration_SumsToWhatHappened_AndKeepsTheOrder()
    {
        var (data, labels) = Simulated(500);
        var scores = data.Columns[0].Select(v => 3 * v - 1).ToArray();

        var calibration = PlattCalibration.Fit(scores, labels);

        Assert.That(scores.Sum(calibration.Probability), Is.EqualTo(labels.Sum()).Within(1e-6));
        Assert.That(scores.Order().Select(calibration.Probability), Is.Ordered.And.All.InRange(0, 1));
    }

    internal static (FeatureMatrix Data, double[] Labels) Simulated(int rows)
    {
        var random = new Random(7);
        var x = Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray();
        var z = Enumerable.Range(0, rows).Select(_ => random.Next(5) == 0 ? double.NaN : random.Next(4)).ToArray();
        var y = x.Zip(z, (a, b) => random.NextDouble() < LogisticRegression.Sigmoid(3 * a - 2 + (double.IsNaN(b) ? 1 : 0)) ? 1.0 : 0).ToArray();
        return (new FeatureMatrix([new("x", "x"), new("z", "z")], [x, z], rows), y);
    }

    private static FeatureMatrix Matrix(params double[] column) => new([new("x", "x")], [column], column.Length);
}
