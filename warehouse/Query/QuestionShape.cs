using System.Globalization;
using System.Text;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question taken apart: everything but the values of its filters, as a text that no other question has, and those values in their order.</summary>
/// <param name="Key">The text; who asks and the day stand in it too.</param>
/// <param name="Values">The values.</param>
internal sealed record QuestionShape(string Key, IReadOnlyList<string> Values)
{
    private static readonly string[] fleeting = ["now", "hour", "minute", "second"];

    /// <summary>The shape; null for a question that means something else in a minute, or is wrong.</summary>
    public static QuestionShape? Of(CubeQuery query, DateTime now)
    {
        var (key, values) = (new StringBuilder(256), new List<string>());
        key.Append(CultureInfo.InvariantCulture, $"{now.Date:yyyyMMdd} {query.Security?.Key ?? "-"} {(int)query.Totals} {(int)query.Reading} {(int)query.Missing} {(int)query.Counting} {(int)query.Rollups} {query.AsOfRun} {query.Limit} {query.Offset} ");
        Texts(key, query.Measures);
        Texts(key, query.Dimensions);
        Texts(key, query.Segments);
        Texts(key, query.NeverOrderedBy);
        foreach (var time in query.TimeDimensions)
        {
            if (time.Compare.Count > 0 || IsFleeting(time.Range?.From) || IsFleeting(time.Range?.To))
                return null;
            Text(key.Append('t'), time.Dimension);
            Text(key, time.Granularity);
            Text(key, time.Range?.From);
            Text(key, time.Range?.To);
        }

        key.Append(query.Order is null ? '-' : 'o');
        foreach (var order in query.Order ?? [])
            Text(key.Append(order.Descending ? 'd' : 'a'), order.Member);
        return query.Filters.All(f => Filter(key, values, f, 0)) ? new QuestionShape(key.ToString(), values) : null;
    }

    /// <summary>The question with values of its own, so that each can be told from any other text by being that very object.</summary>
    public static CubeQuery WithOwnValues(CubeQuery query, List<string> values) => query with { Filters = [.. query.Filters.Select(f => Own(f, values))] };

    /// <summary>The key of the questions that have these values too.</summary>
    public string With(IEnumerable<string> fixedValues)
    {
        var key = new StringBuilder(Key).Append(" =");
        foreach (var value in fixedValues)
            Text(key, value);
        return key.ToString();
    }

    private static CubeFilter Own(CubeFilter filter, List<string> values)
    {
        if (filter is FilterGroup group)
            return group with { Filters = [.. group.Filters.Select(f => Own(f, values))] };
        var member = (MemberFilter)filter;
        List<string> own = [.. member.Values.Select(v => new string(v.AsSpan()))];
        values.AddRange(own);
        return member with { Values = own };
    }

    private static bool Filter(StringBuilder key, List<string> values, CubeFilter filter, int depth)
    {
        if (filter is FilterGroup group)
        {
            key.Append(group.Any ? "or(" : "and(");
            var isWhole = depth < 32 && group.Filters.All(f => Filter(key, values, f, depth + 1));
            key.Append(')');
            return isWhole;
        }

        if (filter is not MemberFilter member || member.Values.Any(v => v is null || IsFleeting(v)))
            return false;
        Text(key, member.Member);
        key.Append(CultureInfo.InvariantCulture, $"{(int)member.Operator}x{member.Values.Count} ");
        values.AddRange(member.Values);
        return true;
    }

    private static bool IsFleeting(string? text) => text is not null && fleeting.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static void Texts(StringBuilder key, IReadOnlyList<string> texts)
    {
        key.Append(CultureInfo.InvariantCulture, $"{texts.Count}[");
        foreach (var text in texts)
            Text(key, text);
        key.Append(']');
    }

    // Each text behind its length, so that no two lists of texts read alike.
    private static void Text(StringBuilder key, string? text)
    {
        if (text is null)
            key.Append("-:");
        else
            key.Append(text.Length).Append(':').Append(text);
    }
}
