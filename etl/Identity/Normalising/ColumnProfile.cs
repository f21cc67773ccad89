namespace Crm.Analytics.Etl.Identity.Normalising;

/// <summary>What the values of a column look like; shares are of its filled values, 0–1.</summary>
/// <param name="Name">The column.</param>
/// <param name="Filled">Values that are there.</param>
/// <param name="Records">Records looked at.</param>
/// <param name="Distincts">Different values.</param>
/// <param name="DistinctInSources">The same, counted in each source apart.</param>
/// <param name="Emails">Share of e-mail addresses.</param>
/// <param name="Dates">Share of dates.</param>
/// <param name="Phones">Share of telephone numbers, or what could be.</param>
/// <param name="Digits">Share of values of digits only.</param>
/// <param name="Numbers">Share of numbers.</param>
/// <param name="Letters">Share of values without any digit.</param>
/// <param name="Addresses">Share of values with words and a number that stands alone.</param>
/// <param name="Length">Mean length, in characters.</param>
/// <param name="Words">Mean number of words.</param>
public sealed record ColumnProfile(
    string Name, long Filled, long Records, long Distincts, long DistinctInSources, double Emails, double Dates, double Phones, double Digits, double Numbers, double Letters,
    double Addresses, double Length, double Words)
{
    /// <summary>Share of the filled values that are different ones.</summary>
    public double Uniqueness => Filled == 0 ? 0 : Math.Min(1, Distincts / (double)Filled);

    /// <summary>The same within each source.</summary>
    public double UniquenessInSources => Filled == 0 ? 0 : Math.Min(1, DistinctInSources / (double)Filled);
}
