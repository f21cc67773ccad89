using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// A model of when customers buy and when they silently leave. Parameters are positive; gradients are those on their logarithms. Times are in one unit
/// throughout (weeks, say), and so are the rates.
/// </summary>
public abstract class PurchaseModel
{
    /// <summary>Its name on the command line and in declarations.</summary>
    public abstract string Name { get; }

    /// <summary>Its name for people, with its source.</summary>
    public abstract string Title { get; }

    /// <summary>Its parameters, in order, as the literature names them.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>What each parameter means.</summary>
    public abstract IReadOnlyList<string> Meanings { get; }

    /// <summary>
    /// What covariates of purchasing act on: the parameter whose logarithm falls by the covariate's coefficient, so that a positive one means more purchases.
    /// </summary>
    internal abstract IReadOnlyList<(int Parameter, int Sign)> OfPurchasing { get; }

    /// <summary>What covariates of leaving act on, and with which sign, so that a positive coefficient means leaving sooner.</summary>
    internal abstract IReadOnlyList<(int Parameter, int Sign)> OfLeaving { get; }

    /// <summary>A history that a customer of an age may have under the model.</summary>
    internal abstract PurchaseHistory Simulate(double[] parameters, double age, Random random);

    /// <summary>Where to start looking, given the mean age and the purchases per unit of time.</summary>
    internal abstract double[] Start(double meanAge, double rate);

    /// <summary>The log-likelihood of a cell, and its gradient on the parameters' logarithms, added to <paramref name="gradient"/>.</summary>
    /// <param name="parameters">The cell's parameters.</param>
    /// <param name="cell">The histories.</param>
    /// <param name="gradient">Added to.</param>
    public double LogLikelihood(ReadOnlySpan<double> parameters, HistoryCell cell, Span<double> gradient)
    {
        var sums = ParallelSum.Of(cell.Rows.Length, gradient.Length + 1, Prepare(parameters.ToArray(), cell));
        for (var i = 0; i < gradient.Length; i++)
        {
            gradient[i] += sums[i + 1];
        }

        return sums[0];
    }

    /// <summary>The probability that a customer has not left.</summary>
    public abstract double ProbabilityAlive(ReadOnlySpan<double> parameters, in PurchaseHistory history);

    /// <summary>Purchases expected within a horizon of a customer who has not left.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="repeatCount">x.</param>
    /// <param name="age">T.</param>
    /// <param name="horizon">From now on.</param>
    public abstract double ExpectedIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double horizon);

    /// <summary>Purchases expected of a customer within a time from the first purchase on, that one left out.</summary>
    public abstract double ExpectedOfNew(ReadOnlySpan<double> parameters, double time);

    /// <summary>The probability that a new customer makes no repeat purchase within a time.</summary>
    public abstract double ProbabilityOfNone(ReadOnlySpan<double> parameters, double time);

    /// <summary>Purchases expected within a horizon.</summary>
    public double ExpectedPurchases(ReadOnlySpan<double> parameters, in PurchaseHistory history, double horizon)
        => ProbabilityAlive(parameters, history) * ExpectedIfAlive(parameters, history.RepeatCount, history.CustomerAge, horizon);

    /// <summary>Purchases expected within a horizon of a customer who has not left, each discounted to now at a rate per unit of time, continuously.</summary>
    public double DiscountedIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double horizon, double rate)
    {
        var held = parameters.ToArray();
        if (rate <= 0)
        {
            return ExpectedIfAlive(held, repeatCount, age, horizon);
        }

        // By parts: ∫ e^(−δt) dE(t) = e^(−δH) E(H) + δ ∫ e^(−δt) E(t) dt.
        var integral = GaussLegendre.Of(24).Integrate(t => Math.Exp(-rate * t) * ExpectedIfAlive(held, repeatCount, age, t), 0, horizon);
        return (Math.Exp(-rate * horizon) * ExpectedIfAlive(held, repeatCount, age, horizon)) + (rate * integral);
    }

    /// <summary>Discounted expected residual transactions of a customer who has not left: all purchases to come, without end.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="repeatCount">x.</param>
    /// <param name="age">T.</param>
    /// <param name="rate">Discount per unit of time, continuously; positive.</param>
    public virtual double ResidualIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double rate)
    {
        var held = parameters.ToArray();
        var scale = Math.Max(1e-3, Scale(held) + age);

        // t = scale (e^v − 1) makes long tails short; beyond 40 / rate nothing is left.
        var end = SpecialFunctions.LogOnePlus(40 / (rate * scale));
        var panels = Math.Max(2, (int)Math.Ceiling(end / 2));
        var rule = GaussLegendre.Of(16);
        var sum = 0.0;
        for (var p = 0; p < panels; p++)
        {
            sum += rule.Integrate(
                v =>
                {
                    var t = scale * SpecialFunctions.ExpMinusOne(v);
                    return Math.Exp(-rate * t) * ExpectedIfAlive(held, repeatCount, age, t) * (scale + t);
                },
                end * p / panels, end * (p + 1) / panels);
        }

        return rate * sum;
    }

    /// <summary>Discounted expected residual transactions, at a continuous rate per unit of time.</summary>
    public double Residual(ReadOnlySpan<double> parameters, in PurchaseHistory history, double rate)
        => ProbabilityAlive(parameters, history) * ResidualIfAlive(parameters, history.RepeatCount, history.CustomerAge, rate);

    /// <summary>
    /// The residual, to some thousandths, of several sets of parameters near each other, by one rule, so that what is rough about it falls out of their ratios: for slopes, which a
    /// prediction needs by the thousand.
    /// </summary>
    internal double[] RoughResiduals(IReadOnlyList<double[]> parameters, int repeatCount, double age, double rate)
    {
        var scale = Math.Max(1e-3, Scale(parameters[0]) + age);
        var end = SpecialFunctions.LogOnePlus(40 / (rate * scale));
        return [.. parameters.Select(p => GaussLegendre.Of(24).Integrate(
            v =>
            {
                var t = scale * SpecialFunctions.ExpMinusOne(v);
                return Math.Exp(-rate * t) * ExpectedIfAlive(p, repeatCount, age, t) * (scale + t);
            },
            0, end))];
    }

    /// <summary>The parameter that has the unit of time.</summary>
    private protected abstract double Scale(double[] parameters);

    /// <summary>Computes what rows share and answers what sums rows: the log-likelihood first, then its gradient on the logarithms.</summary>
    private protected abstract RowSum Prepare(double[] parameters, HistoryCell cell);
}
