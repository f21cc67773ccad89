using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>What lies below a figure: <c>/drill</c>, with where one stands and the ways on.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class DrillPages(Site site)
{
    /// <summary>Where drilling is.</summary>
    public const string Path = "/drill";

    /// <summary>Where the rows behind a figure are.</summary>
    public const string Rows = "/rows";

    /// <summary>Where a click leads, as an address of its own; null when the address is no click.</summary>
    public string? Leads(PageRequest request)
    {
        var (cells, pick) = (request.Query["at"], request.Query["pick"].ToString());
        var question = PageQuestion.Parse(request.Query);
        if (cells.Count == 0 && pick.Length == 0)
        {
            return null;
        }

        var members = site.MembersOf(question, request);
        if (question.Measures.Contains(pick))
        {
            question = question with { Measures = [pick, .. question.Measures.Where(m => m != pick)] };
        }

        var next = new DrillPath(site.Catalogue, members).Next(question, [.. cells.Where(c => !string.IsNullOrEmpty(c)).Take(20).Select(c => PageQuestion.Cell(c!))]);
        if (next.Dimensions.Count > 0)
        {
            return request.Frame.Link(Path, next.Text());
        }

        return DrillPath.CustomerOf(next) is { } customer && site.OneCustomer() is var (report, parameter) && question.Dimensions.Contains(Site.Customer)
            ? request.Frame.Link(ReportPages.Root + report, $"{parameter}={Uri.EscapeDataString(customer)}")
            : request.Frame.Link(request.Frame.IsAnalyst ? Rows : Path, next.Text());
    }

    /// <summary>The page.</summary>
    public byte[] Page(PageRequest request, CancellationToken cancellation)
    {
        var question = PageQuestion.Parse(request.Query);
        var members = site.MembersOf(question, request);
        var frame = site.Dated(request.Frame) with { Part = "reports" };
        var content = ReportFiller.Fill(Plan(question, members, frame), request.Reader, site.Project.Settings, site.Options, cancellation);
        return SitePages.Render<DrillPage>(new Dictionary<string, object?>
        {
            [nameof(DrillPage.Frame)] = frame,
            [nameof(DrillPage.Content)] = content,
            [nameof(DrillPage.Links)] = Links(question, frame, Path),
            [nameof(DrillPage.Crumbs)] = Crumbs(question, members, frame, null),
            [nameof(DrillPage.Ways)] = Ways(question, members, frame),
            [nameof(DrillPage.Members)] = members,
            [nameof(DrillPage.By)] = question.Dimensions.LastOrDefault(),
            [nameof(DrillPage.Keep)] = request.Pairs("by", "across", "k"),
            [nameof(DrillPage.Data)] = SitePages.DataOf(content),
            [nameof(DrillPage.Downloads)] = Downloads(question, frame, Path),
        });
    }

    /// <summary>The question as a report.</summary>
    public static ReportPlan Plan(PageQuestion question, CubeMembers members, SiteFrame frame) => QuestionReport.Of(question, members, frame.Language);

    /// <summary>Where the figures of a question lead.</summary>
    public static PageLinks Links(PageQuestion question, SiteFrame frame, string path) => new(frame, path, [])
    {
        Title = question.Of,
        From = question.From ?? (path == Path ? null : frame.Path),
        Base = path == Path ? question.Base : null,
        Files = frame.Link($"{path}/{{0}}.{{1}}", question.Text()),
    };

    /// <summary>The files of a question's answer.</summary>
    public static List<(string, string)> Downloads(PageQuestion question, SiteFrame frame, string path) =>
        [.. PageFiles.Formats.Select(f => (f.Label, frame.Link($"{path}.{f.Format}", question.Text())))];

    /// <summary>Where one stands: what one came from, then each step.</summary>
    public static List<Crumb> Crumbs(PageQuestion question, CubeMembers members, SiteFrame frame, string? last)
    {
        var labels = new PageLabels(frame);
        var crumbs = new List<Crumb>();
        if (question.From is { } from)
        {
            crumbs.Add(new(question.Of ?? labels.Reports, frame.Root + from));
        }

        var steps = question.Filters.Skip(question.Base).ToList();
        crumbs.Add(new(labels.All, steps.Count == 0 && last is null ? null : At(0)));
        crumbs.AddRange(steps.Select((f, i) => new Crumb(FilterText.Of(f, members.Find(f.Member), frame), i == steps.Count - 1 && last is null ? null : At(i + 1))));
        if (last is not null)
        {
            crumbs.Add(new(last, null));
        }

        return crumbs;

        // A step is left by the member that the next one entered.
        string At(int step) => frame.Link(Path, (question with
        {
            Filters = [.. question.Filters.Take(question.Base + step)],
            Dimensions = step < steps.Count ? [steps[step].Member] : question.Dimensions,
            Across = [],
            Kind = null,
        }).Text());
    }

    private List<(string, string)> Ways(PageQuestion question, CubeMembers members, SiteFrame frame)
    {
        var labels = new PageLabels(frame);
        var ways = new List<(string, string)>();
        if (new DrillPath(site.Catalogue, members).Up(question) is { } up)
        {
            ways.Add((labels.Up, frame.Link(Path, up.Text())));
        }

        if (frame.IsAnalyst)
        {
            ways.Add((labels.Rows, frame.Link(Rows, question.Text())));
        }

        if (DrillPath.CustomerOf(question) is { } customer && site.OneCustomer() is var (report, parameter))
        {
            ways.Add((labels.Profile, frame.Link(ReportPages.Root + report, $"{parameter}={Uri.EscapeDataString(customer)}")));
        }

        ways.Add((labels.Explore, frame.Link(ExplorePages.Path, (question with { From = null, Of = null, Base = 0 }).Text())));
        return ways;
    }
}
