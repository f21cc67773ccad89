namespace Crm.Analytics.Etl.Identity.Clustering;

/// <summary>What a cluster may not become.</summary>
public sealed record ClusterGuards
{
    /// <summary>Weight from which a link is certain, in bits: made by a rule or by a person, so that no other records outvote it.</summary>
    public const double Certain = 500;

    /// <summary>Weight from which a link is a person's decision, in bits: no guard cuts it.</summary>
    public const double Decided = 5_000;

    /// <summary>Most records of one customer; links that would make more are cut.</summary>
    public int MaxSize { get; init; } = 100;

    /// <summary>What each pair of records without a link weighs against joining two clusters, in bits.</summary>
    public double WeightAgainst { get; init; } = 2;

    /// <summary>The most that one link weighs for joining two clusters, in bits.</summary>
    public double MostWeight { get; init; } = 12;

    /// <summary>Whether a source knows each customer once, so that two of its records are never one.</summary>
    public bool OneRecordPerSource { get; init; }

    /// <summary>Sources that may know a customer several times all the same.</summary>
    public IReadOnlySet<int> SeveralOf { get; init; } = new HashSet<int>();
}

/// <summary>Why a link does not join its records.</summary>
public enum CutReason
{
    /// <summary>It would bring two records of one source together.</summary>
    SameSource,

    /// <summary>The cluster would be larger than allowed.</summary>
    TooLarge,

    /// <summary>The records that it would bring together contradict each other on the whole.</summary>
    Contradiction,

    /// <summary>A person decided that they are two.</summary>
    Decided,
}

/// <summary>A link.</summary>
/// <param name="Left">One record's number, from 1.</param>
/// <param name="Right">The other's.</param>
/// <param name="Weight">How strong, in bits; infinite for what is certain.</param>
public readonly record struct ClusterLink(int Left, int Right, double Weight);

/// <summary>A link that was cut.</summary>
/// <param name="Link">The link.</param>
/// <param name="Reason">Why.</param>
public sealed record CutLink(ClusterLink Link, CutReason Reason)
{
    /// <summary>The reason, for people.</summary>
    public static string Words(CutReason reason) => reason switch
    {
        CutReason.SameSource => "two records of one source",
        CutReason.TooLarge => "more records than one customer may have",
        CutReason.Contradiction => "records that contradict each other",
        _ => "decided to be two customers",
    };
}

/// <summary>The clusters.</summary>
/// <param name="ClusterOf">By record number (0 is unused): the smallest record number of its cluster.</param>
/// <param name="Cut">Links that were cut.</param>
public sealed record Clusters(IReadOnlyList<int> ClusterOf, IReadOnlyList<CutLink> Cut)
{
    /// <summary>Clusters of two and more records.</summary>
    public int Count => ClusterOf.Skip(1).GroupBy(c => c).Count(g => g.Skip(1).Any());

    /// <summary>Records of the largest cluster.</summary>
    public int Largest => ClusterOf.Skip(1).GroupBy(c => c).Select(g => g.Count()).DefaultIfEmpty(0).Max();
}
