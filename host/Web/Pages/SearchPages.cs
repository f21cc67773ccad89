using System.Globalization;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>The search of everything: <c>/search</c>. Customers are those of rows that the asker may see.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class SearchPages(Site site)
{
    /// <summary>Where it is.</summary>
    public const string Path = "/search";

    private const int Most = 20;
    private const int Longest = 200;
    private const string CustomerName = "customer.name";

    /// <summary>The page.</summary>
    public byte[] Page(PageRequest request, CancellationToken cancellation)
    {
        var sought = (request.Query["q"].FirstOrDefault() ?? "").Trim();
        sought = sought.Length > Longest ? sought[..Longest] : sought;
        var frame = site.Dated(request.Frame) with { Part = "search", Sought = sought };
        var labels = new PageLabels(frame);
        var groups = new List<(string, IReadOnlyList<Hit>, bool)>();
        if (sought.Length > 0)
        {
            var customers = site.Served.Published is null ? [] : Customers(sought, request, cancellation);
            groups.Add((labels.Reports, Reports(sought, request), false));
            groups.Add((labels.Customers, [.. customers.Take(Most)], customers.Count > Most));
            groups.AddRange(Members(sought, request, labels));
        }

        return SitePages.Render<SearchPage>(new Dictionary<string, object?> { [nameof(SearchPage.Frame)] = frame, [nameof(SearchPage.Groups)] = groups });
    }

    private List<Hit> Reports(string sought, PageRequest request)
    {
        var hits = new List<Hit>();
        foreach (var file in site.Reports())
        {
            if (Plan(file, request.Frame.Language) is { } plan && site.MaySee(plan, request.Security) && Matches(sought, plan.Name, plan.Title, plan.Summary, string.Join(' ', plan.Blocks.Select(b => b.Frame.Title))))
            {
                hits.Add(new(plan.Title, request.Frame.Link(ReportPages.Root + plan.Name), plan.Summary));
            }
        }

        return hits;
    }

    private IEnumerable<(string, IReadOnlyList<Hit>, bool)> Members(string sought, PageRequest request, PageLabels labels)
    {
        var cubes = CubeMembers.All(site.Catalogue, request.Security, request.Frame.Language);
        var measures = cubes.SelectMany(c => c.Measures.Select(m => (Cube: c, Member: m))).Where(p => Matches(sought, p.Member.Name, p.Member.Title, p.Cube.Cube.Title)).Take(Most);
        yield return (labels.Measures, [.. measures.Select(p => new Hit(p.Member.Title, Explore(request, new PageQuestion { Measures = [p.Member.Name] }), $"{p.Cube.Cube.Title}. {p.Member.Description}"))], false);
        var dimensions = cubes.SelectMany(c => c.Dimensions.Select(d => (Cube: c, Member: d))).Where(p => Matches(sought, p.Member.Name, p.Member.Title)).DistinctBy(p => p.Member.Name).Take(Most);
        yield return (labels.Dimensions, [.. dimensions.Select(p => new Hit(p.Member.Title, Explore(request, new PageQuestion { Measures = [p.Cube.Measures[0].Name], Dimensions = [p.Member.Name] }), p.Member.Description ?? p.Member.Name))], false);
    }

    private static string Explore(PageRequest request, PageQuestion question) => request.Frame.Link(ExplorePages.Path, question.Text());

    private List<Hit> Customers(string sought, PageRequest request, CancellationToken cancellation)
    {
        var answer = Ask([Site.Customer, CustomerName]) ?? Ask([Site.Customer]);
        var leads = Lead(request);
        return answer is null ? [] : [.. answer.Rows.Select(r =>
        {
            var id = Convert.ToString(r.Values[0], CultureInfo.InvariantCulture) ?? "";
            var name = answer.Query.Dimensions.Count > 1 ? r.Values[1] as string : null;
            return new Hit(name ?? id, leads(id), name is null ? null : id);
        })];

        CubeResult? Ask(IReadOnlyList<string> members)
        {
            try
            {
                return request.Reader.Read(
                    new CubeQuery
                    {
                        Dimensions = members,
                        Filters = [new FilterGroup(Any: true, [.. members.Select(m => new MemberFilter(m, FilterOperator.Contains, [sought]))])],
                        Order = [new CubeOrder(members[^1], Descending: false)],
                        Limit = Most + 1,
                    },
                    cancellation);
            }
            catch (CrmException e) when (e.Kind == FailureKind.WrongUse)
            {
                return null;
            }
        }
    }

    /// <summary>Where a customer leads: to their own report, else to what they bought.</summary>
    private Func<string, string> Lead(PageRequest request)
    {
        if (site.OneCustomer() is var (report, parameter))
        {
            return id => request.Frame.Link(ReportPages.Root + report, $"{parameter}={Uri.EscapeDataString(id)}");
        }

        var cubes = CubeMembers.All(site.Catalogue, request.Security, request.Frame.Language).Where(c => c.Reaches(Site.Customer)).ToList();
        var cube = cubes.FirstOrDefault(c => c.Cube.Name == "sales") ?? cubes.FirstOrDefault();
        return id => cube is null ? request.Frame.Link(Path) : request.Frame.Link(DrillPages.Path, new PageQuestion
        {
            Measures = [.. cube.Measures.Take(3).Select(m => m.Name)],
            Dimensions = [cube.Reaches("sales.order_id") ? "sales.order_id" : Site.Customer],
            Filters = [new MemberFilter(Site.Customer, FilterOperator.Equals, [id])],
        }.Text());
    }

    private ReportPlan? Plan(ReportFile file, string language)
    {
        try
        {
            return ReportFiles.Plan(file, site.Catalogue, language);
        }
        catch (CrmException)
        {
            return null;
        }
    }

    private static bool Matches(string sought, params string?[] texts)
    {
        var all = string.Join(' ', texts);
        return sought.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(w => all.Contains(w, StringComparison.OrdinalIgnoreCase));
    }
}
