using System.Globalization;
using System.Net;
using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.AspNetCore.Connections;

namespace Crm.Analytics.Host.Web;

/// <summary>
/// Shows the files of one folder in a browser on this machine. It answers only requests that name this machine as their host, only for files that the
/// folder itself holds (found by name in its listing, so no path can leave it), and the pages may load nothing from elsewhere. Other areas are answered beside it.
/// </summary>
internal sealed class ReportServer : IAsyncDisposable
{
    private const string Policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".png"] = "image/png",
        [".svg"] = "image/svg+xml",
        [".pdf"] = "application/pdf",
        [".csv"] = "text/csv; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
    };

    private readonly WebApplication _app;
    private readonly ServerSettings _settings;
    private readonly IReadOnlyList<IWebArea> _areas;
    private readonly Func<HttpContext, string?> _elsewhere;

    private ReportServer(WebApplication app, string folder, ServerSettings settings, Func<HttpContext, string?> elsewhere, IReadOnlyList<IWebArea> areas)
    {
        (_app, Folder, _settings, _elsewhere, _areas) = (app, folder, settings, elsewhere, areas);
        app.Run(Answer);
    }

    /// <summary>The folder that is shown.</summary>
    public string Folder { get; }

    /// <summary>Where to look.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Starts on 127.0.0.1.</summary>
    /// <param name="folder">The folder to show.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <param name="areas">What else is answered.</param>
    public static Task<ReportServer> StartAsync(string folder, int port, CancellationToken cancellation, params IReadOnlyList<IWebArea> areas) =>
        StartAsync(folder, port, ServerSettings.Default, cancellation, null, areas);

    /// <summary>Starts on 127.0.0.1, for a reverse proxy that shows it under a path and asks under other names.</summary>
    /// <param name="folder">The folder to show.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="settings">The path and the names.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <param name="elsewhere">Where the sender of a request for a file is led instead; null for nowhere.</param>
    /// <param name="areas">What else is answered.</param>
    public static async Task<ReportServer> StartAsync(
        string folder, int port, ServerSettings settings, CancellationToken cancellation, Func<HttpContext, string?>? elsewhere, params IReadOnlyList<IWebArea> areas)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;

            // An area that takes bodies says how long they may be.
            k.Limits.MaxRequestBodySize = 0;
            k.Listen(IPAddress.Loopback, port);
        });
        var server = new ReportServer(builder.Build(), folder, settings, elsewhere ?? (_ => null), areas);
        try
        {
            await server._app.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new CrmException(FailureKind.Failed, $"port {port} is taken", $"127.0.0.1:{port}", "a free port", "Choose another with --port, or leave it out", e);
        }

        server.Address = new Uri(server._app.Urls.First());
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
        if (request.ContentLength is not 0 && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            // The body of what is refused is not read to its end, so nothing else can come on that connection; a client is told before it tries.
            response.OnStarting(() =>
            {
                if (response.StatusCode >= StatusCodes.Status400BadRequest)
                {
                    response.Headers.Connection = "close";
                }

                return Task.CompletedTask;
            });
        }

        if (_settings.BasePath.Length > 0)
        {
            // A proxy may leave the path in front or take it away; both are right, and either way what leads on has it in front.
            request.PathBase = _settings.BasePath;
            if (request.Path.StartsWithSegments(_settings.BasePath, StringComparison.Ordinal, out var rest))
            {
                request.Path = rest.HasValue ? rest : "/";
            }
        }

        var area = _areas.FirstOrDefault(a => a.Answers(request.Path.Value!));
        if (area?.HasOwnProof != true && !IsThisMachine(request.Host))
        {
            // A page elsewhere that points its own name at this machine must not read what is here.
            response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        }
        else if (area is not null)
        {
            await area.Answer(context);
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
        }
        else if (_elsewhere(context) is { } place)
        {
            response.Redirect(request.PathBase + place);
        }
        else if (request.Path == "/")
        {
            response.ContentType = Types[".html"];
            await response.WriteAsync(Index(_settings.BasePath), context.RequestAborted);
        }
        else if (Files().FirstOrDefault(f => "/" + f.Name == request.Path.Value) is { } file)
        {
            response.ContentType = Types.GetValueOrDefault(file.Extension, "application/octet-stream");
            response.ContentLength = file.Length;
            await response.SendFileAsync(file.FullName, context.RequestAborted);
        }
        else
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private bool IsThisMachine(HostString host) =>
        (host.Host is "127.0.0.1" or "localhost" && host.Port == Address.Port) || _settings.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    private IEnumerable<FileInfo> Files() => new DirectoryInfo(Folder) is { Exists: true } folder
        ? folder.EnumerateFiles().Where(f => f.Name[0] != '.' && f.LinkTarget is null).OrderBy(f => f.Name, StringComparer.Ordinal)
        : [];

    private string Index(string root)
    {
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<title>Reports</title><style>body{font:1rem/1.6 system-ui,sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem;color-scheme:light dark}</style>")
            .Append("<h1>Reports</h1><ul>");
        foreach (var file in Files())
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{root}/{Uri.EscapeDataString(file.Name)}\">{WebUtility.HtmlEncode(file.Name)}</a>");
        }

        page.Append("</ul>");
        foreach (var (area, title) in new[] { ("/status", "Status"), ("/jobs", "Jobs") }.Where(l => _areas.Any(a => a.Prefix == l.Item1)))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{root}{area}\">{title}</a>");
        }

        return page.Append("</html>").ToString();
    }
}
