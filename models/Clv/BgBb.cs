using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>What BG/BB knows of customers: purchases at given occasions (yearly donations, conference visits).</summary>
/// <param name="RepeatCount">x: occasions with a purchase after the first one.</param>
/// <param name="LastOccasion">t_x: the last of them, counted from 1; 0 when x is 0.</param>
/// <param name="Occasions">n: occasions after the first purchase.</param>
/// <param name="Customers">How many customers.</param>
public readonly record struct OccasionHistory(int RepeatCount, int LastOccasion, int Occasions, double Customers = 1);

/// <summary>
/// BG/BB: buying or not at each occasion, with a beta probability, until leaving, with a beta probability before each occasion (Fader, Hardie and Shang
/// 2010). Parameters α, β (buying) and γ, δ (leaving).
/// </summary>
public static class BgBb
{
    /// <summary>Its parameters.</summary>
    public static IReadOnlyList<Estimated> Parameters { get; } = [new("alpha"), new("beta"), new("gamma"), new("delta")];

    /// <summary>What each parameter means.</summary>
    public static IReadOnlyList<string> Meanings { get; } =
    [
        "buying at an occasion: alpha / (alpha + beta) on average", "buying at an occasion: alpha / (alpha + beta) on average",
        "leaving before an occasion: gamma / (gamma + delta) on average", "leaving before an occasion: gamma / (gamma + delta) on average",
    ];

    /// <summary>Fits it.</summary>
    public static Estimates Fit(IReadOnlyList<OccasionHistory> histories)
        => MaximumLikelihood.Fit(Parameters, [[1, 1, 0.5, 2], [0.5, 1, 1, 5], [2, 2, 0.2, 2]], histories.Sum(h => h.Customers), (values, gradient) =>
        {
            var sum = 0.0;
            var own = new double[4];
            foreach (var history in histories)
            {
                sum += history.Customers * LogLikelihood(values, history, own);
                for (var i = 0; i < 4; i++)
                {
                    gradient[i] += history.Customers * values[i] * own[i];
                }
            }

            return sum;
        });

    /// <summary>The probability that a customer has not left before the next occasion but is still there for <paramref name="ahead"/> more.</summary>
    /// <param name="parameters">α, β, γ, δ.</param>
    /// <param name="history">The customer.</param>
    /// <param name="ahead">0: after the last occasion; 1: at the next one, and so on.</param>
    public static double ProbabilityAlive(ReadOnlySpan<double> parameters, in OccasionHistory history, int ahead = 1)
    {
        var (alpha, beta, gamma, delta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var (x, n) = (history.RepeatCount, history.Occasions);
        var stayed = SpecialFunctions.LogBeta(alpha + x, beta + n - x) - SpecialFunctions.LogBeta(alpha, beta)
            + SpecialFunctions.LogBeta(gamma, delta + n + ahead) - SpecialFunctions.LogBeta(gamma, delta);
        return Math.Exp(stayed - LogLikelihood(parameters, history, null));
    }

    /// <summary>Purchases expected at the next occasions, each discounted by the occasions until then.</summary>
    /// <param name="parameters">α, β, γ, δ.</param>
    /// <param name="history">The customer.</param>
    /// <param name="occasions">How many occasions.</param>
    /// <param name="discount">Discount per occasion, 0 for none.</param>
    public static double ExpectedPurchases(ReadOnlySpan<double> parameters, in OccasionHistory history, int occasions, double discount = 0)
    {
        var (alpha, beta, gamma, delta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var n = history.Occasions;
        var buying = (alpha + history.RepeatCount) / (alpha + beta + n);
        var alive = ProbabilityAlive(parameters, history, 1);
        var (sum, factor) = (0.0, 1 / (1 + discount));
        for (var ahead = 1; ahead <= occasions; ahead++)
        {
            sum += alive * factor;
            alive *= (delta + n + ahead) / (gamma + delta + n + ahead);
            factor /= 1 + discount;
        }

        return buying * sum;
    }

    /// <summary>The log-likelihood of a customer; with <paramref name="gradient"/>, its gradient on the parameters.</summary>
    internal static double LogLikelihood(ReadOnlySpan<double> parameters, in OccasionHistory history, double[]? gradient)
    {
        var (alpha, beta, gamma, delta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var (x, last, n) = (history.RepeatCount, history.LastOccasion, history.Occasions);
        var norm = SpecialFunctions.LogBeta(alpha, beta) + SpecialFunctions.LogBeta(gamma, delta);
        var terms = new (double Log, double A, double B, double C, double D)[n - last + 1];
        terms[0] = (0, alpha + x, beta + n - x, gamma, delta + n);
        for (var i = 0; i < n - last; i++)
        {
            terms[i + 1] = (0, alpha + x, beta + last - x + i, gamma + 1, delta + last + i);
        }

        var high = double.NegativeInfinity;
        foreach (ref var term in terms.AsSpan())
        {
            term.Log = SpecialFunctions.LogBeta(term.A, term.B) + SpecialFunctions.LogBeta(term.C, term.D) - norm;
            high = Math.Max(high, term.Log);
        }

        var sum = terms.Sum(t => Math.Exp(t.Log - high));
        if (gradient is not null)
        {
            var (ofBuying, ofLeaving) = (SpecialFunctions.Digamma(alpha + beta), SpecialFunctions.Digamma(gamma + delta));
            (gradient[0], gradient[1]) = (ofBuying - SpecialFunctions.Digamma(alpha), ofBuying - SpecialFunctions.Digamma(beta));
            (gradient[2], gradient[3]) = (ofLeaving - SpecialFunctions.Digamma(gamma), ofLeaving - SpecialFunctions.Digamma(delta));
            foreach (var term in terms)
            {
                var share = Math.Exp(term.Log - high) / sum;
                var (both, others) = (SpecialFunctions.Digamma(term.A + term.B), SpecialFunctions.Digamma(term.C + term.D));
                gradient[0] += share * (SpecialFunctions.Digamma(term.A) - both);
                gradient[1] += share * (SpecialFunctions.Digamma(term.B) - both);
                gradient[2] += share * (SpecialFunctions.Digamma(term.C) - others);
                gradient[3] += share * (SpecialFunctions.Digamma(term.D) - others);
            }
        }

        return high + Math.Log(sum);
    }
}
