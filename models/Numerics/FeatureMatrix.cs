namespace Crm.Analytics.Models.Numerics;

/// <summary>One column of numbers a model sees.</summary>
/// <param name="Name">What it is called, such as <c>Contract = Two year</c>.</param>
/// <param name="Source">The column it was made from; several features can come from one.</param>
public sealed record Feature(string Name, string Source);

/// <summary>Rows of numbers, kept column by column; NaN is a missing value.</summary>
public sealed class FeatureMatrix
{
    /// <summary>Puts columns together.</summary>
    /// <param name="features">What the columns are.</param>
    /// <param name="columns">Their values, one array per feature, all of the same length.</param>
    /// <param name="rows">Rows; tells the length when there is no column.</param>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public FeatureMatrix(IReadOnlyList<Feature> features, double[][] columns, int rows)
    {
        if (features.Count != columns.Length || columns.Any(c => c.Length != rows))
            throw new ArgumentException("every feature needs a column of as many values as there are rows", nameof(columns));
        (Features, Columns, Rows) = (features, columns, rows);
    }

    /// <summary>What the columns are.</summary>
    public IReadOnlyList<Feature> Features { get; }

    /// <summary>Values, by feature and then by row.</summary>
    public double[][] Columns { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>The given rows, in the given order.</summary>
    public FeatureMatrix Take(int[] rows) => new(Features, [.. Columns.Select(column => Array.ConvertAll(rows, row => column[row]))], rows.Length);
}
