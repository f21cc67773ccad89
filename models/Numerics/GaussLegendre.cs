using System.Collections.Concurrent;

namespace Crm.Analytics.Models.Numerics;

/// <summary>Gauss–Legendre quadrature: nodes and weights on [−1, 1], exact for polynomials up to twice the number of nodes less one.</summary>
/// <param name="Nodes">Where the function is taken.</param>
/// <param name="Weights">How much each node counts; they sum to 2.</param>
public sealed record GaussLegendre(double[] Nodes, double[] Weights)
{
    private static readonly ConcurrentDictionary<int, GaussLegendre> made = new();

    /// <summary>The rule with so many nodes.</summary>
    public static GaussLegendre Of(int nodes) => made.GetOrAdd(nodes, Make);

    /// <summary>The integral of a function from one end to the other.</summary>
    public double Integrate(Func<double, double> function, double from, double to)
    {
        var (middle, half) = ((from + to) / 2, (to - from) / 2);
        var sum = 0.0;
        for (var i = 0; i < Nodes.Length; i++)
        {
            sum += Weights[i] * function(middle + (half * Nodes[i]));
        }

        return half * sum;
    }

    private static GaussLegendre Make(int n)
    {
        var (nodes, weights) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var x = Math.Cos(Math.PI * (i + 0.75) / (n + 0.5));
            var slope = 0.0;
            for (var step = 0; step < 100; step++)
            {
                var (value, before) = (1.0, 0.0);
                for (var k = 1; k <= n; k++)
                {
                    (value, before) = (((((2 * k) - 1) * x * value) - ((k - 1) * before)) / k, value);
                }

                slope = n * ((x * value) - before) / ((x * x) - 1);
                var change = value / slope;
                x -= change;
                if (Math.Abs(change) < 1e-16)
                {
                    break;
                }
            }

            nodes[i] = x;
            weights[i] = 2 / ((1 - (x * x)) * slope * slope);
        }

        return new(nodes, weights);
    }
}
