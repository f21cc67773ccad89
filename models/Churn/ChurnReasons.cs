using System.Globalization;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Churn;

/// <summary>Why a row has its probability: what each column added to the log-odds, the features of one column taken together.</summary>
public static class ChurnReasons
{
    /// <summary>The columns that moved a row most, in words such as <c>days since last order 190 (+0.58)</c>; positive ones make leaving likelier.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="row">The row.</param>
    /// <param name="most">Columns to name at most.</param>
    public static string Of(IScorer model, FeatureMatrix data, int row, int most = 3)
        => string.Join("; ", ByColumn(model, data, row).OrderByDescending(c => Math.Abs(c.Value)).ThenBy(c => c.Key, StringComparer.Ordinal).Take(most)
            .Where(c => Math.Abs(c.Value) >= 0.005)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key.Replace('_', ' ')}{ValueOf(data, row, c.Key)} ({c.Value:+0.00;-0.00})")));

    /// <summary>What each column adds to a row's log-odds.</summary>
    public static IReadOnlyDictionary<string, double> ByColumn(IScorer model, FeatureMatrix data, int row)
    {
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (feature, value) in data.Features.Zip(model.Contributions(data, row)))
            sums[feature.Source] = sums.GetValueOrDefault(feature.Source) + value;
        return sums;
    }

    // The value of a number, the level of a text; nothing for a level that has no feature of its own.
    private static string ValueOf(FeatureMatrix data, int row, string column)
    {
        for (var j = 0; j < data.Features.Count; j++)
        {
            var (name, source) = data.Features[j];
            var value = data.Columns[j][row];
            if (source == column && name == column)
                return double.IsFinite(value) ? string.Create(CultureInfo.InvariantCulture, $" {value:#,0.##}") : " is missing";
            if (source == column && value == 1)
                return name[column.Length..].Replace(" = ", " ", StringComparison.Ordinal);
        }

        return "";
    }
}
