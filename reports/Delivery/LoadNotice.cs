using System.Globalization;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>Whether a delivery waits for a load, and what is said of one that is late or failed.</summary>
internal static class LoadNotice
{
    /// <summary>Why it waits (null: it does not), and the sentence over the report (null: none).</summary>
    public static (string? Waits, string? Notice) Of(DeliveryEnvironment environment, ReportPlan plan, WaitPlan? wait)
    {
        var (words, load) = (Words.Of(plan.Language), environment.Load);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(environment.Project.Settings.TimeZone);
        var now = environment.Now;
        var text = new ValueText(environment.Project.Settings.Locale, environment.Project.Settings.Currency, words);
        var published = load.Published is { } moment ? TimeZoneInfo.ConvertTime(moment, zone).DateTime : (DateTime?)null;
        var newest = published is null ? null : environment.Reader.Read(new CubeQuery { Dimensions = ["date.year"], Limit = 1 }).AsOf.Newest;
        var asOf = newest is { } at ? text.Moment(at) : words.Never;
        var isLate = wait is { TodaysLoad: true } && !(published is { } last && last.Date == now.Date);
        if (isLate && !(wait!.Until is { } until && TimeOnly.FromDateTime(now) >= until))
        {
            return (string.Create(CultureInfo.InvariantCulture,
                $"waits for today's load ({now:yyyy-MM-dd}); the newest data was published {published:yyyy-MM-dd HH:mm}{(wait.Until is { } goes ? $", and it goes without it from {goes:HH:mm}" : "")}"), null);
        }

        return (null, load.FailedAt is { } failed ? Say(words.FailedLoad, asOf, text.Moment(TimeZoneInfo.ConvertTime(failed, zone).DateTime))
            : isLate ? Say(words.LateLoad, asOf) : null);
    }

    private static string Say(string pattern, params object[] values) => string.Format(CultureInfo.InvariantCulture, pattern, values);
}
