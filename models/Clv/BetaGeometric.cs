using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// Purchases to come of a customer who has not left, when the rate is gamma (shape R, scale A), and each purchase is the last with a probability that is
/// beta (a, B): E[(1 − e^(−λpt)) / p]. Fader, Hardie and Lee 2005, equation 10, in a form that neither overflows nor loses digits.
/// </summary>
internal static class BetaGeometric
{
    // Above this the series is slow and the integral over p is taken.
    private const double SlowFrom = 0.92;

    /// <summary>Expected purchases within a time t ≥ 0.</summary>
    public static double Expected(double shape, double scale, double a, double b, double t)
    {
        if (!(t > 0))
        {
            return 0;
        }

        var z = t / (scale + t);
        return z < SlowFrom ? BySeries(shape, scale, a, b, t, z) : ByIntegral(shape, scale, a, b, t);
    }

    // With ε = a − 1, Euler's transform of the published 2F1 is (1 − z)^ε (1 + ε S); taking ε out makes a → 1 an ordinary case.
    private static double BySeries(double shape, double scale, double a, double b, double t, double z)
    {
        var c = a + b - 1;
        var epsilon = a - 1;
        var log = -SpecialFunctions.LogOnePlus(t / scale);
        var (term, sum) = ((c - shape) / c * z, 0.0);
        for (var n = 1; n < 100_000; n++)
        {
            sum += term;
            if (Math.Abs(term) <= 1e-17 * Math.Abs(sum))
            {
                break;
            }

            term *= (c - shape + n) * (a + n - 1) / ((c + n) * (n + 1)) * z;
        }

        var power = epsilon * log;
        var first = Math.Abs(epsilon) < 1e-300 ? -log : -SpecialFunctions.ExpMinusOne(power) / epsilon;
        return c * (first - (sum * Math.Exp(power)));
    }

    // The trapezoid rule on the logit of p: the integrand is analytic in a strip, so that it is exact to rounding at this step.
    private static double ByIntegral(double shape, double scale, double a, double b, double t)
    {
        const double step = 0.2;
        var norm = SpecialFunctions.LogBeta(a, b);
        var middle = Math.Log(a / b);
        var sum = 0.0;
        for (var direction = -1; direction <= 1; direction += 2)
        {
            for (var k = direction < 0 ? 1 : 0; k < 20_000; k++)
            {
                var y = middle + (direction * k * step);
                var p = 1 / (1 + Math.Exp(-y));
                var logP = y > 0 ? -SpecialFunctions.LogOnePlus(Math.Exp(-y)) : y - SpecialFunctions.LogOnePlus(Math.Exp(y));
                var weight = Math.Exp((a * logP) + (b * (logP - y)) - norm);
                var value = weight * Purchases(shape, t / scale, p);
                sum += value;
                if (value <= 1e-17 * sum && k > 20)
                {
                    break;
                }
            }
        }

        return step * sum;
    }

    // E over the rate of (1 − e^(−λpt)) / p.
    private static double Purchases(double shape, double t, double p)
        => p * t < 1e-300 ? shape * t : -SpecialFunctions.ExpMinusOne(-shape * SpecialFunctions.LogOnePlus(p * t)) / p;
}
