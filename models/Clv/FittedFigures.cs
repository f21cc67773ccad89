using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>What is told of a fit beside its scores: figures of its quality, and the ends of intervals by the delta method.</summary>
internal static class FittedFigures
{
    /// <summary>In words, that the data do not tell the parameters.</summary>
    public static string Untold(Estimates fit)
        => $"no scores: the data do not tell {(fit.Unidentified.Count > 0 ? string.Join(", ", fit.Unidentified) : "the parameters")} (very different values explain them equally well)";

    /// <summary>Estimates, standard errors and likelihood as figures of quality; nine digits, so that the same data make the same row.</summary>
    public static Dictionary<string, double?> Of(Estimates fit, double customers)
    {
        var quality = new Dictionary<string, double?>();
        for (var i = 0; i < fit.Values.Length; i++)
        {
            quality[fit.Parameters[i].Name] = Rounded(fit.Values[i]);
            quality[$"{fit.Parameters[i].Name}_error"] = fit.StandardError(i) is { } error ? Rounded(error) : null;
        }

        var likelihood = new LikelihoodFit(fit.LogLikelihood, fit.Values.Length, (long)customers);
        (quality["log_likelihood"], quality["aic"], quality["bic"], quality["customers"]) = (Rounded(likelihood.LogLikelihood), Rounded(likelihood.Aic), Rounded(likelihood.Bic), customers);
        return quality;
    }

    /// <summary>A figure to nine digits; null when it is none.</summary>
    public static double? Rounded(double number)
        => double.IsFinite(number) ? double.Parse(number.ToString("G9", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;

    /// <summary>Ends of a probability's 95 % interval, symmetric on the logit.</summary>
    public static (double Low, double High) OfProbability(Estimates fit, Func<double[], double> probability)
    {
        var value = probability(fit.Values);
        if (value is <= 0 or >= 1 || fit.StandardErrorOf(v => Logit(probability(v))) is not { } error || !double.IsFinite(error))
        {
            return (value, value);
        }

        var half = Normal.NinetyFive * error;
        return (LogisticRegression.Sigmoid(Logit(value) - half), LogisticRegression.Sigmoid(Logit(value) + half));
    }

    /// <summary>Ends of a positive figure's 95 % interval, symmetric on the logarithm.</summary>
    public static (double Low, double High) OfPositive(Estimates fit, Func<double[], double> figure)
    {
        var value = figure(fit.Values);
        var half = value > 0 && fit.StandardErrorOf(v => Math.Log(figure(v))) is { } error && double.IsFinite(error) ? Normal.NinetyFive * error : 0;
        return (value * Math.Exp(-half), value * Math.Exp(half));
    }

    private static double Logit(double p) => Math.Log(p) - SpecialFunctions.LogOnePlus(-p);
}
