using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Campaigns;

/// <summary>What came of a group of customers.</summary>
/// <param name="Customers">How many.</param>
/// <param name="Responders">Those with the outcome.</param>
/// <param name="Total">Sum of what they brought.</param>
/// <param name="Squares">Sum of its squares.</param>
/// <param name="Cost">Cost of contacting them.</param>
internal sealed record OutcomeGroup(long Customers, long Responders, double Total, double Squares, double Cost)
{
    /// <summary>Share with the outcome, 0–1.</summary>
    public double Rate => (double)Responders / Customers;

    /// <summary>What one brought on average.</summary>
    public double Mean => Total / Customers;

    /// <summary>Variance of what one brought.</summary>
    public double Variance => Customers > 1 ? Math.Max(0, (Squares - (Total * Total / Customers)) / (Customers - 1)) : 0;
}

/// <summary>
/// A contacted group beside its control group: difference of rates with Newcombe's interval (1998, method 10) and a two-sided z-test of two proportions;
/// difference of means with Welch's interval. All intervals are of 95 %.
/// </summary>
/// <param name="treated">Customers who were contacted.</param>
/// <param name="control">Customers of the control group.</param>
internal sealed class UpliftMeasure(OutcomeGroup treated, OutcomeGroup control)
{
    /// <summary>Fewer customers in a group than that tell nothing.</summary>
    public const long Few = 30;

    /// <summary>Difference of the two rates.</summary>
    public double Uplift => treated.Rate - control.Rate;

    /// <summary>Interval of the difference of rates.</summary>
    public (double Low, double High) Interval => Newcombe(treated.Responders, treated.Customers, control.Responders, control.Customers);

    /// <summary>Chance of such a difference of rates without an effect.</summary>
    public double P
    {
        get
        {
            var pooled = (double)(treated.Responders + control.Responders) / (treated.Customers + control.Customers);
            var error = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / treated.Customers) + (1.0 / control.Customers)));
            return error > 0 ? Normal.TwoSided(Uplift / error) : 1;
        }
    }

    /// <summary>Outcomes that would not have been.</summary>
    public double AddedResponses => Uplift * treated.Customers;

    /// <summary>What the contacted brought more than they would have.</summary>
    public double AddedValue => (treated.Mean - control.Mean) * treated.Customers;

    /// <summary>Half of the interval of <see cref="AddedValue"/>.</summary>
    public double AddedValueHalf
        => Normal.NinetyFive * Math.Sqrt((treated.Variance / treated.Customers) + (control.Variance / control.Customers)) * treated.Customers;

    /// <summary>Added value less cost, per cost; null without cost.</summary>
    public double? Roi => treated.Cost > 0 ? (AddedValue - treated.Cost) / treated.Cost : null;

    /// <summary>Cost of an added outcome; null when none was added, or it cost nothing.</summary>
    public double? CostPerAdded => Uplift > 0 && treated.Cost > 0 ? treated.Cost / AddedResponses : null;

    /// <summary>True when a group is too small to tell anything.</summary>
    public bool IsSmall => treated.Customers < Few || control.Customers < Few || treated.Responders + control.Responders < 5;

    /// <summary>What it comes to, in words.</summary>
    public string Verdict => IsSmall ? "too few to tell" : P >= 0.05 ? "no difference shown" : Uplift > 0 ? "worked" : "did harm";

    /// <summary>The interval of a difference of two rates: Newcombe 1998, method 10, from Wilson's intervals.</summary>
    public static (double Low, double High) Newcombe(long successes1, long n1, long successes2, long n2)
    {
        var (p1, p2) = ((double)successes1 / n1, (double)successes2 / n2);
        var (l1, u1) = Wilson(successes1, n1);
        var (l2, u2) = Wilson(successes2, n2);
        return (p1 - p2 - Math.Sqrt(Math.Pow(p1 - l1, 2) + Math.Pow(u2 - p2, 2)), p1 - p2 + Math.Sqrt(Math.Pow(u1 - p1, 2) + Math.Pow(p2 - l2, 2)));
    }

    /// <summary>Wilson's 95 % interval of a rate.</summary>
    public static (double Low, double High) Wilson(double successes, double n)
    {
        const double z = Normal.NinetyFive;
        var p = successes / n;
        var middle = p + (z * z / (2 * n));
        var half = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        return (Math.Max(0, (middle - half) / (1 + (z * z / n))), Math.Min(1, (middle + half) / (1 + (z * z / n))));
    }
}
