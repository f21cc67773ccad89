using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Pages;

/// <summary>Where the figures of a page lead: deeper, or to the same page narrowed to what was chosen.</summary>
/// <param name="Frame">The frame of the page.</param>
/// <param name="Path">Its path without its question.</param>
/// <param name="Query">The keys and values of its question, without what was chosen among figures.</param>
public sealed record PageLinks(SiteFrame Frame, string Path, IReadOnlyList<KeyValuePair<string, string>> Query)
{
    /// <summary>The parameter that holds what was chosen among figures.</summary>
    public const string ChosenKey = "_x";

    /// <summary>The parameter that says what a click does.</summary>
    public const string ClickKey = "_click";

    /// <summary>Title that a breadcrumb begins with.</summary>
    public string? Title { get; init; }

    /// <summary>Where a breadcrumb leads back to; null: to this page.</summary>
    public string? From { get; init; }

    /// <summary>Filters that stand before the first step of a breadcrumb; null: those of the figure.</summary>
    public int? Base { get; init; }

    /// <summary>True when a click narrows this page, false when it goes deeper.</summary>
    public bool Narrows { get; init; }

    /// <summary>What was chosen among the figures: one value each; of one member any of them.</summary>
    public IReadOnlyList<MemberFilter> Chosen { get; init; } = [];

    /// <summary>Where a table's files are; null for nowhere. Holds {0} for the block and {1} for the format.</summary>
    public string? Files { get; init; }

    /// <summary>The key by which a cell's own values are added to a link.</summary>
    public string CellKey => Narrows ? ChosenKey : "at";

    /// <summary>Where a figure leads; null for nowhere.</summary>
    public string? Of(Origin? origin)
    {
        if (origin is null || origin.Question.Measures.Count == 0)
        {
            return null;
        }

        if (Narrows)
        {
            return origin.At.Count == 0 ? null : Narrowed(origin);
        }

        var question = PageQuestion.At(origin) with { Of = Title, From = From ?? Here(Query.Concat(ChosenPairs(Chosen))) };
        var at = string.Concat(origin.At.Select(a => "&at=" + Uri.EscapeDataString(PageQuestion.CellText(a.Key, a.Value))));
        return Frame.Link("/drill", (question with { Base = Base ?? question.Filters.Count }).Text() + at);
    }

    /// <summary>True when what the row stands for was chosen.</summary>
    public bool IsChosen(Origin? origin) => origin is not null && Chosen.Count > 0 && origin.At.Count > 0 && origin.At.All(a => Chosen.Any(c => Matches(c, a)));

    /// <summary>This page without one of the choices.</summary>
    public string Without(MemberFilter choice) => Frame.Root + Here(Query.Concat(ChosenPairs(Chosen.Where(c => c != choice))));

    /// <summary>This page with another use of clicks.</summary>
    public string Clicking(bool narrows) =>
        Frame.Root + Here(Query.Where(p => p.Key != ClickKey).Concat(ChosenPairs(Chosen)).Concat(narrows ? [KeyValuePair.Create(ClickKey, "filter")] : []));

    /// <summary>Where the file of a table is; null for nowhere.</summary>
    public string? File(string block, string format) => Files?.Replace("{0}", Uri.EscapeDataString(block), StringComparison.Ordinal).Replace("{1}", format, StringComparison.Ordinal);

    // A figure of one member is taken to what was chosen of that member, or back from it. One of several members is chosen alone, and so is a missing value: "one of
    // these, or none" is no condition that a figure stands for.
    private string Narrowed(Origin origin)
    {
        var isChosen = IsChosen(origin);
        var rest = Chosen.Where(c => origin.At.All(a => a.Key != c.Member)
            || (origin.At.Count == 1 && origin.At[0].Value is not null && c.Operator != FilterOperator.NotSet && !(isChosen && Matches(c, origin.At[0]))));
        return Frame.Root + Here(Query.Concat(ChosenPairs(rest)).Concat(isChosen ? [] : origin.At.Select(a => KeyValuePair.Create(ChosenKey, PageQuestion.CellText(a.Key, a.Value)))));
    }

    private string Here(IEnumerable<KeyValuePair<string, string>> query)
    {
        var text = string.Join('&', query.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
        return text.Length == 0 ? Path : $"{Path}?{text}";
    }

    private static IEnumerable<KeyValuePair<string, string>> ChosenPairs(IEnumerable<MemberFilter> chosen) =>
        chosen.Select(c => KeyValuePair.Create(ChosenKey, c.Operator == FilterOperator.NotSet ? c.Member : $"{c.Member}:{c.Values[0]}"));

    private static bool Matches(MemberFilter choice, KeyValuePair<string, object?> at) => choice.Member == at.Key
        && (choice.Operator == FilterOperator.NotSet ? choice.Member : $"{choice.Member}:{choice.Values[0]}") == PageQuestion.CellText(at.Key, at.Value);
}
