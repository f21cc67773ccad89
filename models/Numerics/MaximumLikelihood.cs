namespace Crm.Analytics.Models.Numerics;

/// <summary>A parameter to estimate.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPositive">Estimated on its logarithm.</param>
public sealed record Estimated(string Name, bool IsPositive = true);

/// <summary>Parameters estimated by maximum likelihood.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="Values">Their estimates.</param>
/// <param name="LogLikelihood">The log-likelihood there.</param>
/// <param name="Observations">How many independent observations there were.</param>
/// <param name="Covariance">
/// Covariance of the estimates, of positive ones on their logarithms; null when the likelihood does not tell them.
/// </param>
/// <param name="Converged">Whether a maximum was found.</param>
public sealed record Estimates(
    IReadOnlyList<Estimated> Parameters, double[] Values, double LogLikelihood, double Observations, double[,]? Covariance, bool Converged)
{
    // A standard error of two on the logarithm: the interval spans a factor of two and a half thousand.
    private const double Untold = 2;

    /// <summary>Whether the data tell the parameters: a maximum was found, and no parameter's interval spans orders of magnitude.</summary>
    public bool Identified => Converged && Covariance is not null && Unidentified.Count == 0;

    /// <summary>Parameters that the data do not tell.</summary>
    public IReadOnlyList<string> Unidentified { get; } = Covariance is null
        ? [.. Parameters.Where((p, i) => p.IsPositive && Math.Abs(Math.Log(Values[i])) > 9).Select(p => p.Name)]
        : [.. Parameters.Where((p, i) => p.IsPositive && Math.Sqrt(Covariance[i, i]) > Untold).Select(p => p.Name)];

    /// <summary>Standard error of an estimate on its own scale (by the delta method); null when it cannot be told.</summary>
    public double? StandardError(int parameter)
        => Covariance is null ? null : Math.Sqrt(Covariance[parameter, parameter]) * (Parameters[parameter].IsPositive ? Values[parameter] : 1);

    /// <summary>The 95 % interval of an estimate; of a positive one symmetric on its logarithm.</summary>
    public (double Low, double High)? Interval(int parameter)
    {
        if (Covariance is null)
        {
            return null;
        }

        var half = Normal.NinetyFive * Math.Sqrt(Covariance[parameter, parameter]);
        var value = Values[parameter];
        return Parameters[parameter].IsPositive ? (value * Math.Exp(-half), value * Math.Exp(half)) : (value - half, value + half);
    }

    /// <summary>Standard error of a figure that follows from the parameters, by the delta method; null when it cannot be told.</summary>
    /// <param name="figure">The figure as a function of the parameters.</param>
    public double? StandardErrorOf(Func<double[], double> figure)
    {
        if (Covariance is null)
        {
            return null;
        }

        var slope = new double[Values.Length];
        for (var i = 0; i < slope.Length; i++)
        {
            const double step = 1e-4;
            var (above, below) = ((double[])Values.Clone(), (double[])Values.Clone());
            above[i] = Parameters[i].IsPositive ? Values[i] * Math.Exp(step) : Values[i] + step;
            below[i] = Parameters[i].IsPositive ? Values[i] * Math.Exp(-step) : Values[i] - step;
            slope[i] = (figure(above) - figure(below)) / (2 * step);
        }

        return Math.Sqrt(Math.Max(0, SymmetricMatrix.Quadratic(Covariance, slope)));
    }
}

/// <summary>Estimates parameters by maximum likelihood.</summary>
public static class MaximumLikelihood
{
    /// <summary>Finds the parameters under which the data are most likely.</summary>
    /// <param name="parameters">What to estimate.</param>
    /// <param name="starts">Where to start; the next is tried while none led to a maximum.</param>
    /// <param name="observations">How many independent observations there are.</param>
    /// <param name="logLikelihood">
    /// The log-likelihood at given values, and its gradient: for positive parameters on their logarithms.
    /// </param>
    public static Estimates Fit(
        IReadOnlyList<Estimated> parameters, IReadOnlyList<double[]> starts, double observations, DifferentiableFunction logLikelihood)
    {
        Minimum? best = null;
        foreach (var start in starts)
        {
            var found = Minimiser.Minimise(Mean, [.. start.Select((v, i) => parameters[i].IsPositive ? Math.Log(v) : v)]);
            var isSame = best is not null && Math.Abs(found.Value - best.Value) <= 1e-7 * Math.Abs(best.Value);
            best = best is null || (found.Converged, -found.Value).CompareTo((best.Converged, -best.Value)) > 0 ? found : best;

            // Two ways to one value: the likelihood is flat there, and a third would not tell more.
            if (best.Converged || isSame)
            {
                break;
            }
        }

        var covariance = best!.Covariance;
        for (var i = 0; covariance is not null && i < covariance.Length; i++)
        {
            covariance[i / parameters.Count, i % parameters.Count] /= observations;
        }

        return new(parameters, Values(best.Point), -best.Value * observations, observations, covariance, best.Converged);

        double[] Values(ReadOnlySpan<double> point)
        {
            var values = point.ToArray();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = parameters[i].IsPositive ? Math.Exp(values[i]) : values[i];
            }

            return values;
        }

        // The mean, not the sum: steps and tolerances then mean the same for a hundred customers and for ten million.
        double Mean(ReadOnlySpan<double> point, Span<double> gradient)
        {
            for (var i = 0; i < point.Length; i++)
            {
                if (parameters[i].IsPositive && Math.Abs(point[i]) > 40)
                {
                    return double.NaN;
                }
            }

            gradient.Clear();
            var value = logLikelihood(Values(point), gradient);
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] /= -observations;
            }

            return -value / observations;
        }
    }
}
