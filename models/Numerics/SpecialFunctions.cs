namespace Crm.Analytics.Models.Numerics;

/// <summary>
/// Functions of mathematics that the base library lacks, for real arguments in double precision. Arguments outside a function's domain answer NaN.
/// Series and recurrences as in Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 6, 7 and 26.
/// </summary>
public static class SpecialFunctions
{
    private const double HalfLogTwoPi = 0.918938533204672741780329736406;

    // From here on the asymptotic series is exact to double precision.
    private const double Asymptotic = 12;

    /// <summary>ln Γ(x), x &gt; 0.</summary>
    public static double LogGamma(double x)
    {
        if (!(x > 0))
        {
            return x == 0 ? double.PositiveInfinity : double.NaN;
        }

        if (x is 1 or 2)
        {
            return 0;
        }

        var product = 1.0;
        for (; x < Asymptotic; x++)
        {
            product *= x;
        }

        // Bernoulli numbers over 2k (2k − 1).
        var inverse = 1 / x;
        var series = inverse * Horner(inverse * inverse, [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156]);
        return ((x - 0.5) * Math.Log(x)) - x + HalfLogTwoPi + series - Math.Log(product);
    }

    /// <summary>ψ(x) = d/dx ln Γ(x), x &gt; 0.</summary>
    public static double Digamma(double x)
    {
        if (!(x > 0))
        {
            return double.NaN;
        }

        var sum = 0.0;
        for (; x < Asymptotic; x++)
        {
            sum -= 1 / x;
        }

        var square = 1 / (x * x);
        return sum + Math.Log(x) - (0.5 / x) - (square * Horner(square, [1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12]));
    }

    /// <summary>ψ′(x) = d²/dx² ln Γ(x), x &gt; 0.</summary>
    public static double Trigamma(double x)
    {
        if (!(x > 0))
        {
            return double.NaN;
        }

        var sum = 0.0;
        for (; x < Asymptotic; x++)
        {
            sum += 1 / (x * x);
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        return sum + inverse + (square / 2) + (inverse * square * Horner(square, [1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6]));
    }

    /// <summary>ln B(a, b), a and b &gt; 0.</summary>
    public static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>ln(eᵃ + eᵇ) without overflow; −∞ stands for a term of zero.</summary>
    public static double LogAddExp(double a, double b)
    {
        var (high, low) = a >= b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(high) ? high : high + LogOnePlus(Math.Exp(low - high));
    }

    /// <summary>ln(1 + x), exact for small x too.</summary>
    public static double LogOnePlus(double x)
    {
        var one = 1 + x;
        return one == 1 ? x : one - 1 == x ? Math.Log(one) : Math.Log(one) * x / (one - 1);
    }

    /// <summary>eˣ − 1, exact for small x too.</summary>
    public static double ExpMinusOne(double x)
    {
        if (Math.Abs(x) >= 0.5)
        {
            return Math.Exp(x) - 1;
        }

        // Taylor by Horner; the last term is below half a unit in the last place at |x| = 0.5.
        var sum = 1.0;
        for (var n = 16; n >= 2; n--)
        {
            sum = 1 + (x * sum / n);
        }

        return x * sum;
    }

    /// <summary>Regularised lower incomplete gamma function P(a, x), a &gt; 0, x ≥ 0: the distribution function of a gamma variable.</summary>
    public static double GammaP(double a, double x)
    {
        if (!(a > 0) || !(x >= 0))
        {
            return double.NaN;
        }

        if (x == 0)
        {
            return 0;
        }

        var front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        return x < a + 1 ? front * GammaSeries(a, x) : 1 - (front * GammaFraction(a, x));
    }

    /// <summary>Regularised incomplete beta function Iₓ(a, b), a and b &gt; 0, 0 ≤ x ≤ 1: the distribution function of a beta variable.</summary>
    public static double BetaI(double a, double b, double x)
    {
        if (!(a > 0) || !(b > 0) || !(x is >= 0 and <= 1))
        {
            return double.NaN;
        }

        if (x is 0 or 1)
        {
            return x;
        }

        var front = Math.Exp((a * Math.Log(x)) + (b * LogOnePlus(-x)) - LogBeta(a, b));
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a : 1 - (front * BetaFraction(b, a, 1 - x) / b);
    }

    private static double Horner(double x, ReadOnlySpan<double> coefficients)
    {
        var sum = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            sum = (sum * x) + coefficients[i];
        }

        return sum;
    }

    private static double GammaSeries(double a, double x)
    {
        var term = 1 / a;
        var sum = term;
        for (var n = 1; n < 10_000 && Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    // Lentz's method on the continued fraction 6.5.31.
    private static double GammaFraction(double a, double x)
    {
        const double tiny = 1e-300;
        var b = x + 1 - a;
        var c = 1 / tiny;
        var d = 1 / b;
        var h = d;
        for (var i = 1; i < 10_000; i++)
        {
            var an = -i * (i - a);
            b += 2;
            d = (an * d) + b;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = b + (an / c);
            c = Math.Abs(c) < tiny ? tiny : c;
            h *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-16)
            {
                break;
            }
        }

        return h;
    }

    // Lentz's method on the continued fraction 26.5.8.
    private static double BetaFraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        var c = 1.0;
        var d = 1 - ((a + b) * x / (a + 1));
        d = 1 / (Math.Abs(d) < tiny ? tiny : d);
        var h = d;
        for (var m = 1; m < 10_000; m++)
        {
            var change = 1.0;
            foreach (var term in (ReadOnlySpan<double>)[m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m))), -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1))])
            {
                d = 1 + (term * d);
                d = 1 / (Math.Abs(d) < tiny ? tiny : d);
                c = 1 + (term / c);
                c = Math.Abs(c) < tiny ? tiny : c;
                change = d * c;
                h *= change;
            }

            if (Math.Abs(change - 1) < 1e-16)
            {
                break;
            }
        }

        return h;
    }
}
