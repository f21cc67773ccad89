using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>A request to <c>/v1/load</c>: one question or several, and how they are to be answered.</summary>
/// <param name="Questions">The questions; more than one for a list of queries or for compared ranges.</param>
/// <param name="IsMulti">True for the answer that holds a list of results.</param>
/// <param name="Kind"><c>regularQuery</c>, <c>compareDateRangeQuery</c> or <c>blendingQuery</c>.</param>
internal sealed record LoadRequest(IReadOnlyList<LoadQuestion> Questions, bool IsMulti, string Kind)
{
    /// <summary>The kind of a request that compares ranges of time.</summary>
    public const string Comparing = "compareDateRangeQuery";

    /// <summary>Most queries in one request.</summary>
    private const int MostQueries = 20;

    private const int MostMembers = 100;
    private const int MostFilters = 500;
    private const int MostValues = 10_000;
    private const int DeepestGroup = 16;

    private static readonly string[] keys =
    [
        "measures", "dimensions", "segments", "timeDimensions", "filters", "order", "limit", "offset", "total", "timezone", "ungrouped", "responseFormat", "renewQuery", "cache",
        "totals", "asIs", "asOf", "missing", "rollups", "queryType",
    ];

    /// <summary>Reads a request.</summary>
    /// <param name="query">The query, or the list of them.</param>
    /// <param name="queryType"><c>multi</c>, <c>regular</c> or null.</param>
    /// <param name="settings">The project's settings: its time zone.</param>
    /// <exception cref="CrmException">It is not what it must be; says where.</exception>
    public static LoadRequest Read(StrictJson query, string? queryType, ProjectSettings settings)
    {
        if (queryType is not (null or "multi" or "regular" or "regularQuery"))
        {
            throw ApiErrors.Wrong($"'{queryType}'", "queryType", "multi or regular", "Correct or remove it");
        }

        var asked = query.IsArray ? [.. query.Items(MostQueries).Select(q => Question(q, settings))] : new List<LoadQuestion> { Question(query, settings) };
        if (asked.Count == 0)
        {
            throw query.Wrong("at least one query");
        }

        var compared = asked.SelectMany(q => CompareRanges.Of(q.Query).Select(r => q with { Query = r.Query, Range = r.Range })).ToList();
        var kind = query.IsArray && asked.Count > 1 ? "blendingQuery" : compared.Count > asked.Count ? Comparing : "regularQuery";
        return new(compared, queryType == "multi" || compared.Count > 1, kind);
    }

    private static LoadQuestion Question(StrictJson json, ProjectSettings settings)
    {
        json = json.Object(keys);
        CheckZone(json, settings);
        if (json.Find("ungrouped")?.Truth() == true)
        {
            throw ApiErrors.Wrong("true", $"{json.Place}.ungrouped", "false", "Ask /v1/drill for the rows themselves");
        }

        var format = json.Find("responseFormat")?.Text() ?? "default";
        return format is not ("default" or "compact" or "columnar")
            ? throw ApiErrors.Wrong($"'{format}'", $"{json.Place}.responseFormat", "default, compact or columnar", "Correct or remove it")
            : new(Query(json), format, json.Find("renewQuery")?.Truth() == true || json.Find("cache")?.Text() == "no-cache", null, json.Element);
    }

    private static CubeQuery Query(StrictJson json) => new()
    {
        Measures = Names(json, "measures"),
        Dimensions = Names(json, "dimensions"),
        Segments = Names(json, "segments"),
        TimeDimensions = [.. (json.Find("timeDimensions")?.Items(MostMembers) ?? []).Select(Time)],
        Filters = [.. (json.Find("filters")?.Items(MostFilters) ?? []).Select(f => Filter(f, 0))],
        Order = Order(json.Find("order")),
        Limit = json.Find("limit")?.Whole(0, int.MaxValue),
        Offset = json.Find("offset")?.Whole(0, int.MaxValue) ?? 0,
        Counting = json.Find("total")?.Truth() == true ? RowCounting.All : RowCounting.None,
        Totals = Choice(json.Find("totals"), Totals.None),
        Reading = json.Find("asIs")?.Truth() == true ? AttributeReading.AsIs : AttributeReading.AsWas,
        AsOfRun = json.Find("asOf")?.Whole(0, int.MaxValue),
        Missing = json.Find("missing")?.Truth() == true ? MissingPeriods.Show : MissingPeriods.LeaveOut,
        Rollups = json.Find("rollups")?.Truth() == false ? RollupUse.Refused : RollupUse.Allowed,
    };

    private static string[] Names(StrictJson json, string key) => [.. (json.Find(key)?.Items(MostMembers) ?? []).Select(i => i.Text())];

    private static TimeDimension Time(StrictJson json)
    {
        json = json.Object("dimension", "granularity", "dateRange", "compareDateRange");
        var dimension = (json.Find("dimension") ?? throw ApiErrors.Wrong("no dimension", json.Place, "the key 'dimension'", "Name a dimension of time")).Text();
        return new(dimension, json.Find("granularity")?.Text())
        {
            Range = json.Find("dateRange") is { } range ? Range(range) : null,
            Compare = [.. (json.Find("compareDateRange")?.Items(MostQueries) ?? []).Select(Range)],
        };
    }

