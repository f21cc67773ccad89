using System.Globalization;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Asks a report's questions: puts the periods that only the data can name into them, and remembers answers within one report.</summary>
internal sealed class Questions(ICubeReader reader, FillOptions options, ReportPlan report, Words words, CancellationToken cancellation) : ICubeReader
{
    /// <summary>Rows of one block in a file of figures; more fail it, so that no file is cut without a word.</summary>
    private const int MostRows = 50_000_000;

    private readonly Dictionary<string, IReadOnlyList<string>> most = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NewestPeriods> periods = new(StringComparer.Ordinal);
    private IReadOnlyList<MemberFilter> chosen = [];

    /// <summary>What the answers stand on; null until one was given.</summary>
    public DataAsOf? AsOf { get; private set; }

    /// <summary>True for files of figures: all rows, whatever a limit leaves out on the page.</summary>
    public bool Complete => options.Complete;

    /// <summary>The words of the report's language.</summary>
    public Words Words => words;

    /// <summary>
    /// Begins a block: from here on its questions are narrowed by what was chosen on the page, as far as all of them reach it. A block that shows the
    /// members of which one was chosen keeps showing all of them. Answers whether something chosen leaves the block as it is.
    /// </summary>
    public bool Begin(BlockPlan block)
    {
        if (options.Chosen.Count == 0 || options.Catalogue is not { } catalogue)
        {
            return false;
        }

        var asked = BlockQuestions.Of(block).ToList();
        var members = new Members(catalogue, []);
        chosen = [.. options.Chosen.Where(f => asked.TrueForAll(q => !q.Dimensions.Contains(f.Member) && members.Reaches(BlockQuestions.CubeOf(q), f.Member)))];
        return asked.Count > 0 && chosen.Count < options.Chosen.Count;
    }

    /// <summary>True when a parameter that has a value narrows a block.</summary>
    public bool IsParameterIn(BlockPlan block) => BlockQuestions.Of(block).SelectMany(q => q.Filters).OfType<ParameterFilter>().Any(p => ValuesOf(p.Parameter).Count > 0);

    /// <summary>What is declared; null where nobody said.</summary>
    public Catalogue? Catalogue => options.Catalogue;

    /// <summary>The answer to a question.</summary>
    public CubeResult Ask(QueryPlan plan, Totals totals = Totals.None) => Ask(Query(plan) with { Totals = totals });

    /// <summary>A resolved question is answered as all of the report's are.</summary>
    CubeResult ICubeReader.Read(CubeQuery query, CancellationToken cancellation) => Ask(query);

    /// <summary>A question with its periods and parameters filled in.</summary>
    public CubeQuery Query(QueryPlan plan) => new()
    {
        Measures = plan.Measures,
        Dimensions = plan.Dimensions,
        Filters = Filters(plan.Filters, plan.Measures),
        Segments = plan.Segments,
        Order = plan.Order,
        Limit = Complete ? MostRows : plan.Limit,
        Reading = plan.Reading,
    };

    /// <summary>The answer to a resolved question.</summary>
    /// <exception cref="CrmException">It cannot be answered, or only in part although nobody asked for a part.</exception>
    public CubeResult Ask(CubeQuery query)
    {
        var answer = reader.Read(query with { AsOfRun = options.AsOfRun, Filters = [.. query.Filters, .. options.RowFilters, .. chosen] }, cancellation);
        AsOf ??= answer.AsOf;
        if (answer.HasMore && (query.Limit is null or MostRows))
        {
            throw new CrmException(
                FailureKind.Failed, "more rows than one block shows", string.Join(", ", query.Dimensions), "a question with a limit", "Give the block a limit, or a coarser dimension");
        }

        return answer with { Columns = [.. answer.Columns.Select(c => c with { Title = MemberTitles.Of(c.Member, report.Language) ?? c.Title })] };
    }

    /// <summary>The filters with their periods filled in. A period that the data does not have matches nothing.</summary>
    public IReadOnlyList<CubeFilter> Filters(IReadOnlyList<FilterPlan> filters, IReadOnlyList<string> measures) =>
        [.. filters.Select(CubeFilter? (f) => f switch
        {
            FixedFilter fixedFilter => fixedFilter.Filter,
            ParameterFilter parameter => Chosen(parameter),
            PeriodFilter period => PeriodIs(period.Member, Period(period.Member, period.Choice, measures)),
            _ => throw new ArgumentOutOfRangeException(nameof(filters), f, "unknown kind of filter"),
        }).OfType<CubeFilter>()];

    /// <summary>The values of a parameter: those given, else its default, else the member that has most of its measure; none: no restriction.</summary>
    public IReadOnlyList<string> ValuesOf(string parameter)
    {
        if (options.Parameters.TryGetValue(parameter, out var given))
        {
            return given;
        }

        var plan = report.Parameters.FirstOrDefault(p => p.Name == parameter);
        if (plan is not { Most: { } measure, Choices: { } member })
        {
            return plan?.Default ?? [];
        }

        // What was chosen among the figures does not choose for the parameter.
        var narrowed = chosen;
        chosen = [];
        var values = most.TryGetValue(parameter, out var found) ? found : most[parameter] = [.. Ask(new CubeQuery
        {
            Measures = [measure],
            Dimensions = [member],
            Filters = [new MemberFilter(member, FilterOperator.Set, [])],
            Order = [new CubeOrder(measure, Descending: true), new CubeOrder(member, Descending: false)],
            Limit = 1,
        }).Rows.Select(r => Convert.ToString(r.Values[0], CultureInfo.InvariantCulture)!)];
        chosen = narrowed;
        return values;
    }

    private MemberFilter? Chosen(ParameterFilter filter) =>
        ValuesOf(filter.Parameter) is { Count: > 0 } values ? new MemberFilter(filter.Member, filter.Operator, values) : null;

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
        // What was chosen does not move the periods that a page speaks of.
        var narrowed = chosen;
        chosen = [];

        // Four are enough: the newest, which may not be over, and the ones it is compared with.
        var answer = Ask(new CubeQuery
        {
            Measures = measures.Count > 0 ? [measures[0]] : [],
            Dimensions = [member],
            Filters = [new MemberFilter(member, FilterOperator.Set, [])],
            Order = [new CubeOrder(member, Descending: true)],
            Limit = 4,
        });
        chosen = narrowed;
        return new NewestPeriods([.. answer.Rows.Select(r => Day(r.Values[0])).OfType<DateOnly>()], answer.Columns[0].Format);
    }

    /// <summary>True when the data reaches the period's last day.</summary>
    public bool IsComplete(DateOnly first, string? format) =>
        AsOf?.Newest is not { } newest || DateOnly.FromDateTime(newest) >= LastDay(first, format);

    /// <summary>True when the period begins after the newest data.</summary>
    public bool IsYetToCome(DateOnly first) => AsOf?.Newest is { } newest && first > DateOnly.FromDateTime(newest);

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
