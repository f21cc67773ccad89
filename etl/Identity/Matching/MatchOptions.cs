namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>How the probabilistic matcher works; the defaults are for people and companies in general.</summary>
public sealed record MatchOptions
{
    /// <summary>Probability, 0–1, from which a pair is a link.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Most pairs that blocking may give, per record.</summary>
    public int PairsPerRecord { get; init; } = 60;

    /// <summary>Calling code of telephone numbers without one; empty when unknown.</summary>
    public string Country { get; init; } = "";

    /// <summary>Records drawn for the random pairs from which u is estimated: n of them give n²/2 pairs.</summary>
    public int RandomRecords { get; init; } = 1_500;
}
