using System.Globalization;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>What sets a cluster apart, in words.</summary>
public static class ClusterProfile
{
    /// <summary>The measures that differ most from the mean of all, such as <c>spend much higher (512.3), orders lower (1.2)</c>.</summary>
    /// <param name="measures">Names of the measures.</param>
    /// <param name="centre">The cluster's means.</param>
    /// <param name="standard">The same in standard deviations from the mean of all.</param>
    /// <param name="most">Measures to name at most.</param>
    public static string Words(IReadOnlyList<string> measures, double[] centre, double[] standard, int most = 4)
    {
        var parts = Enumerable.Range(0, measures.Count).Where(j => Math.Abs(standard[j]) >= 0.25).OrderByDescending(j => Math.Abs(standard[j])).ThenBy(j => j).Take(most)
            .Select(j => string.Create(CultureInfo.InvariantCulture, $"{measures[j]} {Strength(standard[j])} ({centre[j]:0.##})")).ToList();
        return parts.Count == 0 ? "about the mean in everything" : string.Join(", ", parts);
    }

    private static string Strength(double standard) => (Math.Abs(standard), standard > 0) switch
    {
        ( >= 1.5, true) => "very much higher",
        ( >= 0.75, true) => "much higher",
        (_, true) => "higher",
        ( >= 1.5, false) => "very much lower",
        ( >= 0.75, false) => "much lower",
        _ => "lower",
    };
}
