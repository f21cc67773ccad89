namespace Crm.Analytics.Models.Numerics;

/// <summary>
/// Scores to probabilities: <c>p = 1/(1 + e^−(slope·score + offset))</c>, fitted on scores of rows the model had not seen (Platt 1999). It keeps the order
/// of the scores, and on the rows it was fitted on the probabilities sum to the positives.
/// </summary>
/// <param name="Slope">Factor on the log-odds, never negative; 1 means they were right.</param>
/// <param name="Offset">Added log-odds.</param>
public sealed record PlattCalibration(double Slope, double Offset)
{
    /// <summary>Fits slope and offset by maximum likelihood.</summary>
    /// <param name="scores">Log-odds by a model that did not see these rows.</param>
    /// <param name="labels">0 or 1.</param>
    public static PlattCalibration Fit(double[] scores, double[] labels)
    {
        var model = LogisticRegression.Fit(new FeatureMatrix([new Feature("score", "score")], [scores], scores.Length), labels, 1e-6);
        var slope = model.Scales[0] > 0 ? model.Weights[0] / model.Scales[0] : 0;
        return slope <= 0
            ? new PlattCalibration(0, LogisticRegression.Logit(Math.Clamp(labels.Average(), 1e-6, 1 - 1e-6)))
            : new PlattCalibration(slope, model.Intercept - slope * model.Means[0]);
    }

    /// <summary>The probability of a score, 0–1.</summary>
    public double Probability(double score) => LogisticRegression.Sigmoid(Slope * score + Offset);
}
