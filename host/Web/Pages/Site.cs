using System.Globalization;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Web.Status;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;
using NearestName = Crm.Analytics.Warehouse.NearestName;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>What the pages of a server stand on: the project, its warehouse, its reports.</summary>
/// <param name="project">The project.</param>
/// <param name="served">Its warehouse.</param>
/// <param name="mayReadFiles">True for those who may see the files that were written before.</param>
/// <param name="clock">The clock.</param>
internal sealed class Site(Project project, ServedWarehouse served, Func<Asker, bool> mayReadFiles, TimeProvider clock)
{
    private readonly ICubeReader _reader = Composition.Reader(new OpenWarehouse(null, served.Instance), project);
    private readonly FillOptions _options = ReportWriting.Options(project);

    /// <summary>The project.</summary>
    public Project Project => project;

    /// <summary>What is declared.</summary>
    public Catalogue Catalogue => project.Catalogue;

    /// <summary>The warehouse.</summary>
    public ServedWarehouse Served => served;

    /// <summary>Streams the rows behind figures.</summary>
    public DrillThrough Rows { get; } = new(served.Instance.ConnectToAsk, project.Catalogue, () => QueryCalendar.Of(project.Settings, TimeProvider.System)) { Star = Composition.StarOf(project) };

    /// <summary>Streams rows as they leave the program.</summary>
    public ExportedRows Exported => new(Rows, ExportPseudonyms.Of(project));

    /// <summary>How reports of this project are filled.</summary>
    public FillOptions Options => _options;

    /// <summary>True for those who may see the files that were written before.</summary>
    public bool MayReadFiles(Asker asker) => mayReadFiles(asker);

    /// <summary>The hour, which is part of what a page is remembered by: what is fresh now may be stale later.</summary>
    public string Hour => clock.GetUtcNow().ToString("yyyy-MM-dd HH", CultureInfo.InvariantCulture);

    /// <summary>A request as its asker may make it.</summary>
    public PageRequest RequestOf(HttpContext context, Asker asker, bool isSignedIn, Action answered)
    {
        var request = context.Request;
        var sent = request.Query[SiteFrame.LanguageKey].ToString();
        var named = SiteFrame.Languages.Any(l => l.Tag == sent);
        var own = project.Settings.Locale.Split('-')[0];
        var language = named ? sent : SiteFrame.Languages.Any(l => l.Tag == own) ? own : "en";
        var frame = new SiteFrame(project.Settings.Name, request.PathBase.Value ?? "", request.Path + request.QueryString.Value, language, PageAssets.Path)
        {
            Locale = SiteFrame.LocaleOf(language, project.Settings.Locale),
            Currency = project.Settings.Currency,
            NamesLanguage = named,
            User = isSignedIn ? asker.Name : null,
            IsEngineer = asker.Role >= AccessRole.Engineer,
            IsAnalyst = asker.Role >= AccessRole.Analyst,
        };
        return new PageRequest(asker, frame, request.Path.Value!, request.Query, new AskerReader(_reader, project.Catalogue, asker.Security, answered));
    }

    /// <summary>The frame with how the data stand.</summary>
    public SiteFrame Dated(SiteFrame frame)
    {
        if (served.Published is null)
        {
            return frame;
        }

        var health = DataHealth.Of(served);
        var age = clock.GetUtcNow().UtcDateTime - health.PublishedAt;
        return frame with
        {
            AsOf = SitePages.AsOf(new DataAsOf(health.Run, health.Newest, null), frame.Language, frame.Locale, frame.Currency),
            Stale = project.Settings.Server.StaleAfter is { } most && age > most ? FilterText.Age(age.Value, frame) : null,
        };
    }

    /// <summary>The reports there are now.</summary>
    public IReadOnlyList<ReportFile> Reports() => ReportFiles.List(project.Folder);

    /// <summary>Changes whenever a report of the project does.</summary>
    public string ReportsVersion()
    {
        var folder = new DirectoryInfo(Path.Combine(project.Folder, ReportFiles.Folder));
        return !folder.Exists ? "" : string.Join('|', folder.EnumerateFiles("*.yaml").OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name}{f.LastWriteTimeUtc.Ticks}"));
    }

    /// <summary>A report by its name.</summary>
    /// <exception cref="NoPageException">There is none.</exception>
    public ReportPlan Report(string name, string language)
    {
        var all = Reports();
        var file = all.FirstOrDefault(r => r.Name == name) ?? throw new NoPageException(
            $"there is no report '{name}'", NearestName.Expected("one of the reports", name, [.. all.Select(r => r.Name)]), "Choose one from the list of reports");
        return ReportFiles.Plan(file, Catalogue, language);
    }

    /// <summary>True when the asker may see something of a report; what a table only looks up beside its own rows does not count.</summary>
    public bool MaySee(ReportPlan plan, SecurityContext? asker) => plan.Blocks.All(b => b is TextPlan { Query: null })
        || plan.Blocks.SelectMany(b => BlockQuestions.Of(b).Take(b is TablePlan ? 1 : int.MaxValue)).Any(q => !Catalogue.Cubes.TryGetValue(BlockQuestions.CubeOf(q), out var cube) || q.Measures.Any(m => CubeVisibility.Sees(cube, m, asker)));

    /// <summary>What the asker may ask of the cube that a question is of.</summary>
    /// <exception cref="CrmException">It names no cube that is open to them.</exception>
    public CubeMembers MembersOf(PageQuestion question, PageRequest request)
    {
        if (question.Measures.Count == 0)
        {
            throw new CrmException(FailureKind.WrongUse, "no measure", "the address", "a measure, as m=sales.revenue", "Choose one in Explore");
        }

        var owner = question.Measures[0].Split('.')[0];
        var members = Catalogue.Cubes.TryGetValue(owner, out var cube) ? CubeMembers.Of(cube, Catalogue, request.Security, request.Frame.Language) : null;
        return members is { Measures.Count: > 0 } ? members : throw new CrmException(
            FailureKind.WrongUse, $"there is no subject '{owner}' open to you", "the address",
            NearestName.Expected("one of the subjects", owner, [.. CubeMembers.All(Catalogue, request.Security, request.Frame.Language).Select(c => c.Cube.Name)]), "Choose one in Explore");
    }

    /// <summary>The report of one customer, whose only choice is who it is, and that parameter; null when there is none.</summary>
    public (string Report, string Parameter)? OneCustomer()
    {
        foreach (var file in Reports())
        {
            if (Try(file) is { } plan && plan.Parameters is [{ Choices: Customer, Several: false } parameter])
            {
                return (plan.Name, parameter.Name);
            }
        }

        return null;
    }

    /// <summary>The member that tells customers apart.</summary>
    public const string Customer = "customer.id";

    private ReportPlan? Try(ReportFile file)
    {
        try
        {
            return ReportFiles.Plan(file, Catalogue, "en");
        }
        catch (CrmException)
        {
            return null;
        }
    }
}

/// <summary>A page that there is not.</summary>
internal sealed class NoPageException(string found, string expected, string next) : CrmException(FailureKind.WrongUse, found, "the address", expected, next);
