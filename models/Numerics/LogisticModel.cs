namespace Crm.Analytics.Models.Numerics;

/// <summary>A fitted logistic regression.</summary>
/// <param name="Intercept">Log-odds of a row at every column's mean.</param>
/// <param name="Weights">Change of the log-odds per standard deviation of a column; 0 for constant columns.</param>
/// <param name="StandardErrors">Standard errors of the weights, by the curvature at the penalised optimum.</param>
/// <param name="Means">Means of the columns in the data it was fitted on.</param>
/// <param name="Scales">Standard deviations of the columns; 0 for constant columns.</param>
/// <param name="LogLikelihood">Log-likelihood without the penalty.</param>
/// <param name="Iterations">Newton steps taken.</param>
public sealed record LogisticModel(
    double Intercept, double[] Weights, double[] StandardErrors, double[] Means, double[] Scales, double LogLikelihood, int Iterations) : IScorer
{
    /// <inheritdoc/>
    public double Base => Intercept;

    /// <inheritdoc/>
    public double Score(FeatureMatrix data, int row)
    {
        var score = Intercept;
        for (var j = 0; j < Weights.Length; j++)
            score += Contribution(data, row, j);
        return score;
    }

    /// <inheritdoc/>
    public double[] Contributions(FeatureMatrix data, int row)
        => [.. Enumerable.Range(0, Weights.Length).Select(j => Contribution(data, row, j))];

    private double Contribution(FeatureMatrix data, int row, int column)
        => Scales[column] > 0 && data.Columns[column][row] is var value && double.IsFinite(value)
            ? Weights[column] * (value - Means[column]) / Scales[column]
            : 0;
}

/// <summary>A fitted model that gives each row log-odds, and says what each column added to them.</summary>
public interface IScorer
{
    /// <summary>The log-odds before any column has spoken.</summary>
    double Base { get; }

    /// <summary>The log-odds of one row.</summary>
    double Score(FeatureMatrix data, int row);

    /// <summary>What each feature adds to the log-odds of one row; they and <see cref="Base"/> sum to <see cref="Score"/>.</summary>
    double[] Contributions(FeatureMatrix data, int row);
}
