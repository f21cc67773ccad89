namespace Crm.Analytics.Models.Numerics;

/// <summary>Draws from distributions, from a seeded generator.</summary>
public static class RandomDraws
{
    /// <summary>An exponential draw.</summary>
    /// <param name="random">The generator.</param>
    /// <param name="rate">Its rate; ∞ is answered for 0.</param>
    public static double Exponential(this Random random, double rate) => -Math.Log(1 - random.NextDouble()) / rate;

    /// <summary>A gamma draw of scale 1 (Marsaglia and Tsang 2000).</summary>
    /// <param name="random">The generator.</param>
    /// <param name="shape">Its shape, positive.</param>
    public static double Gamma(this Random random, double shape)
    {
        if (shape < 1)
        {
            return random.Gamma(shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        while (true)
        {
            var z = Normal.Quantile(Math.Clamp(random.NextDouble(), 1e-12, 1 - 1e-12));
            var v = Math.Pow(1 + (z / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (z * z / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <summary>A beta draw.</summary>
    public static double Beta(this Random random, double a, double b)
    {
        var x = random.Gamma(a);
        return x / (x + random.Gamma(b));
    }
}
