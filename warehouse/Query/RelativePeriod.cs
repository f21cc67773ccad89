using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Spans of time told from today, in the project's zone: <c>today</c>, <c>yesterday</c>, <c>tomorrow</c>, <c>now</c>, <c>this week</c>, <c>last month</c>,
/// <c>last 6 months</c> (whole ones, the present one left out), <c>next 2 weeks</c>, <c>this quarter to date</c>, <c>previous quarter to date</c> (as many
/// days of it as have passed of this one), <c>3 days ago</c>, <c>from 3 days ago to now</c>. Units: second, minute, hour, day, week, month, quarter, year,
/// fiscal quarter, fiscal year.
/// </summary>
internal static class RelativePeriod
{
    private const int Most = 10_000;

    /// <summary>Reads a phrase; null when the text is none, or when there is no clock.</summary>
    public static DatePeriod? Parse(string text, QueryCalendar calendar)
    {
        if (calendar.Now == DateTime.MinValue)
            return null;
        var words = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length is > 0 and < 16 ? new Phrase(words, calendar).Read() : null;
    }

    private sealed class Phrase(string[] words, QueryCalendar calendar)
    {
        public DatePeriod? Read()
        {
            if (words[0] == "from" && Array.IndexOf(words, "to") is > 1 and var to && to < words.Length - 1)
            {
                return Point(words[1..to]) is { } first && Point(words[(to + 1)..]) is { } last && first.Start < last.End
                    ? new DatePeriod(first.Start, last.End) : null;
            }

            return Point(words) ?? Named(words);
        }

        /// <summary>A day or moment: <c>now</c> ends with this very moment.</summary>
        private DatePeriod? Point(string[] text) => text switch
        {
            ["now"] => new DatePeriod(calendar.Now, calendar.Now.AddMicroseconds(1)),
            ["today"] => Days(0),
            ["yesterday"] => Days(-1),
            ["tomorrow"] => Days(1),
            [var count, .. var unit, "ago"] when Number(count) is { } n && Unit(unit) is { } u => At(u, -n),
            [var count, .. var unit, "from", "now"] when Number(count) is { } n && Unit(unit) is { } u => At(u, n),
            [var date] => DatePeriod.Parse(date),
            _ => null,
        };

        private DatePeriod? Named(string[] text) => text switch
        {
            ["this" or "current", .. var unit, "to", "date"] when Unit(unit) is { } u => ToDate(u, 0),
            ["last" or "previous" or "prior", .. var unit, "to", "date"] when Unit(unit) is { } u => ToDate(u, -1),
            ["this" or "current", .. var unit] when Unit(unit) is { } u => Period(u, 0, 1),
            ["last" or "previous" or "prior", var count, .. var unit] when Number(count) is { } n and > 0 && Unit(unit) is { } u => Period(u, -n, n),
            ["next", var count, .. var unit] when Number(count) is { } n and > 0 && Unit(unit) is { } u => Period(u, 1, n),
            ["last" or "previous" or "prior", .. var unit] when Unit(unit) is { } u => Period(u, -1, 1),
            ["next", .. var unit] when Unit(unit) is { } u => Period(u, 1, 1),
            _ => null,
        };

        private DatePeriod Days(int from) => new(calendar.Now.Date.AddDays(from), calendar.Now.Date.AddDays(from + 1));

        /// <summary>A moment so many units away: whole days for days and longer.</summary>
        private DatePeriod At((TimeUnit Unit, bool Fiscal) unit, int count)
        {
            if (unit.Unit is TimeUnit.Second or TimeUnit.Minute or TimeUnit.Hour)
            {
                var moment = Added(calendar.Now, unit.Unit, count);
                return new(moment, moment.AddMicroseconds(1));
            }

            var day = Added(calendar.Now.Date, unit.Unit, count);
            return new(day, day.AddDays(1));
        }

        private DatePeriod Period((TimeUnit Unit, bool Fiscal) unit, int from, int count)
        {
            var start = Added(Start(unit), unit.Unit, from);
            return new(start, Added(start, unit.Unit, count));
        }

        /// <summary>From the beginning of the period through as many days of it as have passed of the present one.</summary>
        private DatePeriod ToDate((TimeUnit Unit, bool Fiscal) unit, int from)
        {
            var now = Start(unit);
            var start = Added(now, unit.Unit, from);
            var end = start + (calendar.Now.Date.AddDays(1) - now);
            var last = Added(start, unit.Unit, 1);
            return new(start, end < last ? end : last);
        }

        private DateTime Start((TimeUnit Unit, bool Fiscal) unit)
        {
            var now = calendar.Now;
            return unit switch
            {
                (TimeUnit.Second, _) => now.Date.AddSeconds(Math.Floor(now.TimeOfDay.TotalSeconds)),
                (TimeUnit.Minute, _) => now.Date.AddMinutes(Math.Floor(now.TimeOfDay.TotalMinutes)),
                (TimeUnit.Hour, _) => now.Date.AddHours(now.Hour),
                (TimeUnit.Day, _) => now.Date,
                (TimeUnit.Week, _) => calendar.WeekOf(now),
                (TimeUnit.Month, _) => new DateTime(now.Year, now.Month, 1),
                (TimeUnit.Quarter, true) => calendar.FiscalYearOf(now) is var year ? year.AddMonths(((now.Year - year.Year) * 12 + now.Month - year.Month) / 3 * 3) : now,
                (TimeUnit.Quarter, _) => new DateTime(now.Year, (now.Month - 1) / 3 * 3 + 1, 1),
                (_, true) => calendar.FiscalYearOf(now),
                _ => new DateTime(now.Year, 1, 1),
            };
        }

        private static DateTime Added(DateTime moment, TimeUnit unit, int count) => unit switch
        {
            TimeUnit.Second => moment.AddSeconds(count),
            TimeUnit.Minute => moment.AddMinutes(count),
            TimeUnit.Hour => moment.AddHours(count),
            TimeUnit.Day => moment.AddDays(count),
            TimeUnit.Week => moment.AddDays(7 * count),
            TimeUnit.Month => moment.AddMonths(count),
            TimeUnit.Quarter => moment.AddMonths(3 * count),
            _ => moment.AddYears(count),
        };

        private static int? Number(string word)
            => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Most ? number : word is "one" or "a" ? 1 : null;

        private static (TimeUnit Unit, bool Fiscal)? Unit(string[] text) => text switch
        {
            ["fiscal", var word] when word.TrimEnd('s') is "year" or "quarter" => (word.TrimEnd('s') == "year" ? TimeUnit.Year : TimeUnit.Quarter, true),
            [var word] when Enum.TryParse<TimeUnit>(word.TrimEnd('s'), ignoreCase: true, out var unit) && char.IsLetter(word[0]) => (unit, false),
            _ => null,
        };
    }
}
