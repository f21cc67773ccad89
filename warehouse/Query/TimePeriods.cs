using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>The periods that time dimensions are grouped by.</summary>
internal static class TimePeriods
{
    /// <summary>Every granularity, finest first.</summary>
    public static readonly string[] All =
        ["second", "minute", "hour", "day", "week", "iso_week", "month", "fiscal_period", "quarter", "fiscal_quarter", "year", "fiscal_year"];

    /// <summary>The grain of a calendar column's values, and for parts of periods the grain they have together with their year.</summary>
    public static (PeriodGrain? Grain, PeriodGrain? Part) GrainOf(string column) => column switch
    {
        "day" => (PeriodGrain.Day, null),
        "week" => (PeriodGrain.Week, null),
        "month" => (PeriodGrain.Month, null),
        "quarter" => (PeriodGrain.Quarter, null),
        "year" => (PeriodGrain.Year, null),
        "iso_year" => (PeriodGrain.IsoYear, null),
        "fiscal_year" or "fiscal_year_start" => (PeriodGrain.FiscalYear, null),
        "fiscal_quarter_start" => (PeriodGrain.FiscalQuarter, null),
        "fiscal_month_start" => (PeriodGrain.FiscalPeriod, null),
        "iso_week" => (null, PeriodGrain.Week),
        "month_of_year" => (null, PeriodGrain.Month),
        "quarter_of_year" => (null, PeriodGrain.Quarter),
        "fiscal_quarter" => (null, PeriodGrain.FiscalQuarter),
        "fiscal_month" => (null, PeriodGrain.FiscalPeriod),
        _ => (null, PeriodGrain.Day),
    };

    /// <summary>A time dimension grouped by periods, each named by its first moment.</summary>
    public static PlannedDimension Of(PlannedDimension time, string granularity, QueryCalendar calendar)
    {
        var isDay = time.Type.Kind == TypeKind.Date;
        if (!isDay && time.Type.Kind != TypeKind.Timestamp)
            throw QueryErrors.Wrong("the time dimensions", $"'{time.Member}' is of type {time.Type}", "a day or a moment such as date.day", "Put it among the dimensions");
        if (!All.Contains(granularity))
            throw QueryErrors.Wrong($"the time dimension '{time.Member}'", $"there is no granularity '{granularity}'",
                $"one of {string.Join(", ", All)}; the nearest is '{NearestName.Of(granularity, All)}'", "Correct the name");
        CheckFiscal(granularity, calendar, $"the time dimension '{time.Member}'");
        if (isDay && granularity is "second" or "minute" or "hour")
            throw QueryErrors.Wrong($"the time dimension '{time.Member}'", $"granularity {granularity} of days", "day or longer", "Ask a moment such as sales.ordered_at");
        var type = new ColumnType(granularity is "second" or "minute" or "hour" ? TypeKind.Timestamp : TypeKind.Date);
        return time with
        {
            Member = $"{time.Member}.{granularity}",
            Title = $"{time.Title} ({granularity.Replace('_', ' ')})",
            Type = type,
            Format = granularity switch
            {
                "second" or "minute" or "hour" => null,
                "iso_week" => "week",
                "fiscal_period" or "fiscal_quarter" or "fiscal_year" => "day",
                _ => granularity,
            },
            Sql = time.Grain == PeriodGrain.Day && granularity == "day" ? time.Sql : Truncated(granularity, time.Sql, type, calendar),
            Granularity = granularity,
            Grain = time.Grain is null ? null : GrainOfGranularity(granularity),
            PartGrain = null,
        };
    }

    /// <summary>Fiscal periods cut by weeks are columns of the calendar; no expression over days tells them.</summary>
    public static void CheckFiscal(string granularity, QueryCalendar calendar, string where)
    {
        if (granularity.StartsWith("fiscal", StringComparison.Ordinal) && !calendar.HasFiscalMonths)
            throw QueryErrors.Wrong(where, $"{granularity} where fiscal periods are cut by weeks", "the calendar's columns date.fiscal_year, date.fiscal_quarter, date.fiscal_month",
                "Group by those instead");
    }

    private static PeriodGrain GrainOfGranularity(string granularity) => granularity switch
    {
        "day" => PeriodGrain.Day,
        "week" or "iso_week" => PeriodGrain.Week,
        "month" => PeriodGrain.Month,
        "fiscal_period" => PeriodGrain.FiscalPeriod,
        "quarter" => PeriodGrain.Quarter,
        "fiscal_quarter" => PeriodGrain.FiscalQuarter,
        "year" => PeriodGrain.Year,
        _ => PeriodGrain.FiscalYear,
    };

    /// <summary>The first moment of the period that a moment is in.</summary>
    public static string Truncated(string granularity, string moment, ColumnType type, QueryCalendar calendar)
    {
        var fiscal = calendar.FiscalYearStart - 1;
        var days = ((int)calendar.WeekBegins + 6) % 7;
        var text = granularity switch
        {
            "week" when days > 0 => $"date_trunc('week', {moment} - INTERVAL {days} DAY) + INTERVAL {days} DAY",
            "iso_week" => $"date_trunc('week', {moment})",
            "fiscal_period" => $"date_trunc('month', {moment})",
            "fiscal_quarter" => Moved("quarter", moment, fiscal % 3),
            "fiscal_year" => Moved("year", moment, fiscal),
            _ => $"date_trunc('{granularity}', {moment})",
        };
        return $"CAST({text} AS {type.Sql})";
    }

    private static string Moved(string unit, string moment, int months)
        => months == 0 ? $"date_trunc('{unit}', {moment})" : $"date_trunc('{unit}', {moment} - INTERVAL {months} MONTH) + INTERVAL {months} MONTH";
}
