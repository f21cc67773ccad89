using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>Questions as the audit log tells of them: by the members they name. Values of filters may be personal and stay out.</summary>
internal static class AuditText
{
    private const int Longest = 1000;

    /// <summary>The text of a request.</summary>
    public static string Of(LoadRequest request)
    {
        var text = string.Join("; ", request.Questions.Select(q => Of(q.Query)));
        return text.Length <= Longest ? text : $"{text[..Longest]}…";
    }

    /// <summary>The text of a question.</summary>
    public static string Of(CubeQuery query)
    {
        var members = query.Measures.Concat(query.Dimensions).Concat(query.TimeDimensions.Select(t => t.Dimension));
        var filtered = query.Filters.SelectMany(Members).Concat(query.Segments).Distinct().ToList();
        return $"{string.Join(' ', members)}{(filtered.Count > 0 ? $" where {string.Join(' ', filtered)}" : "")}{(query.AsOfRun is { } run ? $" as of run {run}" : "")}";
    }

    private static IEnumerable<string> Members(CubeFilter filter) => filter switch
    {
        FilterGroup group => group.Filters.SelectMany(Members),
        MemberFilter member => [member.Member],
        _ => [],
    };
}
