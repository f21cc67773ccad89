namespace Crm.Analytics.Models.Numerics;

/// <summary>
/// Logistic regression with an L2 penalty, by iteratively reweighted least squares (Newton's method; McCullagh and Nelder 1989, ch. 4).
/// It minimises <c>−Σ log-likelihood + penalty/2 · Σ w²</c> over standardised columns, the intercept unpenalised; with a penalty above zero the
/// minimum is finite and unique, whatever the data (separated classes, constant or equal columns).
/// </summary>
public static class LogisticRegression
{
    private const int MostIterations = 60;

    /// <summary>Fits the weights.</summary>
    /// <param name="data">The rows; a missing value counts as its column's mean.</param>
    /// <param name="labels">0 or 1 per row.</param>
    /// <param name="penalty">L2 penalty on standardised weights, above zero.</param>
    public static LogisticModel Fit(FeatureMatrix data, double[] labels, double penalty = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(penalty);
        var (means, scales) = Standardisation(data);
        var used = Enumerable.Range(0, means.Length).Where(j => scales[j] > 0).ToArray();
        var size = used.Length + 1;
        var rows = Standardised(data, used, means, scales);
        var weights = new double[size];
        weights[0] = Logit(Math.Clamp(labels.Sum() / labels.Length, 1e-6, 1 - 1e-6));
        var gradient = new double[size];
        var hessian = new double[size, size];
        var loss = Loss(rows, size, labels, weights, penalty);
        var iterations = 0;
        for (; iterations < MostIterations; iterations++)
        {
            Derive(rows, size, labels, weights, penalty, gradient, hessian);
            if (SymmetricMatrix.Cholesky(hessian) is not { } lower)
                break;
            var step = SymmetricMatrix.Solve(lower, gradient);
            var share = 1.0;
            double[] moved;
            double least;
            do
            {
                moved = [.. weights.Zip(step, (w, s) => w - share * s)];
                least = Loss(rows, size, labels, moved, penalty);
                share /= 2;
            }
            while (least > loss + 1e-12 * Math.Abs(loss) && share > 1e-8);

            var change = step.Max(Math.Abs);
            if (least <= loss)
                (weights, loss) = (moved, least);
            if (change < 1e-9 || least > loss)
                break;
        }

        Derive(rows, size, labels, weights, penalty, gradient, hessian);
        var covariance = SymmetricMatrix.Inverse(hessian);
        var all = new double[means.Length];
        var errors = new double[means.Length];
        for (var k = 0; k < used.Length; k++)
            (all[used[k]], errors[used[k]]) = (weights[k + 1], covariance is null ? double.NaN : Math.Sqrt(covariance[k + 1, k + 1]));
        return new LogisticModel(weights[0], all, errors, means, scales, -Loss(rows, size, labels, weights, 0), iterations + 1);
    }

    /// <summary>1 / (1 + e^−x), without overflow.</summary>
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>ln(p / (1 − p)).</summary>
    public static double Logit(double p) => Math.Log(p / (1 - p));

    private static (double[] Means, double[] Scales) Standardisation(FeatureMatrix data)
    {
        var means = new double[data.Columns.Length];
        var scales = new double[data.Columns.Length];
        for (var j = 0; j < means.Length; j++)
        {
            var known = data.Columns[j].Where(double.IsFinite).ToArray();
            means[j] = known.Length == 0 ? 0 : known.Average();
            var mean = means[j];
            var variance = known.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, data.Rows);
            scales[j] = Math.Sqrt(variance) is var scale && scale > 1e-12 * Math.Max(1, Math.Abs(mean)) ? scale : 0;
        }

        return (means, scales);
    }

    // Row by row, the intercept's 1 first: the inner products run along memory.
    private static double[] Standardised(FeatureMatrix data, int[] used, double[] means, double[] scales)
    {
        var size = used.Length + 1;
        var rows = new double[data.Rows * size];
        for (var i = 0; i < data.Rows; i++)
        {
            rows[i * size] = 1;
            for (var k = 0; k < used.Length; k++)
            {
                var value = data.Columns[used[k]][i];
                rows[i * size + k + 1] = double.IsFinite(value) ? (value - means[used[k]]) / scales[used[k]] : 0;
            }
        }

        return rows;
    }

    private static double Loss(double[] rows, int size, double[] labels, double[] weights, double penalty)
    {
        var loss = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            var eta = Dot(rows.AsSpan(i * size, size), weights);
            loss += Math.Max(eta, 0) + Math.Log(1 + Math.Exp(-Math.Abs(eta))) - labels[i] * eta;
        }

        return loss + penalty / 2 * weights.Skip(1).Sum(w => w * w);
    }

    private static void Derive(double[] rows, int size, double[] labels, double[] weights, double penalty, double[] gradient, double[,] hessian)
    {
        Array.Clear(gradient);
        Array.Clear(hessian);
        for (var i = 0; i < labels.Length; i++)
        {
            var row = rows.AsSpan(i * size, size);
            var p = Sigmoid(Dot(row, weights));
            var weight = Math.Max(p * (1 - p), 1e-12);
            for (var a = 0; a < size; a++)
            {
                gradient[a] += (p - labels[i]) * row[a];
                var scaled = weight * row[a];
                for (var b = 0; b <= a; b++)
                    hessian[a, b] += scaled * row[b];
            }
        }

        for (var a = 0; a < size; a++)
        {
            gradient[a] += a == 0 ? 0 : penalty * weights[a];
            hessian[a, a] += a == 0 ? 1e-12 : penalty;
            for (var b = 0; b < a; b++)
                hessian[b, a] = hessian[a, b];
        }
    }

    private static double Dot(ReadOnlySpan<double> row, ReadOnlySpan<double> weights) => VectorDot.Of(row, weights);
}
