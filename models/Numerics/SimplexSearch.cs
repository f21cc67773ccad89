namespace Crm.Analytics.Models.Numerics;

/// <summary>The downhill simplex of Nelder and Mead (1965): a minimum of a function of few variables, without derivatives.</summary>
internal static class SimplexSearch
{
    /// <summary>Searches from a start; deterministic.</summary>
    /// <param name="function">What is to be small; values that are no number count as infinite.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="size">Length of the first simplex's edges.</param>
    /// <param name="evaluations">Evaluations at most, about.</param>
    public static (double[] At, double Value) Minimise(Func<double[], double> function, double[] start, double size = 1, int evaluations = 400)
    {
        var n = start.Length;
        var points = new (double[] At, double Value)[n + 1];
        for (var i = 0; i <= n; i++)
        {
            double[] at = [.. start];
            if (i > 0)
                at[i - 1] += size;
            points[i] = (at, Of(at));
        }

        for (var used = n + 1; used < evaluations;)
        {
            Array.Sort(points, (a, b) => a.Value.CompareTo(b.Value));
            var (best, worst) = (points[0], points[n]);
            if (worst.Value - best.Value <= 1e-11 * (Math.Abs(best.Value) + 1e-300) && Spread(points) < 0.005)
                break;
            var centre = new double[n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    centre[j] += points[i].At[j] / n;
            }

            var reflected = Along(centre, worst.At, -1);
            used++;
            if (reflected.Value < best.Value)
            {
                var further = Along(centre, worst.At, -2);
                used++;
                points[n] = further.Value < reflected.Value ? further : reflected;
            }
            else if (reflected.Value < points[n - 1].Value)
            {
                points[n] = reflected;
            }
            else
            {
                var nearer = reflected.Value < worst.Value ? Along(centre, worst.At, -0.5) : Along(centre, worst.At, 0.5);
                used++;
                if (nearer.Value < Math.Min(reflected.Value, worst.Value))
                {
                    points[n] = nearer;
                    continue;
                }

                for (var i = 1; i <= n; i++)
                    points[i] = Along(best.At, points[i].At, 0.5);
                used += n;
            }
        }

        Array.Sort(points, (a, b) => a.Value.CompareTo(b.Value));
        return points[0];

        double Of(double[] at) => function(at) is var value && double.IsNaN(value) ? double.PositiveInfinity : value;

        (double[] At, double Value) Along(double[] from, double[] to, double share)
        {
            double[] at = [.. from.Zip(to, (f, t) => f + share * (t - f))];
            return (at, Of(at));
        }
    }

    private static double Spread((double[] At, double Value)[] points)
        => points.Skip(1).Max(p => p.At.Zip(points[0].At, (a, b) => Math.Abs(a - b)).Max());
}
