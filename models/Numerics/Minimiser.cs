namespace Crm.Analytics.Models.Numerics;

/// <summary>A function and its gradient.</summary>
/// <param name="point">Where.</param>
/// <param name="gradient">Filled with the gradient there.</param>
/// <returns>The value there; NaN or ∞ where the function does not exist.</returns>
public delegate double DifferentiableFunction(ReadOnlySpan<double> point, Span<double> gradient);

/// <summary>Where a minimum was found.</summary>
/// <param name="Point">The best point.</param>
/// <param name="Value">The value there.</param>
/// <param name="Gradient">The gradient there.</param>
/// <param name="Hessian">Second derivatives there.</param>
/// <param name="Iterations">Steps taken.</param>
/// <param name="Converged">The gradient vanishes to the tolerance, and the curvature is positive in every direction.</param>
public sealed record Minimum(double[] Point, double Value, double[] Gradient, double[,] Hessian, int Iterations, bool Converged)
{
    /// <summary>The inverse of the Hessian: for a negative log-likelihood the covariance of the estimates. Null when it is not positive definite.</summary>
    public double[,]? Covariance { get; } = SymmetricMatrix.Inverse(Hessian);
}

/// <summary>
/// Minimises a smooth function: BFGS with a weak Wolfe line search (Nocedal and Wright 2006, chapter 6), then Newton steps, with second derivatives from
/// central differences of the gradient, until the gradient vanishes. Scale the function to order one per unit of its parameters: the mean of a
/// log-likelihood, not its sum, on logarithms of positive parameters.
/// </summary>
public static class Minimiser
{
    // On a ridge that never ends the value does not fall any more, though the point moves on.
    private const int StepsWithoutGain = 8;

    /// <summary>Finds a minimum near a start.</summary>
    /// <param name="function">What to minimise.</param>
    /// <param name="start">A point where the function exists.</param>
    /// <param name="tolerance">Largest component of the gradient that counts as zero.</param>
    /// <param name="most">Most steps.</param>
    public static Minimum Minimise(DifferentiableFunction function, ReadOnlySpan<double> start, double tolerance = 1e-10, int most = 500)
    {
        var state = new State(function, start);
        var steps = Descend(state, Math.Max(tolerance, 1e-7), most);
        steps += Polish(state, tolerance, 20);
        var hessian = Hessian(function, state.Point);
        var converged = Largest(state.Gradient) <= Math.Max(tolerance * 100, 1e-7) && SymmetricMatrix.Cholesky(hessian) is not null;
        return new(state.Point, state.Value, state.Gradient, hessian, steps, converged);
    }

    /// <summary>Second derivatives by central differences of the gradient, made symmetric.</summary>
    public static double[,] Hessian(DifferentiableFunction function, ReadOnlySpan<double> point)
    {
        var n = point.Length;
        var hessian = new double[n, n];
        var at = point.ToArray();
        var (above, below) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var step = 1e-5 * Math.Max(1, Math.Abs(point[i]));
            at[i] = point[i] + step;
            function(at, above);
            at[i] = point[i] - step;
            function(at, below);
            at[i] = point[i];
            for (var j = 0; j < n; j++)
            {
                var slope = (above[j] - below[j]) / (2 * step);
                hessian[i, j] += slope / 2;
                hessian[j, i] += slope / 2;
            }
        }

