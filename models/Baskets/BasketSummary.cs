namespace Crm.Analytics.Models.Baskets;

/// <summary>What was read.</summary>
/// <param name="RowsRead">Rows of the table.</param>
/// <param name="RowsMissing">Rows without a basket or an item; left out.</param>
/// <param name="Lines">Different pairs of basket and item.</param>
/// <param name="Baskets">Different baskets.</param>
/// <param name="Items">Different items.</param>
public sealed record BasketCounts(long RowsRead, long RowsMissing, long Lines, long Baskets, long Items);

/// <summary>How many frequent sets have a size.</summary>
public sealed record SetSize(int Size, long Sets);

/// <summary>Items that are often in one basket.</summary>
/// <param name="Size">Items.</param>
/// <param name="Items">Their names, joined by <c> + </c>.</param>
/// <param name="Baskets">Baskets that hold all of them.</param>
/// <param name="Support">Their share of all baskets, 0–1.</param>
public sealed record FrequentSet(int Size, string Items, long Baskets, double Support);

/// <summary>Who buys the left side also buys the right side.</summary>
/// <param name="Bought">The left side.</param>
/// <param name="AlsoBought">The right side.</param>
/// <param name="Baskets">Baskets with both.</param>
/// <param name="LeftBaskets">Baskets with the left side.</param>
/// <param name="RightBaskets">Baskets with the right side.</param>
/// <param name="Support">Share of all baskets that hold both, 0–1.</param>
/// <param name="Confidence">Share of the baskets with the left side that hold the right side, 0–1.</param>
/// <param name="Lift">Confidence over the right side's share of all baskets; 1 when the sides are independent.</param>
/// <param name="Conviction">(1 − share of the right side) / (1 − confidence); null when the rule never fails, as it is infinite then.</param>
public sealed record BasketRule(
    string Bought, string AlsoBought, long Baskets, long LeftBaskets, long RightBaskets, double Support, double Confidence, double Lift, double? Conviction);

/// <summary>What was found in baskets.</summary>
/// <param name="Counts">What was read.</param>
/// <param name="LeastBaskets">Baskets that a frequent set needs.</param>
/// <param name="Sizes">Frequent sets by size.</param>
/// <param name="Sets">Frequent sets, the most frequent first.</param>
/// <param name="RuleCount">Rules in all.</param>
/// <param name="Rules">Rules, the strongest first.</param>
/// <param name="Note">What was left out, in words; null when nothing was.</param>
public sealed record BasketSummary(
    BasketCounts Counts, long LeastBaskets, IReadOnlyList<SetSize> Sizes, IReadOnlyList<FrequentSet> Sets, long RuleCount, IReadOnlyList<BasketRule> Rules, string? Note);
