using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>What relative dates and periods stand on.</summary>
/// <param name="Now">The present moment in the project's time zone.</param>
/// <param name="FiscalYearStart">Month (1–12) the fiscal year begins with.</param>
/// <param name="WeekBegins">First day of weeks.</param>
public sealed record QueryCalendar(DateTime Now, int FiscalYearStart, DayOfWeek WeekBegins)
{
    /// <summary>False when fiscal periods are cut by weeks, which only the calendar's columns tell.</summary>
    public bool HasFiscalMonths { get; init; } = true;

    /// <summary>For questions that no clock is at hand for: calendar years, weeks from Monday, and a present that never comes.</summary>
    public static QueryCalendar None { get; } = new(DateTime.MinValue, 1, DayOfWeek.Monday);

    /// <summary>The calendar of a project at this moment.</summary>
    public static QueryCalendar Of(ProjectSettings settings, TimeProvider time)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(settings.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        return new(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime, settings.FiscalYearStart, settings.WeekBegins) { HasFiscalMonths = settings.FiscalPeriods == "months" };
    }

    /// <summary>The first day of the week that a day is in.</summary>
    public DateTime WeekOf(DateTime day) => day.Date.AddDays(-(((int)day.DayOfWeek - (int)WeekBegins + 7) % 7));

    /// <summary>The first day of the fiscal year that a day is in.</summary>
    public DateTime FiscalYearOf(DateTime day) => new(day.Month >= FiscalYearStart ? day.Year : day.Year - 1, FiscalYearStart, 1);
}
