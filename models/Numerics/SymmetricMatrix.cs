namespace Crm.Analytics.Models.Numerics;

/// <summary>Linear algebra on small symmetric matrices, by Cholesky's factorisation; arrays are square, both triangles filled.</summary>
public static class SymmetricMatrix
{
    /// <summary>The lower triangle L with L·Lᵀ = <paramref name="matrix"/>; null when it is not positive definite to working precision.</summary>
    public static double[,]? Cholesky(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var lower = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++)
                {
                    sum -= lower[i, k] * lower[j, k];
                }

                if (i != j)
                {
                    lower[i, j] = sum / lower[j, j];
                }
                else if (sum > 1e-14 * Math.Abs(matrix[i, i]))
                {
                    lower[i, i] = Math.Sqrt(sum);
                }
                else
                {
                    return null;
                }
            }
        }

        return lower;
    }

    /// <summary>Solves A·x = b, given Cholesky's triangle of A.</summary>
    public static double[] Solve(double[,] cholesky, ReadOnlySpan<double> b)
    {
        var n = b.Length;
        var x = b.ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
            {
                x[i] -= cholesky[i, k] * x[k];
            }

            x[i] /= cholesky[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
            {
                x[i] -= cholesky[k, i] * x[k];
            }

            x[i] /= cholesky[i, i];
        }

        return x;
    }

    /// <summary>The inverse; null when the matrix is not positive definite.</summary>
    public static double[,]? Inverse(double[,] matrix)
    {
        if (Cholesky(matrix) is not { } lower)
        {
            return null;
        }

        var n = matrix.GetLength(0);
        var inverse = new double[n, n];
        var unit = new double[n];
        for (var j = 0; j < n; j++)
        {
            Array.Clear(unit);
            unit[j] = 1;
            var column = Solve(lower, unit);
            for (var i = 0; i < n; i++)
            {
                inverse[i, j] = column[i];
            }
        }

        return inverse;
    }

    /// <summary>The quadratic form vᵀ·M·v.</summary>
    public static double Quadratic(double[,] matrix, ReadOnlySpan<double> vector)
    {
        var sum = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            for (var j = 0; j < vector.Length; j++)
            {
                sum += vector[i] * matrix[i, j] * vector[j];
            }
        }

        return sum;
    }
}
