using System.Text;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>What a question that was asked by hand says beside its members.</summary>
/// <param name="Filters">Its filters.</param>
/// <param name="Segments">Its named filters.</param>
/// <param name="Reading">Which version of changing attributes counts.</param>
public sealed record AskedQuestion(IReadOnlyList<MemberFilter> Filters, IReadOnlyList<string> Segments, AttributeReading Reading)
{
    /// <summary>A question in words, which says no more.</summary>
    public static AskedQuestion InWords { get; } = new([], [], AttributeReading.AsWas);

    /// <summary>The filters as items of a <c>where</c>.</summary>
    internal string Where() => string.Join(", ", Filters.Select(f =>
        $"{{member: {f.Member}, operator: {NameOf(f.Operator)}{(f.Values.Count == 0 ? "" : $", values: [{string.Join(", ", f.Values.Select(Quoted))}]")}}}"));

    /// <summary>The keys of a block that say the same, each on a line.</summary>
    /// <param name="withFilters">False when the block lists the filters beside its own.</param>
    internal string Keys(bool withFilters)
    {
        var text = new StringBuilder();
        if (withFilters && Filters.Count > 0)
        {
            text.Append("    where: [").Append(Where()).Append("]\n");
        }

        if (Segments.Count > 0)
        {
            text.Append("    segments: [").AppendJoin(", ", Segments).Append("]\n");
        }

        return Reading == AttributeReading.AsIs ? text.Append("    reading: as_is\n").ToString() : text.ToString();
    }

    /// <summary>Operators as reports name them: not_equals for NotEquals.</summary>
    private static string NameOf(FilterOperator comparison) =>
        string.Concat(comparison.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch { '"' => "\\\"", '\\' => "\\\\", _ when char.IsControl(c) => $"\\u{(int)c:x4}", _ => c.ToString() });
        }

        return quoted.Append('"').ToString();
    }
}