        return hessian;
    }

    private static int Descend(State state, double tolerance, int most)
    {
        var n = state.Point.Length;
        var inverse = Identity(n, 1 / Math.Max(1, Largest(state.Gradient)));
        var fresh = true;
        var idle = 0;
        for (var step = 0; step < most; step++)
        {
            if (Largest(state.Gradient) <= tolerance || idle >= StepsWithoutGain)
            {
                return step;
            }

            var direction = Times(inverse, state.Gradient, -1);
            var before = (double[])state.Point.Clone();
            var slope = (double[])state.Gradient.Clone();
            var value = state.Value;
            if (!state.Search(direction, 60))
            {
                if (fresh)
                {
                    return step;
                }

                inverse = Identity(n, 1 / Math.Max(1, Largest(state.Gradient)));
                fresh = true;
                continue;
            }

            fresh = false;
            idle = value - state.Value <= 1e-12 * Math.Abs(value) ? idle + 1 : 0;
            Update(inverse, Minus(state.Point, before), Minus(state.Gradient, slope));
        }

        return most;
    }

    private static int Polish(State state, double tolerance, int most)
    {
        for (var step = 0; step < most; step++)
        {
            if (Largest(state.Gradient) <= tolerance || SymmetricMatrix.Cholesky(Hessian(state.Function, state.Point)) is not { } lower)
            {
                return step;
            }

            var direction = SymmetricMatrix.Solve(lower, state.Gradient);
            for (var i = 0; i < direction.Length; i++)
            {
                direction[i] = -direction[i];
            }

            if (!state.Step(direction))
            {
                return step;
            }
        }

        return most;
    }

    // The BFGS update of the inverse: H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ.
    private static void Update(double[,] inverse, double[] s, double[] y)
    {
        var n = s.Length;
        var curvature = Dot(s, y);
        if (!(curvature > 1e-300))
        {
            return;
        }

        var hy = Times(inverse, y, 1);
        var factor = (1 + (Dot(y, hy) / curvature)) / curvature;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                inverse[i, j] += (factor * s[i] * s[j]) - (((hy[i] * s[j]) + (s[i] * hy[j])) / curvature);
            }
        }
    }

    private static double[,] Identity(int n, double scale)
    {
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            matrix[i, i] = scale;
        }

        return matrix;
    }

    private static double[] Times(double[,] matrix, double[] vector, double sign)
    {
        var product = new double[vector.Length];
        for (var i = 0; i < product.Length; i++)
        {
            for (var j = 0; j < product.Length; j++)
            {
                product[i] += sign * matrix[i, j] * vector[j];
            }
        }

        return product;
    }

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double Largest(double[] vector) => vector.Max(Math.Abs);

    /// <summary>The best point so far.</summary>
    private sealed class State
    {
        public State(DifferentiableFunction function, ReadOnlySpan<double> start)
        {
            Function = function;
            Point = start.ToArray();
            Gradient = new double[start.Length];
            Value = function(Point, Gradient);
            if (!double.IsFinite(Value))
            {
                throw new ArgumentException("the function does not exist at the start", nameof(start));
            }
        }

        public DifferentiableFunction Function { get; }

        public double[] Point { get; private set; }

        public double[] Gradient { get; private set; }

        public double Value { get; private set; }

        /// <summary>Goes along a direction to where the weak Wolfe conditions hold, by bisection and doubling; false when no step descends.</summary>
        public bool Search(double[] direction, int most)
        {
            var slope = Dot(direction, Gradient);
            if (!(slope < 0))
            {
                return false;
            }

            // On a logarithmic scale more than four at once is a jump into nowhere.
            var (low, high) = (0.0, double.PositiveInfinity);
            var length = Math.Min(1, 4 / Math.Max(1e-300, Largest(direction)));
            (double[] Point, double[] Gradient, double Value)? best = null;
            for (var i = 0; i < most; i++)
            {
                var (point, gradient, value) = At(direction, length);
                if (!(value <= Value + (1e-4 * length * slope)))
                {
                    high = length;
                }
                else
                {
                    best = (point, gradient, value);
                    if (Dot(direction, gradient) >= 0.9 * slope)
                    {
                        break;
                    }

                    low = length;
                }

                length = double.IsInfinity(high) ? 2 * length : (low + high) / 2;
                if (length * Largest(direction) > 20)
                {
                    break;
                }
            }

            return Take(best);
        }

        /// <summary>Takes a Newton step whole, when it does not worsen the value or halves the gradient at a value equal to rounding.</summary>
        public bool Step(double[] direction)
        {
            var (point, gradient, value) = At(direction, 1);
            return (value <= Value + (1e-13 * Math.Abs(Value)) && Largest(gradient) < Largest(Gradient)) && Take((point, gradient, value));
        }

        private (double[] Point, double[] Gradient, double Value) At(double[] direction, double length)
        {
            var point = new double[Point.Length];
            for (var i = 0; i < point.Length; i++)
            {
                point[i] = Point[i] + (length * direction[i]);
            }

            var gradient = new double[point.Length];
            var value = Function(point, gradient);
            return (point, gradient, double.IsFinite(value) && gradient.All(double.IsFinite) ? value : double.NaN);
        }

        private bool Take((double[] Point, double[] Gradient, double Value)? found)
        {
            if (found is not { } best)
            {
                return false;
            }

            (Point, Gradient, Value) = best;
            return true;
        }
    }
}
