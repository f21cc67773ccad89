using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Reports;

/// <summary>Answers questions from tables of ready-made aggregates: Online Retail's own figures, or rows that a test gives.</summary>
internal sealed class FakeCubes : ICubeReader
{
    public static readonly DataAsOf OnlineRetailAsOf = new(1, new DateTime(2011, 12, 9, 12, 50, 0), new DateTimeOffset(2026, 1, 5, 8, 30, 0, TimeSpan.Zero));

    private readonly List<Dictionary<string, object?>[]> tables = [];

    public DataAsOf AsOf { get; init; } = OnlineRetailAsOf;

    /// <summary>A question with a member of this name fails, as when a table has not been filled yet.</summary>
    public string? FailsOn { get; init; }

    public List<CubeQuery> Asked { get; } = [];

    public static FakeCubes OnlineRetail(DateTime? newest = null)
    {
        var cubes = new FakeCubes { AsOf = OnlineRetailAsOf with { Newest = newest ?? OnlineRetailAsOf.Newest } };
        using var stream = typeof(FakeCubes).Assembly.GetManifestResourceStream("Crm.Analytics.Tests.Reports.online-retail.json")!;
        foreach (var table in JsonDocument.Parse(stream).RootElement.EnumerateObject())
        {
            cubes.Add([.. table.Value.EnumerateArray().Select(Row)]);
        }

        return cubes;
    }

    public FakeCubes Add(params Dictionary<string, object?>[] rows)
    {
        tables.Add(rows);
        return this;
    }

    /// <summary>The first table whose rows bear this member, changed by a test.</summary>
    public Dictionary<string, object?>[] TableWith(string member) => tables.First(t => t[0].ContainsKey(member));

    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        Asked.Add(query);
        if (query.Measures.Concat(query.Dimensions).FirstOrDefault(m => m == FailsOn) is { } failing)
        {
            throw new CrmException(FailureKind.Failed, $"no table behind '{failing}'", failing, "a filled table", "Load the data first");
        }

        var columns = query.Dimensions.Concat(query.Measures).Select(Column).ToList();
        var fixedMembers = query.Filters.OfType<MemberFilter>().Where(f => f.Operator == FilterOperator.Equals).Select(f => f.Member).ToList();
        var rows = Filtered(Table(query.Measures, [.. query.Dimensions.Union(fixedMembers)]), query).ToList();
        var ordered = Ordered(rows, query).Skip(query.Offset).Take(query.Limit ?? 10_000).Select(r => Answer(r, columns, 0)).ToList();
        if (query.Totals != Totals.None && query.Dimensions.Count > 0)
        {
            ordered.AddRange(Filtered(Table(query.Measures, [.. fixedMembers]), query with { Segments = [] }).Take(1).Select(r => Answer(r, columns, query.Dimensions.Count)));
        }

        return new CubeResult(query, columns, ordered, AsOf);
    }

    private Dictionary<string, object?>[] Table(IReadOnlyList<string> measures, HashSet<string> dimensions) =>
        tables.FirstOrDefault(t => t.Length > 0 && measures.All(t[0].ContainsKey) && dimensions.SetEquals(t[0].Keys.Where(k => !IsMeasure(k))))
        ?? (tables.Count == 0 ? [] : throw new InvalidOperationException($"no table for {string.Join(", ", measures)} by {string.Join(", ", dimensions)}"));

    private static IEnumerable<Dictionary<string, object?>> Filtered(IEnumerable<Dictionary<string, object?>> rows, CubeQuery query) => rows.Where(r =>
        query.Filters.OfType<MemberFilter>().All(f => f.Operator switch
        {
            FilterOperator.Equals => f.Values.Contains(Text(r[f.Member])),
            FilterOperator.Set => r.GetValueOrDefault(f.Member, "") is not null,
            _ => true,
        })
        && (!query.Segments.Contains("rfm.moved") || (r["rfm.previous_segment"] is { } before && !before.Equals(r["rfm.segment"]))));

    private static IEnumerable<Dictionary<string, object?>> Ordered(IEnumerable<Dictionary<string, object?>> rows, CubeQuery query) =>
        (query.Order ?? []).Reverse().Aggregate(rows, (sorted, key) => key.Descending ? sorted.OrderByDescending(r => r[key.Member]) : sorted.OrderBy(r => r[key.Member]));

    private static ResultRow Answer(Dictionary<string, object?> row, List<ResultColumn> columns, int totalLevel) =>
        new([.. columns.Select(c => totalLevel > 0 && !c.IsMeasure ? null : row[c.Member])], totalLevel);

    private static bool IsMeasure(string member) => TestCatalogue.Value.Cubes.Values.Any(c => c.Measures.Any(m => $"{c.Name}.{m.Name}" == member));

    private static ResultColumn Column(string member)
    {
        var (cubes, dimensions) = (TestCatalogue.Value.Cubes.Values, TestCatalogue.Value.Dimensions.Values);
        var measure = cubes.SelectMany(c => c.Measures.Select(m => (Name: $"{c.Name}.{m.Name}", m))).FirstOrDefault(m => m.Name == member).m;
        var own = cubes.SelectMany(c => c.Dimensions.Select(d => (Name: $"{c.Name}.{d.Name}", d))).FirstOrDefault(d => d.Name == member).d;
        var attribute = dimensions.SelectMany(d => d.Attributes.Select(a => (Name: $"{d.Name}.{a.Name}", a))).FirstOrDefault(a => a.Name == member).a;
        return measure is not null
            ? new(member, measure.Title, measure.Description, new(TypeKind.Decimal, 18, 4), measure.Format, IsMeasure: true)
            : new(member, own?.Title ?? attribute!.Title, own?.Description ?? attribute?.Description, own?.Type ?? attribute!.Type, own?.Format ?? attribute?.Format, IsMeasure: false);
    }

    private static string Text(object? value) => value is DateOnly day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static Dictionary<string, object?> Row(JsonElement row) => row.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => IsMeasure(p.Name) ? p.Value.GetDecimal() : (object)p.Value.GetInt64(),
        _ => DateOnly.TryParseExact(p.Value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : p.Value.GetString(),
    });
}
