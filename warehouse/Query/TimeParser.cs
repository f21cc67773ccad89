namespace Crm.Analytics.Warehouse.Query;

/// <summary>Reads a time dimension as people type it: <c>date.day by month in last 6 months</c>, <c>date.day in 2011-01-01..2011-06-30</c>.</summary>
public static class TimeParser
{
    /// <summary>The time dimension a text means.</summary>
    /// <param name="text">A member, then <c>by GRANULARITY</c>, then <c>in RANGE</c> or <c>in RANGE vs RANGE</c>; the last two may be left out.</param>
    /// <exception cref="CrmException">The text is none.</exception>
    public static TimeDimension Parse(string text)
    {
        var rest = text.Trim();
        var ranges = "";
        if (rest.IndexOf(" in ", StringComparison.Ordinal) is > 0 and var at)
            (rest, ranges) = (rest[..at].Trim(), rest[(at + 4)..].Trim());
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (1 or 3) || (words.Length == 3 && words[1] != "by"))
            throw QueryErrors.Wrong("the time", $"'{text}'", "a member, then by and a period, then in and a range", "Write e.g. date.day by month in last 6 months");
        var asked = ranges.Length == 0 ? [] : ranges.Split(" vs ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Range).ToList();
        var time = new TimeDimension(words[0], words.Length == 3 ? words[2] : null);
        return asked.Count > 1 ? time with { Compare = asked } : time with { Range = asked.FirstOrDefault() };
    }

    private static DateRange Range(string text) => text.Split("..", StringSplitOptions.TrimEntries) switch
    {
        [var from, var to] => new DateRange(from, to),
        _ => new DateRange(text),
    };
}
