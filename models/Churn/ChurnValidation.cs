using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Churn;

/// <summary>How well a learner foretold labels it had not seen.</summary>
/// <param name="Name">logistic or boosted.</param>
/// <param name="Auc">Area under the curve: mean of the runs of cross-validation.</param>
/// <param name="AucSpread">Standard deviation over the runs; null of one.</param>
/// <param name="AveragePrecision">Area under precision over recall.</param>
/// <param name="Lift">Rate among the tenth of the rows with the highest scores, over the rate of all.</param>
/// <param name="Brier">Mean squared error of the calibrated probabilities.</param>
/// <param name="RawBrier">The same before calibration.</param>
/// <param name="LogLoss">Mean −ln of the probability of what happened, calibrated.</param>
/// <param name="Calibration">From scores to probabilities, fitted on rows the model had not seen.</param>
/// <param name="Reliability">Foretold and observed rates by tenths.</param>
public sealed record ChurnValidation(
    string Name, double Auc, double? AucSpread, double AveragePrecision, double Lift, double Brier, double RawBrier, double LogLoss,
    PlattCalibration Calibration, IReadOnlyList<ReliabilityGroup> Reliability)
{
    /// <summary>Both learners, by the name they are told by.</summary>
    public static IReadOnlyDictionary<string, Learner> Learners(double penalty, BoostingOptions boosting) => new Dictionary<string, Learner>
    {
        ["logistic"] = (data, labels, _) => LogisticRegression.Fit(data, labels, penalty),
        ["boosted"] = (data, labels, seed) => GradientBoosting.Fit(data, labels, boosting with { Seed = seed }),
    };

    /// <summary>Measures scores of rows that the models that gave them had not seen.</summary>
    public static ChurnValidation Of(string name, ValidatedScores scores, double[] labels)
    {
        var calibration = PlattCalibration.Fit(scores.Scores, labels);
        var probabilities = Array.ConvertAll(scores.Scores, calibration.Probability);
        var raw = Array.ConvertAll(scores.Scores, LogisticRegression.Sigmoid);
        return new ChurnValidation(
            name, scores.Auc, scores.Spread, ClassifierMeasures.AveragePrecision(scores.Scores, labels), ClassifierMeasures.Lift(scores.Scores, labels, 0.1),
            ClassifierMeasures.Brier(probabilities, labels), ClassifierMeasures.Brier(raw, labels), ClassifierMeasures.LogLoss(probabilities, labels),
            calibration, ClassifierMeasures.Reliability(probabilities, labels));
    }
}
