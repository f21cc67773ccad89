using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>A fitted Gamma-Gamma model, or why there is none.</summary>
/// <param name="Estimates">p, q, γ; null when there was nothing to fit.</param>
/// <param name="Doubts">Where its assumptions do not hold, in plain words.</param>
/// <param name="Correlation">Correlation of frequency and average spend; null when unknown.</param>
public sealed record SpendModel(Estimates? Estimates, IReadOnlyList<string> Doubts, double? Correlation)
{
    /// <summary>Correlation of frequency and spend from which the assumption of independence is doubted.</summary>
    public const double Correlated = 0.3;

    /// <summary>Whether values can be predicted.</summary>
    public bool IsUsable => Estimates is { Identified: true } && Estimates.Values[1] > 1;

    /// <summary>Fits it, and looks whether it can be believed.</summary>
    /// <param name="spend">Customers with positive repeat spend.</param>
    /// <param name="correlation">Correlation of frequency and average spend among them.</param>
    public static SpendModel Of(IReadOnlyList<SpendHistory> spend, double? correlation)
    {
        var customers = spend.Sum(s => s.Customers);
        if (customers < 30)
        {
            return new(null, [$"only {customers:N0} customers have repeat purchases of positive value; at least 30 are needed to tell what a purchase is worth"], correlation);
        }

        if (spend.Select(s => s.AverageRepeatValue).Distinct().Count() < 3)
        {
            return new(null, ["all purchases have the same value, so there is nothing to estimate"], correlation);
        }

        var fit = GammaGamma.Fit(spend);
        var doubts = new List<string>();
        if (!fit.Identified)
        {
            doubts.Add(fit.Unidentified.Count > 0
                ? $"the spend does not tell {string.Join(", ", fit.Unidentified)}, so no value is predicted" : "no maximum of the likelihood of the spend was found, so no value is predicted");
        }
        else if (fit.Values[1] <= 1)
        {
            doubts.Add($"q = {fit.Values[1]:0.###} is not above 1: the mean value of a purchase is infinite under the model, so no value is predicted");
        }

        if (Math.Abs(correlation ?? 0) > Correlated)
        {
            doubts.Add($"frequency and spend are correlated ({correlation:0.00}); the model takes them to be independent, so values of frequent customers are {(correlation > 0 ? "under" : "over")}stated");
        }

        return new(fit, doubts, correlation);
    }
}
