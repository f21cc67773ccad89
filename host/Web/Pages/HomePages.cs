using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>The first page: the reports that the asker may see, and the most important figures.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class HomePages(Site site)
{
    /// <summary>The report whose figures in large type stand on the first page.</summary>
    private const string GlanceOf = "executive_overview";

    /// <summary>The page.</summary>
    public byte[] Home(PageRequest request, CancellationToken cancellation)
    {
        var frame = site.Dated(request.Frame) with { Part = "reports" };
        var cards = site.Reports().Select(f => Card(f, request)).OfType<ReportCard>().OrderByDescending(c => c.IsOwn).ThenBy(c => c.Missing.Count > 0).ThenBy(c => c.Name != GlanceOf)
            .ThenBy(c => c.Title, StringComparer.CurrentCulture).ToList();
        var glance = cards.Any(c => c.Name == GlanceOf) ? Glance(request, cancellation) : null;
        return SitePages.Render<HomePage>(new Dictionary<string, object?>
        {
            [nameof(HomePage.Frame)] = frame,
            [nameof(HomePage.Cards)] = cards,
            [nameof(HomePage.Glance)] = glance,
            [nameof(HomePage.GlanceLinks)] = new PageLinks(frame, "/reports/" + GlanceOf, []) { Title = glance?.Plan.Title },
            [nameof(HomePage.Data)] = glance is null ? null : SitePages.DataOf(glance),
            [nameof(HomePage.Files)] = site.MayReadFiles(request.Asker) ? Written() : [],
        });
    }

    private ReportCard? Card(ReportFile file, PageRequest request)
    {
        try
        {
            var plan = ReportFiles.Plan(file, site.Catalogue, request.Frame.Language);
            return !site.MaySee(plan, request.Security) ? null : new ReportCard(plan.Name, plan.Title, plan.Summary, !file.FromLibrary, ReportFiller.Missing(plan, site.Options))
            {
                Asks = plan.Parameters.FirstOrDefault(p => p.Required && p.Default.Count == 0)?.Title,
            };
        }
        catch (DeclarationException e)
        {
            return request.Frame.IsAnalyst ? new ReportCard(file.Name, file.Name, null, !file.FromLibrary, []) { Broken = e.Problems[0].ToString() } : null;
        }
    }

    private ReportContent? Glance(PageRequest request, CancellationToken cancellation)
    {
        var plan = site.Report(GlanceOf, request.Frame.Language);
        var tiles = plan.Blocks.OfType<TilesPlan>().FirstOrDefault();
        if (tiles is null || site.Served.Published is null)
        {
            return new ReportContent(plan, site.Project.Settings.Name, request.Frame.Locale, request.Frame.Currency, new DataAsOf(null, null, null), "", []);
        }

        var content = ReportFiller.Fill(plan with { Rows = [new RowPlan([tiles])] }, request.Reader, site.Project.Settings, site.Options, cancellation);
        return content.Blocks.Single() is TilesContent ? content : null;
    }

    private List<string> Written() => new DirectoryInfo(Composition.OutOf(site.Project)) is { Exists: true } folder
        ? [.. folder.EnumerateFiles().Where(f => f.Name[0] != '.' && f.LinkTarget is null).Select(f => f.Name).Order(StringComparer.Ordinal)] : [];
}
