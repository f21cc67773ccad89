using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>Reports, live: <c>/reports/NAME</c>, and their files.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class ReportPages(Site site)
{
    /// <summary>How the paths of reports begin.</summary>
    public const string Root = "/reports/";

    private const int MostChoices = 1000;

    /// <summary>A report.</summary>
    public byte[] Page(PageRequest request, string name, CancellationToken cancellation)
    {
        var asked = Ask(request, name, cancellation);
        var frame = site.Dated(request.Frame) with { Part = "reports" };
        var isWaiting = asked.Plan.Parameters.Any(p => p.Required && p.Default.Count == 0 && !asked.Given.ContainsKey(p.Name));
        var content = isWaiting || site.Served.Published is null
            ? new ReportContent(asked.Plan, site.Project.Settings.Name, frame.Locale, frame.Currency, new DataAsOf(null, null, null), frame.AsOf ?? "", [])
            : ReportFiller.Fill(asked.Plan, request.Reader, site.Project.Settings, asked.Options, cancellation);
        var links = new PageLinks(frame, Root + name, request.Pairs(PageLinks.ChosenKey))
        {
            Title = asked.Plan.Title,
            Narrows = request.Query[PageLinks.ClickKey] == "filter",
            Chosen = asked.Chosen,
            Files = frame.Link($"{Root}{name}/{{0}}.{{1}}", Text(request.Pairs(SiteFrame.LanguageKey))),
        };
        return SitePages.Render<ReportPage>(new Dictionary<string, object?>
        {
            [nameof(ReportPage.Frame)] = frame,
            [nameof(ReportPage.Content)] = content,
            [nameof(ReportPage.Links)] = links,
            [nameof(ReportPage.Data)] = SitePages.DataOf(content),
            [nameof(ReportPage.Fields)] = site.Served.Published is null ? [] : Fields(asked, content, request, cancellation),
            [nameof(ReportPage.Keep)] = Kept(request, asked.Plan),
            [nameof(ReportPage.Chosen)] = asked.Chosen.Select(c => (c, FilterText.Of(c, MemberOf(c.Member, request), frame))).ToList(),
            [nameof(ReportPage.Downloads)] = PageFiles.Formats.Select(f => (f.Label, frame.Link($"{Root}{name}.{f.Format}", Text(request.Pairs(SiteFrame.LanguageKey))))).ToList(),
            [nameof(ReportPage.IsWaiting)] = isWaiting && site.Served.Published is not null,
        });
    }

    /// <summary>What is asked of a report, checked.</summary>
    public AskedReport Ask(PageRequest request, string name, CancellationToken cancellation)
    {
        var plan = site.Report(name, request.Frame.Language);
        if (!site.MaySee(plan, request.Security))
        {
            throw new NoPageException($"there is no report '{name}' open to you", "one of the reports in your list", "Ask an administrator for access");
        }

        var given = request.Query.Where(q => !q.Key.StartsWith('_')).Select(q => (q.Key, Values: (IReadOnlyList<string>)[.. q.Value.Where(v => !string.IsNullOrEmpty(v)).Select(v => v!)]))
            .Where(q => q.Values.Count > 0).ToDictionary(q => q.Key, q => q.Values);
        var isComplete = plan.Parameters.All(p => !p.Required || p.Default.Count > 0 || given.ContainsKey(p.Name));
        if (isComplete && given.Count > 0 && site.Served.Published is not null)
        {
            Check(plan, given, request.Reader, cancellation);
        }

        var chosen = request.Query[PageLinks.ChosenKey].Where(x => !string.IsNullOrEmpty(x)).Take(20).Select(x => Choice(x!, request)).ToList();
        return new AskedReport(plan, given, chosen, site.Options with { Parameters = given, Chosen = AnyOf(chosen) });
    }

    private static void Check(ReportPlan plan, Dictionary<string, IReadOnlyList<string>> given, ICubeReader reader, CancellationToken cancellation)
    {
        try
        {
            ParameterValues.Check(plan, given, reader, cancellation);
        }
        catch (CrmException e) when (e.Kind == FailureKind.WrongUse)
        {
            throw new CrmException(e.Kind, e.Found, $"the address of '{plan.Name}'", e.Expected, "Choose from the fields of the report", e);
        }
    }

    /// <summary>Choices as conditions: of one member, any of its values.</summary>
    private static List<MemberFilter> AnyOf(IReadOnlyList<MemberFilter> chosen)
    {
        var together = chosen.GroupBy(c => c.Member).ToList();
        var mixed = together.FirstOrDefault(g => g.Count() > 1 && g.Any(c => c.Operator == FilterOperator.NotSet));
        return mixed is not null
            ? throw new CrmException(FailureKind.WrongUse, $"'{mixed.Key}' is asked to be missing and to have a value", PageLinks.ChosenKey, "values of a member, or none", "Click a figure instead")
            : [.. together.Select(g => g.First() with { Values = [.. g.SelectMany(c => c.Values).Distinct()] })];
    }

    private MemberFilter Choice(string text, PageRequest request)
    {
        var (member, value) = PageQuestion.Cell(text);
        return MemberOf(member, request) is null
            ? throw new CrmException(FailureKind.WrongUse, $"there is no '{member}' to filter by", PageLinks.ChosenKey, "a dimension of the report's figures", "Click a figure instead")
            : new MemberFilter(member, value is null ? FilterOperator.NotSet : FilterOperator.Equals, value is null ? [] : [value]);
    }

    private CubeMember? MemberOf(string member, PageRequest request) =>
        CubeMembers.All(site.Catalogue, request.Security, request.Frame.Language).SelectMany(c => c.Dimensions).FirstOrDefault(d => d.Name == member);

    private static List<ParameterField> Fields(AskedReport asked, ReportContent content, PageRequest request, CancellationToken cancellation) =>
    [
        .. asked.Plan.Parameters.Select(p => new ParameterField(
            p, [.. ParameterValues.Choices(p, request.Reader, cancellation).Take(MostChoices)], asked.Given.TryGetValue(p.Name, out var values) ? values
                : p.Most is not null ? [.. content.Choices.Where(c => c.Key == p.Title).Select(c => c.Value)] : p.Default)),
    ];

    private static IReadOnlyList<KeyValuePair<string, string>> Kept(PageRequest request, ReportPlan plan) => request.Pairs([.. plan.Parameters.Select(p => p.Name)]);

    /// <summary>Keys and values as the part of an address after its question mark.</summary>
    internal static string Text(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
}

/// <summary>What is asked of a report.</summary>
/// <param name="Plan">The report.</param>
/// <param name="Given">Values of its parameters.</param>
/// <param name="Chosen">What was chosen among its figures, one value each.</param>
/// <param name="Options">How it is filled.</param>
internal sealed record AskedReport(ReportPlan Plan, IReadOnlyDictionary<string, IReadOnlyList<string>> Given, IReadOnlyList<MemberFilter> Chosen, FillOptions Options);
