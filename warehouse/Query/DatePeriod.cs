using System.Globalization;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>A span of time as people write it: <c>2011</c>, <c>2011-Q1</c>, <c>2011-03</c>, <c>2011-W09</c>, <c>2011-03-15</c>, <c>2011-03-15 14:30[:05]</c>.</summary>
/// <param name="Start">Its first moment.</param>
/// <param name="End">The first moment after it.</param>
internal readonly record struct DatePeriod(DateTime Start, DateTime End)
{
    /// <summary>How a period is written, for messages.</summary>
    public const string Expected = "a date such as 2011-03-15, 2011-03, 2011-Q1, 2011-W09 or 2011, or a phrase such as last 6 months";

    private static readonly string[] Minutes = ["yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm"];
    private static readonly string[] Seconds = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];
    private static readonly string[] Fractions = ["yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFF"];

    /// <summary>Reads a period; null when the text is none.</summary>
    public static DatePeriod? Parse(string text)
    {
        try
        {
            return text.Length switch
            {
                4 => Year(text) is { } year ? new DatePeriod(year, year.AddYears(1)) : null,
                7 when text[5] is 'Q' or 'q' => Quarter(text),
                7 => Exactly(text, "yyyy-MM") is { } month ? new DatePeriod(month, month.AddMonths(1)) : null,
                8 when text[5] is 'W' or 'w' => Week(text),
                10 => Exactly(text, "yyyy-MM-dd") is { } day ? new DatePeriod(day, day.AddDays(1)) : null,
                16 => Exactly(text, Minutes) is { } minute ? new DatePeriod(minute, minute.AddMinutes(1)) : null,
                19 => Exactly(text, Seconds) is { } second ? new DatePeriod(second, second.AddSeconds(1)) : null,
                > 20 and <= 26 => Exactly(text, Fractions) is { } moment ? new DatePeriod(moment, moment.AddMicroseconds(1)) : null,
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // the end of year 9999 has no next year
        }
    }

    /// <summary>The smallest span of whole periods of a format (<c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c>, <c>year</c>) that covers this one; itself for another format.</summary>
    public DatePeriod CoveredBy(string? format)
    {
        if (Truncated(Start, format) is not { } start)
            return this;
        var last = Truncated(End.AddTicks(-1), format)!.Value;
        return new DatePeriod(start, format switch
        {
            "day" => last.AddDays(1),
            "week" => last.AddDays(7),
            "month" => last.AddMonths(1),
            "quarter" => last.AddMonths(3),
            _ => last.AddYears(1),
        });
    }

    private static DateTime? Truncated(DateTime moment, string? format) => format switch
    {
        "day" => moment.Date,
        "week" => moment.Date.AddDays(-(((int)moment.DayOfWeek + 6) % 7)),
        "month" => new DateTime(moment.Year, moment.Month, 1),
        "quarter" => new DateTime(moment.Year, (moment.Month - 1) / 3 * 3 + 1, 1),
        "year" => new DateTime(moment.Year, 1, 1),
        _ => null,
    };

    private static DateTime? Year(string text) => Exactly(text, "yyyy");

    private static DatePeriod? Quarter(string text)
    {
        if (text[4] != '-' || text[6] is < '1' or > '4' || Year(text[..4]) is not { } year)
            return null;
        var start = year.AddMonths(3 * (text[6] - '1'));
        return new DatePeriod(start, start.AddMonths(3));
    }

    private static DatePeriod? Week(string text)
    {
        if (text[4] != '-' || Year(text[..4]) is not { } year || !int.TryParse(text[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var week))
            return null;
        if (week < 1 || week > ISOWeek.GetWeeksInYear(year.Year))
            return null;
        var monday = ISOWeek.ToDateTime(year.Year, week, DayOfWeek.Monday);
        return new DatePeriod(monday, monday.AddDays(7));
    }

    private static DateTime? Exactly(string text, params string[] formats)
        => DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? value : null;
}
