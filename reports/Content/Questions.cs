using System.Globalization;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Asks a report's questions: puts the periods that only the data can name into them, and remembers answers within one report.</summary>
internal sealed class Questions(ICubeReader reader, CancellationToken cancellation)
{
    private readonly Dictionary<string, NewestPeriods> periods = new(StringComparer.Ordinal);

    /// <summary>What the answers stand on; null until one was given.</summary>
    public DataAsOf? AsOf { get; private set; }

    /// <summary>The answer to a question.</summary>
    public CubeResult Ask(QueryPlan plan, Totals totals = Totals.None) => Ask(new CubeQuery
    {
        Measures = plan.Measures,
        Dimensions = plan.Dimensions,
        Filters = Filters(plan.Filters, plan.Measures),
        Segments = plan.Segments,
        Order = plan.Order,
        Limit = plan.Limit,
        Reading = plan.Reading,
        Totals = totals,
    });

    /// <summary>The answer to a resolved question.</summary>
    public CubeResult Ask(CubeQuery query)
    {
        var answer = reader.Read(query, cancellation);
        AsOf ??= answer.AsOf;
        return answer;
    }

    /// <summary>The filters with their periods filled in. A period that the data does not have matches nothing.</summary>
    public IReadOnlyList<CubeFilter> Filters(IReadOnlyList<FilterPlan> filters, IReadOnlyList<string> measures) =>
        [.. filters.Select(f => f switch
        {
            FixedFilter fixedFilter => fixedFilter.Filter,
            PeriodFilter period => PeriodIs(period.Member, Period(period.Member, period.Choice, measures)),
            _ => throw new ArgumentOutOfRangeException(nameof(filters), f, "unknown kind of filter"),
        })];

    /// <summary>A filter to one period.</summary>
    public static CubeFilter PeriodIs(string member, DateOnly? period) => period is { } day
        ? new MemberFilter(member, FilterOperator.Equals, [day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)])
        : new MemberFilter(member, FilterOperator.NotSet, []);

    /// <summary>The first day of a period by its place in the data; null when there are not that many.</summary>
    public DateOnly? Period(string member, PeriodChoice choice, IReadOnlyList<string> measures)
    {
        if (!periods.TryGetValue(member, out var newest))
        {
            periods[member] = newest = Newest(member, measures);
        }

        var complete = newest.First.TakeWhile(p => !IsComplete(p, newest.Format)).Count();
        var place = choice switch
        {
            PeriodChoice.Latest => 0,
            PeriodChoice.Previous => 1,
            PeriodChoice.Complete => complete,
            _ => complete + 1,
        };
        return place < newest.First.Count ? newest.First[place] : null;
    }

    private NewestPeriods Newest(string member, IReadOnlyList<string> measures)
    {
        // Four are enough: the newest, which may not be over, and the ones it is compared with.
        var answer = Ask(new CubeQuery
        {
            Measures = measures.Count > 0 ? [measures[0]] : [],
            Dimensions = [member],
            Filters = [new MemberFilter(member, FilterOperator.Set, [])],
            Order = [new CubeOrder(member, Descending: true)],
            Limit = 4,
        });
        return new NewestPeriods([.. answer.Rows.Select(r => Day(r.Values[0])).OfType<DateOnly>()], answer.Columns[0].Format);
    }

    /// <summary>True when the data reaches the period's last day.</summary>
    public bool IsComplete(DateOnly first, string? format) =>
        AsOf?.Newest is not { } newest || DateOnly.FromDateTime(newest) >= LastDay(first, format);

    /// <summary>A date from an answer's value; null when it holds none.</summary>
    public static DateOnly? Day(object? value) => value switch
    {
        DateOnly day => day,
        DateTime moment => DateOnly.FromDateTime(moment),
        _ => null,
    };

    private static DateOnly LastDay(DateOnly first, string? format) => format switch
    {
        "year" => first.AddYears(1).AddDays(-1),
        "quarter" => first.AddMonths(3).AddDays(-1),
        "month" => first.AddMonths(1).AddDays(-1),
        "week" => first.AddDays(6),
        _ => first,
    };

    private sealed record NewestPeriods(IReadOnlyList<DateOnly> First, string? Format);
}
