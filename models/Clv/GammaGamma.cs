using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>What the spend model knows of customers.</summary>
/// <param name="RepeatCount">x: repeat purchases, at least 1.</param>
/// <param name="AverageRepeatValue">m: their average value, positive.</param>
/// <param name="Customers">How many customers.</param>
public readonly record struct SpendHistory(int RepeatCount, double AverageRepeatValue, double Customers = 1);

/// <summary>
/// Gamma-Gamma: the value of a purchase, given the average so far (Fader and Hardie 2013). Parameters p, q, γ. It takes the value to be independent of how
/// often a customer buys, and needs positive averages.
/// </summary>
public static class GammaGamma
{
    /// <summary>Its parameters.</summary>
    public static IReadOnlyList<Estimated> Parameters { get; } = [new("p"), new("q"), new("gamma")];

    /// <summary>What each parameter means.</summary>
    public static IReadOnlyList<string> Meanings { get; } =
    [
        "shape of the values of one customer", "shape of the differences between customers; the mean is finite only above 1", "scale of the values",
    ];

    /// <summary>Fits it.</summary>
    /// <param name="spend">Customers with repeat purchases of positive value.</param>
    public static Estimates Fit(IReadOnlyList<SpendHistory> spend)
    {
        var counts = spend.Select(s => s.RepeatCount).Distinct().Order().ToArray();
        var place = counts.Select((x, i) => (x, i)).ToDictionary(p => p.x, p => p.i);
        var rows = spend.Select(s => new Row(place[s.RepeatCount], s.RepeatCount, s.AverageRepeatValue, Math.Log(s.AverageRepeatValue), s.Customers)).ToArray();
        var customers = spend.Sum(s => s.Customers);
        var mean = spend.Sum(s => s.Customers * s.AverageRepeatValue) / customers;
        double[][] starts = [[2, 3, mean], [6, 4, mean / 2], [1, 2, mean * 2], [10, 8, mean]];
        return MaximumLikelihood.Fit(Parameters, starts, customers, (values, gradient) => LogLikelihood(values, counts, rows, gradient));
    }

    /// <summary>The expected value of a purchase of a customer.</summary>
    /// <param name="parameters">p, q, γ.</param>
    /// <param name="repeatCount">x; 0 for a customer of whom nothing is known.</param>
    /// <param name="averageRepeatValue">m; ignored when x is 0.</param>
    /// <returns>NaN when it is infinite: q ≤ 1 and nothing known.</returns>
    public static double ExpectedValue(ReadOnlySpan<double> parameters, int repeatCount, double averageRepeatValue)
    {
        var (p, q, gamma) = (parameters[0], parameters[1], parameters[2]);
        var below = (p * repeatCount) + q - 1;
        return below > 0 ? (gamma + (repeatCount == 0 ? 0 : averageRepeatValue * repeatCount)) * p / below : double.NaN;
    }

    private static double LogLikelihood(ReadOnlySpan<double> values, int[] counts, Row[] rows, Span<double> gradient)
    {
        var (p, q, gamma) = (values[0], values[1], values[2]);
        var logGamma = Math.Log(gamma);
        var digammaOfQ = SpecialFunctions.Digamma(q);
        var constants = Array.ConvertAll(counts, x => (q * logGamma) - SpecialFunctions.LogBeta(p * x, q) + (p * x * Math.Log(x)));
        var byP = Array.ConvertAll(counts, x => x * (SpecialFunctions.Digamma((p * x) + q) - SpecialFunctions.Digamma(p * x) + Math.Log(x)));
        var byQ = Array.ConvertAll(counts, x => SpecialFunctions.Digamma((p * x) + q) - digammaOfQ + logGamma);
        var sums = ParallelSum.Of(rows.Length, 4, (from, to, add) =>
        {
            foreach (ref readonly var row in rows.AsSpan(from, to - from))
            {
                var all = gamma + (row.Average * row.Count);
                var log = Math.Log(all);
                var shape = (p * row.Count) + q;
                add[0] += row.Customers * (constants[row.Place] + (((p * row.Count) - 1) * row.LogAverage) - (shape * log));
                add[1] += row.Customers * p * (byP[row.Place] + (row.Count * (row.LogAverage - log)));
                add[2] += row.Customers * q * (byQ[row.Place] - log);
                add[3] += row.Customers * (q - (gamma * shape / all));
            }
        });
        for (var i = 0; i < 3; i++)
        {
            gradient[i] = sums[i + 1];
        }

        return sums[0];
    }

    private readonly record struct Row(int Place, int Count, double Average, double LogAverage, double Customers);
}
