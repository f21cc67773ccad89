using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>Questions by hand: <c>/explore</c>. What is asked is the address; an analyst keeps it as a report.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class ExplorePages(Site site)
{
    /// <summary>Where it is.</summary>
    public const string Path = "/explore";

    private const string First = "sales";

    /// <summary>The page.</summary>
    public byte[] Page(PageRequest request, CancellationToken cancellation)
    {
        var frame = site.Dated(request.Frame) with { Part = "explore" };
        var cubes = CubeMembers.All(site.Catalogue, request.Security, frame.Language);
        var sent = PageQuestion.Parse(request.Query);
        var named = request.Query["cube"].FirstOrDefault() ?? sent.Measures.Select(m => m.Split('.')[0]).FirstOrDefault();
        var members = cubes.FirstOrDefault(c => c.Cube.Name == named) ?? cubes.FirstOrDefault(c => c.Cube.Name == First) ?? cubes.FirstOrDefault()
            ?? throw new RefusedPageException("no subject is open to you", "a group that some cube's access policy names", "Ask an administrator for access");
        if (named is not null && named != members.Cube.Name)
        {
            throw new NoPageException($"there is no subject '{named}' open to you", NearestName.Expected("one of the subjects", named, [.. cubes.Select(c => c.Cube.Name)]), "Choose one in Explore");
        }

        var question = Clean(sent, members);
        var parameters = new Dictionary<string, object?>
        {
            [nameof(ExplorePage.Frame)] = frame,
            [nameof(ExplorePage.Cubes)] = cubes,
            [nameof(ExplorePage.Members)] = members,
            [nameof(ExplorePage.Question)] = question,
        };
        if (question.Measures.Count > 0 && site.Served.Published is not null)
        {
            Answer(parameters, question, members, request with { Frame = frame }, cancellation);
        }

        return SitePages.Render<ExplorePage>(parameters);
    }

    /// <summary>The question of an address as a report, for its files.</summary>
    public ReportPlan Plan(PageRequest request)
    {
        var question = PageQuestion.Parse(request.Query);
        var members = site.MembersOf(question, request);
        return DrillPages.Plan(Clean(question, members), members, request.Frame);
    }

    /// <summary>Keeps the question as a report of the project, and leads there.</summary>
    public async Task Save(HttpContext context, PageRequest request)
    {
        if (!FormOrigin.IsOurs(context.Request) || request.Asker.Role < AccessRole.Analyst)
        {
            throw new RefusedPageException(request.Asker.Role < AccessRole.Analyst ? $"{request.Asker.Name} is {request.Asker.Role.ToString().ToLowerInvariant()}" : "a form of another site",
                "an analyst, and a form of this server", "Ask an administrator for the role");
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = 16_384;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var name = form["name"].ToString().Trim();
        var question = PageQuestion.Parse(request.Query);
        var members = site.MembersOf(question, request);
        var asked = Clean(question, members);
        var words = string.Join(' ', asked.Measures.Concat(asked.Dimensions).Concat(asked.Across));
        new NewReport(site.Project, "Save as report").Save(
            name, () => ReportProposal.Propose(name, words, site.Catalogue, new AskedQuestion(asked.Filters, asked.Segments, asked.Reading)), replaces: false);
        context.Response.Redirect(request.Frame.Link(ReportPages.Root + name));
    }

    private void Answer(Dictionary<string, object?> parameters, PageQuestion question, CubeMembers members, PageRequest request, CancellationToken cancellation)
    {
        try
        {
            if (question.Dimensions.Count == 0 && question.Across.Count > 0)
            {
                question = question with { Dimensions = question.Across, Across = [] };
            }

            var content = ReportFiller.Fill(DrillPages.Plan(question, members, request.Frame), request.Reader, site.Project.Settings, site.Options, cancellation);
            parameters[nameof(ExplorePage.Content)] = content;
            parameters[nameof(ExplorePage.Links)] = DrillPages.Links(question with { Of = content.Plan.Title }, request.Frame, Path) with { Asked = (question, members) };
            parameters[nameof(ExplorePage.Data)] = SitePages.DataOf(content);
            parameters[nameof(ExplorePage.Downloads)] = DrillPages.Downloads(question, request.Frame, Path);
        }
        catch (CrmException e)
        {
            parameters[nameof(ExplorePage.Problem)] = Warehouse.Problem.Line(e.Where, e.Found, e.Expected, e.Next);
        }
    }

    /// <summary>The question without what the subject does not have, so that a change of subject leaves no remains.</summary>
    private static PageQuestion Clean(PageQuestion question, CubeMembers members)
    {
        List<string> dimensions = [.. question.Dimensions.Where(members.Reaches).Distinct()];
        return question with
        {
            Measures = [.. question.Measures.Where(m => members.Measures.Any(k => k.Name == m))],
            Dimensions = dimensions,
            Across = [.. question.Across.Where(a => members.Reaches(a) && !dimensions.Contains(a))],
            Filters = [.. question.Filters.Where(f => members.Find(f.Member) is not null)],
            Opened = [.. question.Opened.Where(o => dimensions.Contains(o[0].Member) && o.All(s => members.Reaches(s.Member)))],
        };
    }
}
