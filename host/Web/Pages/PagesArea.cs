using System.Collections.Concurrent;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Host.Web.Api;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>
/// The pages of the server: the first one, reports, drilling, rows, explore, search. Each is worked out for who asks and remembered for people of the same
/// rights while the data are the same; one that takes long says so, and comes when it is ready.
/// </summary>
/// <param name="site">What pages stand on.</param>
/// <param name="gate">Says who sends a request.</param>
/// <param name="tell">Told of faults of the program.</param>
internal sealed class PagesArea(Site site, Gate gate, Action<Exception> tell) : IWebArea
{
    private const long MostRememberedBytes = 48 << 20;

    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan left = TimeSpan.FromSeconds(30);
    private readonly AnswerCache _remembered = new(MostRememberedBytes);
    private readonly PendingAnswers _pending = new(patience, left, 2 * Environment.ProcessorCount, TimeProvider.System);
    private readonly ConcurrentDictionary<AnswerKey, Progress> _progress = new();
    private readonly (HomePages Home, ReportPages Reports, DrillPages Drill, RowPages Rows, ExplorePages Explore, SearchPages Search, PageFiles Files) _pages =
        (new(site), new(site), new(site), new(site), new(site), new(site), new(site));

    /// <inheritdoc/>
    public string Prefix => ReportPages.Root;

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public bool Answers(string path) => path is "/" or "/reports" or SearchPages.Path
        || path.StartsWith(ReportPages.Root, StringComparison.Ordinal) || path.StartsWith(PageAssets.Prefix, StringComparison.Ordinal)
        || new[] { DrillPages.Path, DrillPages.Rows, ExplorePages.Path }.Any(p => path == p || path.StartsWith(p + ".", StringComparison.Ordinal) || path.StartsWith(p + "/", StringComparison.Ordinal));

