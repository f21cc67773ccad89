namespace Crm.Analytics.Models.Numerics;

/// <summary>The standard normal distribution.</summary>
public static class Normal
{
    /// <summary>The quantile of a 95 % interval.</summary>
    public const double NinetyFive = 1.959963984540054;

    /// <summary>Probability of a value up to z.</summary>
    public static double Cdf(double z)
    {
        var tail = 0.5 * (1 - SpecialFunctions.GammaP(0.5, z * z / 2));
        return Math.Abs(z) > 5 ? FarTail(z) : z > 0 ? 1 - tail : tail;
    }

    /// <summary>Probability of a value at least as far from zero as z: the two-sided p-value.</summary>
    public static double TwoSided(double z) => 2 * Cdf(-Math.Abs(z));

    /// <summary>The value below which a share p lies, 0 &lt; p &lt; 1 (Wichura 1988, algorithm AS 241, refined by one Newton step).</summary>
    public static double Quantile(double p)
    {
        if (!(p is > 0 and < 1))
        {
            return p == 0 ? double.NegativeInfinity : p == 1 ? double.PositiveInfinity : double.NaN;
        }

        var q = p - 0.5;
        double z;
        if (Math.Abs(q) <= 0.425)
        {
            var r = 0.180625 - (q * q);
            z = q * (3.3871327179 + (r * (50.434271938 + (r * (159.29113202 + (r * 59.109374720))))))
                / (1 + (r * (17.895169469 + (r * (78.757757664 + (r * 67.187563600))))));
        }
        else
        {
            var r = Math.Sqrt(-Math.Log(Math.Min(p, 1 - p)));
            z = r <= 5
                ? (1.4234372777 + ((r - 1.6) * (2.7568153900 + ((r - 1.6) * (1.3067284816 + ((r - 1.6) * 0.17023821103)))))) / (1 + ((r - 1.6) * (0.73700164250 + ((r - 1.6) * 0.12021132975))))
                : (6.6579051150 + ((r - 5) * (3.0812263860 + ((r - 5) * (0.42868294337 + ((r - 5) * 0.017337203997)))))) / (1 + ((r - 5) * (0.24197894225 + ((r - 5) * 0.012258202635))));
            z = q < 0 ? -z : z;
        }

        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return density > 0 ? z - ((Cdf(z) - p) / density) : z;
    }

    // The asymptotic series 26.2.12; beyond five it is exact enough, where one minus the rest is not.
    private static double FarTail(double z)
    {
        var x = Math.Abs(z);
        var inverse = 1 / (x * x);
        var term = 1.0;
        var sum = 1.0;
        for (var k = 1; k <= 12; k++)
        {
            var next = -term * ((2 * k) - 1) * inverse;
            if (Math.Abs(next) > Math.Abs(term))
            {
                break;
            }

            term = next;
            sum += term;
        }

        var tail = Math.Exp(-x * x / 2) / (x * Math.Sqrt(2 * Math.PI)) * sum;
        return z > 0 ? 1 - tail : tail;
    }
}
