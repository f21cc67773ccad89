using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Matching;

/// <summary>Customers who were alike before.</summary>
/// <param name="Members">Those it happened to.</param>
/// <param name="Others">Those it did not.</param>
/// <param name="MemberMean">Mean outcome of the first; null without any.</param>
/// <param name="OtherMean">Mean outcome of the second.</param>
/// <param name="MemberVariance">Variance of the first; null of fewer than two.</param>
/// <param name="OtherVariance">Variance of the second.</param>
internal sealed record Stratum(long Members, long Others, double? MemberMean, double? OtherMean, double? MemberVariance, double? OtherVariance);

/// <summary>Mean difference within strata, weighted by members; only strata with two of each count.</summary>
/// <param name="Members">Members in all.</param>
/// <param name="Others">Others in all.</param>
/// <param name="Matched">Members in strata that count.</param>
/// <param name="Strata">Strata that count.</param>
/// <param name="Effect">The difference.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Raw">The difference without matching; null without members or others.</param>
internal sealed record MatchedEffect(long Members, long Others, long Matched, int Strata, double Effect, double StandardError, double? Raw)
{
    /// <summary>Lower end of the 95 % interval.</summary>
    public double Low => Effect - (Normal.NinetyFive * StandardError);

    /// <summary>Upper end of the 95 % interval.</summary>
    public double High => Effect + (Normal.NinetyFive * StandardError);

    /// <summary>Chance of such a difference without an effect, two-sided; null when nothing varies.</summary>
    public double? P => StandardError > 0 ? Normal.TwoSided(Effect / StandardError) : null;

    /// <summary>Share of the members who have others that are alike.</summary>
    public double Share => (double)Matched / Math.Max(1, Members);

    /// <summary>Compares; with nobody alike, <see cref="Matched"/> is 0 and there is no effect.</summary>
    public static MatchedEffect Of(IReadOnlyList<Stratum> all)
    {
        var used = all.Where(s => s is { Members: > 1, Others: > 1 }).ToList();
        var (members, others, matched) = (all.Sum(s => s.Members), all.Sum(s => s.Others), used.Sum(s => s.Members));
        double? raw = members == 0 || others == 0 ? null : (all.Sum(s => s.Members * (s.MemberMean ?? 0)) / members) - (all.Sum(s => s.Others * (s.OtherMean ?? 0)) / others);
        if (matched == 0)
        {
            return new(members, others, 0, 0, double.NaN, double.NaN, raw);
        }

        var effect = used.Sum(s => s.Members * (s.MemberMean!.Value - s.OtherMean!.Value)) / matched;
        var error = Math.Sqrt(used.Sum(s => Math.Pow((double)s.Members / matched, 2) * ((s.MemberVariance!.Value / s.Members) + (s.OtherVariance!.Value / s.Others))));
        return new(members, others, matched, used.Count, effect, error, raw);
    }
}
