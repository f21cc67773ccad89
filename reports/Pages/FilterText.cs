using System.Globalization;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Pages;

/// <summary>Filters and ages in words.</summary>
public static class FilterText
{
    /// <summary>What a filter says.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="member">Its member; null when it is not known.</param>
    /// <param name="frame">Of which language.</param>
    public static string Of(MemberFilter filter, CubeMember? member, SiteFrame frame)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(frame);
        var title = member?.Title ?? MemberTitles.Of(filter.Member, frame.Language) ?? filter.Member;
        var text = new ValueText(frame.Locale, frame.Currency, Words.Of(frame.Language));
        var values = string.Join(frame.Words.List, filter.Values.Select(v => Value(v, member, text)));
        return filter.Operator == FilterOperator.Equals ? $"{title}: {values}"
            : $"{title} {frame.Words.Comparisons.GetValueOrDefault(PageQuestion.NameOf(filter.Operator), PageQuestion.NameOf(filter.Operator))} {values}".TrimEnd();
    }

    /// <summary>That the newest load is old.</summary>
    public static string Age(TimeSpan age, SiteFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var said = age.TotalDays >= 2 ? SiteFrame.Say(frame.Words.Days, (int)age.TotalDays) : SiteFrame.Say(frame.Words.Hours, Math.Max(1, (int)age.TotalHours));
        return SiteFrame.Say(frame.Words.StaleAge, said);
    }

    /// <summary>What a question is called.</summary>
    public static string Title(PageQuestion question, CubeMembers members, SiteFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return QuestionReport.Title(question, members, frame.Words);
    }

    private static string Value(string value, CubeMember? member, ValueText text) =>
        member is not null && CubeMembers.IsTime(member) && DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? text.Of(day, member.Format) : value.Length == 0 ? text.Of("", null) : value;
}