    /// <inheritdoc/>
    public async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "same-origin";
        var isSave = HttpMethods.IsPost(request.Method) && request.Path == ExplorePages.Path;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !isSave)
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
        }
        else if (request.Path.Value!.StartsWith(PageAssets.Prefix, StringComparison.Ordinal))
        {
            await PageAssets.Answer(context);
        }
        else if (gate.AskerOf(context) is not { } asker)
        {
            response.Redirect(request.PathBase + SignInArea.Before(request.Path + request.QueryString.Value));
        }
        else
        {
            response.Headers.CacheControl = "private, no-cache";
            await Answer(context, asker, isSave);
        }
    }

    private async Task Answer(HttpContext context, Asker asker, bool isSave)
    {
        var progress = new Progress();
        var request = site.RequestOf(context, asker, asker != Asker.Owner, progress.Count);
        try
        {
            if (isSave)
            {
                await _pages.Explore.Save(context, request);
            }
            else if (FileOf(request.Path) is var (stem, file))
            {
                await File(context, request, stem, file);
            }
            else if (request.Path == DrillPages.Path && _pages.Drill.Leads(request) is { } place)
            {
                context.Response.Redirect(place);
            }
            else
            {
                await Page(context, request, progress, MakerOf(request));
            }
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            await Trouble(context, request, e);
        }
    }

    /// <summary>What makes a page.</summary>
    private Func<CancellationToken, byte[]> MakerOf(PageRequest request) => request.Path switch
    {
        "/" or "/reports" or ReportPages.Root => stop => _pages.Home.Home(request, stop),
        DrillPages.Path => stop => _pages.Drill.Page(request, stop),
        DrillPages.Rows when request.Frame.IsAnalyst => stop => _pages.Rows.Page(request, stop),
        DrillPages.Rows => throw NotForViewers(request),
        ExplorePages.Path => stop => _pages.Explore.Page(request, stop),
        SearchPages.Path => stop => _pages.Search.Page(request, stop),
        _ when request.Path.StartsWith(ReportPages.Root, StringComparison.Ordinal) => stop => _pages.Reports.Page(request, request.Path[ReportPages.Root.Length..].TrimEnd('/'), stop),
        _ => throw new NoPageException($"no page at {request.Path}", "the address of a page", "Go to the reports"),
    };

    private async Task Page(HttpContext context, PageRequest request, Progress progress, Func<CancellationToken, byte[]> make)
    {
        var who = $"{request.Asker.Name}\u001c{request.Asker.Role}\u001c{request.Security?.Key}";
        var key = new AnswerKey($"{request.Frame.Root}{request.Frame.Path}\u001c{request.Frame.Language}\u001c{site.ReportsVersion()}\u001c{site.Hour}", who, site.Served.Published ?? "");
        if (!_remembered.TryGet(key, out var page))
        {
            var shown = _progress.GetOrAdd(key, progress);
            try
            {
                page = await _pending.Wait(key, stop => Make(key, make, stop), context.RequestAborted);
            }
            catch
            {
                _progress.TryRemove(key, out _);
                throw;
            }

            page ??= SitePages.Render<MessagePage>(new Dictionary<string, object?>
            {
                [nameof(MessagePage.Frame)] = request.Frame,
                [nameof(MessagePage.Again)] = true,
                [nameof(MessagePage.Answered)] = shown.Answered,
            });
        }

        await Send(context, page);
    }

    private byte[] Make(AnswerKey key, Func<CancellationToken, byte[]> make, CancellationToken stop)
    {
        try
        {
            var page = make(stop);
            // A part that failed may be whole again in a moment.
            if (page.AsSpan().IndexOf("class=\"failed\""u8) < 0)
            {
                _remembered.Add(key, page);
            }

            return page;
        }
        finally
        {
            _progress.TryRemove(key, out _);
        }
    }

    /// <summary>The file that a path means: <c>/reports/NAME.FORMAT</c>, <c>/reports/NAME/BLOCK.FORMAT</c>, <c>/drill.FORMAT</c>, <c>/drill/BLOCK.FORMAT</c>; null for a page.</summary>
    private static (string Stem, WantedFile File)? FileOf(string path)
    {
        var point = path.LastIndexOf('.');
        if (point < 0)
        {
            return null;
        }

        var (whole, format) = (path[..point], path[(point + 1)..]);
        var root = whole.StartsWith(ReportPages.Root, StringComparison.Ordinal) ? ReportPages.Root.Length : 1;
        var slash = whole.IndexOf('/', root);
        return slash < 0 ? (whole, new WantedFile(null, format)) : (whole[..slash], new WantedFile(Uri.UnescapeDataString(whole[(slash + 1)..]), format));
    }

    private async Task File(HttpContext context, PageRequest request, string stem, WantedFile file)
    {
        if (stem == DrillPages.Rows && file == new WantedFile(null, "csv"))
        {
            await (request.Frame.IsAnalyst ? _pages.Rows.Csv(context, request) : throw NotForViewers(request));
        }
        else if (stem is DrillPages.Path or ExplorePages.Path)
        {
            await _pages.Files.Send(context, request, _pages.Explore.Plan(request), site.Options, file);
        }
        else if (stem.StartsWith(ReportPages.Root, StringComparison.Ordinal))
        {
            var asked = _pages.Reports.Ask(request, stem[ReportPages.Root.Length..], context.RequestAborted);
            await _pages.Files.Send(context, request, asked.Plan, asked.Options, file);
        }
        else
        {
            throw new NoPageException($"no file at {request.Path}", "the address of a file", "Choose one from a page");
        }
    }

    private async Task Trouble(HttpContext context, PageRequest request, Exception error)
    {
        var status = error is NoPageException ? StatusCodes.Status404NotFound : error is RefusedPageException ? StatusCodes.Status403Forbidden : ApiErrors.StatusOf(error);
        if (status == StatusCodes.Status500InternalServerError)
        {
            tell(error);
        }

        context.Response.Headers.Remove("Content-Disposition");
        context.Response.StatusCode = status;
        await Send(context, SitePages.Render<MessagePage>(new Dictionary<string, object?>
        {
            [nameof(MessagePage.Frame)] = request.Frame,
            [nameof(MessagePage.Status)] = status,
            [nameof(MessagePage.Problem)] = ApiErrors.Facts(error),
        }));
    }

    private static async Task Send(HttpContext context, byte[] page)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page, context.RequestAborted);
    }

    private static RefusedPageException NotForViewers(PageRequest request) => new(
        $"{request.Asker.Name} is {request.Asker.Role.ToString().ToLowerInvariant()}", "analyst or more, for the rows of sources", "Ask an administrator for the role");

    /// <summary>How far a page is.</summary>
    private sealed class Progress
    {
        private int _answered;

        public int Answered => Volatile.Read(ref _answered);

        public void Count() => Interlocked.Increment(ref _answered);
    }
}

/// <summary>A page that is not open to who asks.</summary>
internal sealed class RefusedPageException(string found, string expected, string next) : CrmException(FailureKind.WrongUse, found, "the page", expected, next);
