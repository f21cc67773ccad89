using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>Customers who left at the end of a period, and those still there after the last.</summary>
/// <param name="Left">Customers who left in period 1, 2 … (may be fractions when only shares are known).</param>
/// <param name="Staying">Customers still there after each period, of whom no more is known.</param>
public sealed record ContractLives(IReadOnlyList<double> Left, IReadOnlyList<double> Staying)
{
    /// <summary>All customers.</summary>
    public double Customers { get; } = Left.Sum() + Staying.Sum();

    /// <summary>Lives of customers of one cohort, from how many there are at the start and after each period.</summary>
    /// <param name="survivors">Customers at the start, after period 1, after period 2 …; never rising.</param>
    public static ContractLives OfSurvivors(IReadOnlyList<double> survivors)
        => new([.. survivors.Zip(survivors.Skip(1), (before, after) => before - after)], [.. Enumerable.Repeat(0.0, survivors.Count - 2), survivors[^1]]);
}

/// <summary>
/// How long customers under contract stay: sBG, with a beta probability of leaving that each customer keeps (Fader and Hardie 2007), and BdW, where it
/// rises or falls with time (Fader, Hardie, Liu, Davin and Steenburgh 2018). Parameters α, β and, for BdW, c.
/// </summary>
public sealed class ContractSurvival
{
    private ContractSurvival(string name, string title, IReadOnlyList<Estimated> parameters) => (Name, Title, Parameters) = (name, title, parameters);

    /// <summary>sBG.</summary>
    public static ContractSurvival ShiftedBetaGeometric { get; } =
        new("sbg", "sBG: how long customers under contract stay (Fader and Hardie 2007)", [new("alpha"), new("beta")]);

    /// <summary>BdW.</summary>
    public static ContractSurvival BetaDiscreteWeibull { get; } =
        new("bdw", "BdW: how long customers under contract stay, when leaving gets rarer or more frequent with time (Fader et al. 2018)", [new("alpha"), new("beta"), new("c")]);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its name for people.</summary>
    public string Title { get; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<Estimated> Parameters { get; }

    /// <summary>Fits it.</summary>
    public Estimates Fit(ContractLives lives)
    {
        double[][] starts = Parameters.Count == 2 ? [[1, 2], [0.5, 4], [5, 20]] : [[1, 2, 1], [0.5, 4, 1.3], [2, 10, 0.8]];
        return MaximumLikelihood.Fit(Parameters, starts, lives.Customers, (values, gradient) =>
        {
            var sum = 0.0;
            var (here, before) = (new double[gradient.Length], new double[gradient.Length]);
            var survivedBefore = LogSurvival(values, 0, before);
            for (var t = 1; t <= lives.Left.Count; t++)
            {
                var survived = LogSurvival(values, t, here);
                var leaving = Math.Exp(survivedBefore) - Math.Exp(survived);
                var (left, staying) = (lives.Left[t - 1], t <= lives.Staying.Count ? lives.Staying[t - 1] : 0);
                sum += (left > 0 ? left * Math.Log(leaving) : 0) + (staying > 0 ? staying * survived : 0);
                for (var i = 0; i < gradient.Length; i++)
                {
                    gradient[i] += values[i] * ((left * ((Math.Exp(survivedBefore) * before[i]) - (Math.Exp(survived) * here[i])) / leaving) + (staying * here[i]));
                }

                (here, before) = (before, here);
                survivedBefore = survived;
            }

            return sum;
        });
    }

    /// <summary>The share of customers still there after so many periods.</summary>
    public double Survival(ReadOnlySpan<double> parameters, double periods) => Math.Exp(LogSurvival(parameters, periods, null));

    /// <summary>Of customers still there after some periods, the share that stays one more.</summary>
    public double Retention(ReadOnlySpan<double> parameters, double periods)
        => Math.Exp(LogSurvival(parameters, periods + 1, null) - LogSurvival(parameters, periods, null));

    /// <summary>
    /// Periods to come, discounted, of a customer who has been there for some: discounted expected residual lifetime, the coming renewal included.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="periods">Periods so far.</param>
    /// <param name="discount">Discount per period; positive.</param>
    public double Residual(ReadOnlySpan<double> parameters, int periods, double discount)
    {
        var now = LogSurvival(parameters, periods, null);
        var (sum, factor) = (0.0, 1.0);
        for (var t = 1; t < 100_000; t++)
        {
            factor /= 1 + discount;
            var term = Math.Exp(LogSurvival(parameters, periods + t, null) - now) * factor;
            sum += term;
            if (term < 1e-14 * sum)
            {
                break;
            }
        }

        return sum;
    }

    // S(t) = B(α, β + t^c) / B(α, β); the gradient is on the parameters.
    private static double LogSurvival(ReadOnlySpan<double> values, double periods, double[]? gradient)
    {
        var (alpha, beta, c) = (values[0], values[1], values.Length > 2 ? values[2] : 1);
        var time = periods == 0 ? 0 : Math.Pow(periods, c);
        if (gradient is not null)
        {
            var later = SpecialFunctions.Digamma(alpha + beta + time);
            var both = SpecialFunctions.Digamma(alpha + beta);
            gradient[0] = both - later;
            gradient[1] = SpecialFunctions.Digamma(beta + time) - later - SpecialFunctions.Digamma(beta) + both;
            if (values.Length > 2)
            {
                gradient[2] = periods == 0 ? 0 : (SpecialFunctions.Digamma(beta + time) - later) * time * Math.Log(periods);
            }
        }

        return SpecialFunctions.LogBeta(alpha, beta + time) - SpecialFunctions.LogBeta(alpha, beta);
    }
}