    private static DateRange Range(StrictJson json)
    {
        if (!json.IsArray)
        {
            return new(json.Text());
        }

        var bounds = json.Items(2).Select(b => b.Text()).ToList();
        return bounds.Count == 0 ? throw json.Wrong("one or two dates, or a phrase such as 'last 6 months'") : new(bounds[0], bounds.ElementAtOrDefault(1) ?? bounds[0]);
    }

    private static CubeFilter Filter(StrictJson json, int depth)
    {
        if (depth > DeepestGroup)
        {
            throw ApiErrors.Wrong("groups within groups", json.Place, string.Create(CultureInfo.InvariantCulture, $"at most {DeepestGroup} levels"), "Write the filter with fewer levels");
        }

        json = json.Object("member", "dimension", "operator", "values", "and", "or");
        var (and, or) = (json.Find("and"), json.Find("or"));
        if ((and ?? or) is { } group)
        {
            return and is not null && or is not null || json.Find("member") is not null
                ? throw ApiErrors.Wrong("a group with other keys", json.Place, "'and', or 'or', alone", "Nest one group in the other")
                : new FilterGroup(and is null, [.. group.Items(MostFilters).Select(f => Filter(f, depth + 1))]);
        }

        var member = (json.Find("member") ?? json.Find("dimension") ?? throw ApiErrors.Wrong("no member", json.Place, "the key 'member'", "Name what is filtered")).Text();
        var name = (json.Find("operator") ?? throw ApiErrors.Wrong("no operator", json.Place, "the key 'operator'", "Say how it is compared")).Text();
        var wanted = OperatorNames.Of(name)
            ?? throw ApiErrors.Wrong($"the operator '{name}'", json.Place, NearestName.Expected("an operator", name, [.. OperatorNames.All]), "Correct the operator");
        return new MemberFilter(member, wanted, [.. (json.Find("values")?.Items(MostValues) ?? []).Select(v => v.Scalar())]);
    }

    private static List<CubeOrder>? Order(StrictJson? json)
    {
        if (json is not { } order)
        {
            return null;
        }

        return order.IsObject
            ? [.. order.Properties().Select(p => Key(p.Name, p.Value))]
            : [.. order.Items(MostMembers).Select(Pair)];
    }

    /// <summary>A pair, or what answers write it as.</summary>
    private static CubeOrder Pair(StrictJson json)
    {
        if (json.IsObject)
        {
            json = json.Object("id", "desc");
            return new((json.Find("id") ?? throw ApiErrors.Wrong("no id", json.Place, "the key 'id'", "Name a member")).Text(), json.Find("desc")?.Truth() == true);
        }

        var pair = json.Items(2).ToList();
        return pair.Count == 2 ? Key(pair[0].Text(), pair[1]) : throw json.Wrong("a member and asc or desc");
    }

    private static CubeOrder Key(string member, StrictJson direction) => direction.Text() switch
    {
        "asc" => new(member, false),
        "desc" => new(member, true),
        _ => throw direction.Wrong("asc or desc"),
    };

    private static Totals Choice(StrictJson? json, Totals otherwise) => json?.Text() switch
    {
        null => otherwise,
        "none" => Totals.None,
        "grand" => Totals.Grand,
        "subtotals" => Totals.Subtotals,
        _ => throw json.Value.Wrong("none, grand or subtotals"),
    };

    // Dates are stored as the project's days; UTC is what clients send when nobody chose a zone.
    private static void CheckZone(StrictJson json, ProjectSettings settings)
    {
        if (json.Find("timezone") is { } zone && zone.Text() is var name && name is not ("UTC" or "Etc/UTC") && name != settings.TimeZone)
        {
            throw ApiErrors.Wrong($"the time zone '{name}'", zone.Place, $"{settings.TimeZone}, in which the project's days are", "Remove it");
        }
    }
}

/// <summary>One question of a request.</summary>
/// <param name="Query">The question.</param>
/// <param name="Format"><c>default</c>, <c>compact</c> or <c>columnar</c>.</param>
/// <param name="Renews">True when a remembered answer will not do.</param>
/// <param name="Range">The compared range that it is for; null for none.</param>
/// <param name="Asked">The question as it was sent.</param>
internal sealed record LoadQuestion(CubeQuery Query, string Format, bool Renews, DateRange? Range, JsonElement Asked)
{
    /// <summary>Where a drill led; null for a question of its own.</summary>
    public DrilledTo? Drilled { get; init; }
}

/// <summary>Where a drill led.</summary>
/// <param name="Breadcrumb">What the rows are narrowed to, in the order it was done.</param>
/// <param name="Steps">The levels below and above each dimension.</param>
internal sealed record DrilledTo(IReadOnlyList<string> Breadcrumb, IReadOnlyList<DrillStep> Steps);
