using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Forecasting;

/// <summary>A period that a series is counted in.</summary>
/// <param name="Name">hour, day, week, month, quarter, year or index.</param>
/// <param name="Season">Periods in a season.</param>
public sealed record SeriesPeriod(string Name, int Season)
{
    /// <summary>All periods of time.</summary>
    public static IReadOnlyList<SeriesPeriod> All { get; } = [new("hour", 24), new("day", 7), new("week", 52), new("month", 12), new("quarter", 4), new("year", 1)];

    /// <summary>The first day (of an hour, its beginning) of the period that lies so many after the one of 1970-01-01; the number itself without a calendar.</summary>
    public string Label(long place) => Name switch
    {
        "hour" => DateTime.UnixEpoch.AddHours(place).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        "day" => Day(new DateOnly(1970, 1, 1).AddDays((int)place)),
        "week" => Day(new DateOnly(1970, 1, 5).AddDays((int)place * 7)),
        "month" => Day(new DateOnly(1970, 1, 1).AddMonths((int)place)),
        "quarter" => Day(new DateOnly(1970, 1, 1).AddMonths((int)place * 3)),
        "year" => Day(new DateOnly(1970, 1, 1).AddYears((int)place)),
        _ => place.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The place of the period of a day or longer that holds a day.</summary>
    public long PlaceOf(DateOnly day) => Name switch
    {
        "day" => day.DayNumber - new DateOnly(1970, 1, 1).DayNumber,
        "week" => (long)Math.Floor((day.DayNumber - new DateOnly(1970, 1, 5).DayNumber) / 7.0),
        "month" => (day.Year - 1970) * 12 + day.Month - 1,
        "quarter" => (day.Year - 1970) * 4 + (day.Month - 1) / 3,
        _ => day.Year - 1970,
    };

    /// <summary>The place of the last period that is over when a day is.</summary>
    public long LastWhole(DateOnly last) => PlaceOf(last.AddDays(1)) > PlaceOf(last) ? PlaceOf(last) : PlaceOf(last) - 1;

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>One series, without gaps.</summary>
/// <param name="Name">Its name.</param>
/// <param name="First">Place of its first period.</param>
/// <param name="Values">Its values, oldest first.</param>
/// <param name="Filled">Periods that had no row.</param>
public sealed record NamedSeries(string Name, long First, double[] Values, int Filled);

/// <summary>A table as series.</summary>
/// <param name="Session">Where the table is.</param>
/// <param name="Table">The table, quoted.</param>
/// <param name="Moment">When, as an expression of type TIMESTAMP or DATE.</param>
public sealed record SeriesTable(ISession Session, string Table, string Moment)
{
    private static readonly SqlFile Sql = SqlFile.Beside<SeriesTable>();

    /// <summary>The series' name, an expression; null: all rows are one series.</summary>
    public string? Series { get; init; }

    /// <summary>What is summed per period, an expression; null: rows are counted.</summary>
    public string? Value { get; init; }

    /// <summary>Whether a period without rows is zero; else it lies on the line between its neighbours.</summary>
    public bool GapsAreZero { get; init; }

    /// <summary>A column as an expression: NULL where it is blank.</summary>
    public static string Text(string column) => Sql.Fill("text", ("column", SqlName.Quote(column))).Trim();

    /// <summary>How a text column of dates is to be read where its values are no usual dates: whole numbers that count periods, or quarters such as 1995Q1; else null.</summary>
    /// <param name="session">Where the table is.</param>
    /// <param name="table">The table, quoted.</param>
    /// <param name="column">The column.</param>
    public static (string Moment, bool IsIndex)? Unusual(ISession session, string table, string column)
    {
        var date = Text(column);
        var shape = session.Query<Shape>(Sql.Fill("shape", ("date", date), ("table", table)))[0];
        if (shape.Dated > 0 && shape.Whole == shape.Dated && (shape.Least <= 1 || shape.Most < 1000))
            return (Sql.Fill("index", ("date", date)).Trim(), true);
        return shape.Dated > 0 && shape.Quarters == shape.Dated ? (Sql.Fill("quarter", ("date", date)).Trim(), false) : null;
    }

    /// <summary>The period that suits the commonest step between days; hours where all moments are whole hours, less than a day apart.</summary>
    public SeriesPeriod Suitable()
    {
        if (Session.Scalar<bool>(Sql.Fill("hourly", ("series", Series ?? "''"), ("moment", Moment), ("table", Table))))
            return SeriesPeriod.All[0];
        var days = Session.Scalar<long?>(Sql.Fill("gap", ("series", Series ?? "''"), ("moment", Moment), ("table", Table)));
        return SeriesPeriod.All[days switch { null or < 5 => 1, < 15 => 2, < 60 => 3, < 200 => 4, _ => 5 }];
    }

    /// <summary>The last day there is.</summary>
    public DateOnly? LastDay() => Session.Scalar<DateOnly?>(Sql.Fill("last_day", ("moment", Moment), ("table", Table)));

    /// <summary>Reads the series by name.</summary>
    /// <param name="period">What their values are summed by; index: the moment is the place.</param>
    /// <param name="upTo">Place of the last period that counts; null: the last there is.</param>
    /// <param name="cancellation">Stops reading.</param>
    public IReadOnlyList<NamedSeries> Read(SeriesPeriod period, long? upTo = null, CancellationToken cancellation = default)
    {
        var place = period.Name == "index" ? Moment : Sql.Fill(period.Name == "quarter" ? "quarter_of" : period.Name, ("moment", Moment)).Trim();
        var total = Value is null ? Sql.Fill("rows").Trim() : Sql.Fill("sum", ("value", Value)).Trim();
        var points = new Dictionary<string, List<(long Place, double Value)>>(StringComparer.Ordinal);
        Session.Stream(Sql.Fill("values", ("series", Series ?? "''"), ("place", place), ("total", total), ("table", Table)), null, record =>
        {
            var name = record.GetString(0);
            if (!points.TryGetValue(name, out var list))
                points[name] = list = [];
            var at = Convert.ToInt64(record.GetValue(1), CultureInfo.InvariantCulture);
            if (at <= (upTo ?? long.MaxValue))
                list.Add((at, Convert.ToDouble(record.GetValue(2), CultureInfo.InvariantCulture)));
        }, cancellation);
        var last = points.Values.SelectMany(p => p).Select(p => p.Place).DefaultIfEmpty().Max();
        return [.. points.Where(p => p.Value.Count > 0).Select(p => Whole(p.Key, p.Value, upTo ?? last))];
    }

    private NamedSeries Whole(string name, List<(long Place, double Value)> points, long last)
    {
        var end = GapsAreZero ? Math.Max(last, points[^1].Place) : points[^1].Place;
        var values = new List<double>((int)(end - points[0].Place + 1));
        var filled = 0;
        foreach (var (place, value) in points)
        {
            var gap = (int)(place - points[0].Place) - values.Count;
            for (var i = 1; i <= gap; i++)
            {
                var before = values[^1];
                values.Add(GapsAreZero ? 0 : before + (value - before) / (gap + 2 - i));
                filled++;
            }

            values.Add(value);
        }

        while (values.Count < end - points[0].Place + 1)
        {
            values.Add(0);
            filled++;
        }

        return new NamedSeries(name, points[0].Place, [.. values], filled);
    }

    private sealed record Shape(long Rows, long Dated, long Whole, long? Least, long? Most, long Quarters);
}
