using System.Net;
using Crm.Analytics.Host.Security;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>Lets people sign in and out: <c>/sign-in</c>, <c>/sign-out</c>. Forms are taken from our own pages only.</summary>
/// <param name="store">Users and signed-in browsers.</param>
/// <param name="clock">The clock.</param>
/// <param name="elsewhere">Path at which one signs in at an identity provider; null for none.</param>
internal sealed class SignInArea(AccessStore store, TimeProvider clock, string? elsewhere = null) : IWebArea
{
    /// <summary>Where people sign in.</summary>
    public const string SignIn = "/sign-in";

    private const string SignOut = "/sign-out";
    private const int MostTries = 20;
    private static readonly TimeSpan window = TimeSpan.FromMinutes(1);
    private readonly Lock _guard = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Since, int Tries)> _tries = [];

    /// <inheritdoc/>
    public string Prefix => "/sign-";

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (HttpMethods.IsGet(request.Method) && request.Path == SignIn)
        {
            await Show(context, StatusCodes.Status200OK, "");
        }
        else if (!HttpMethods.IsPost(request.Method) || (request.Path != SignIn && request.Path != SignOut))
        {
            response.StatusCode = request.Path == SignIn || request.Path == SignOut ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
        }
        else if (!FormOrigin.IsOurs(request))
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
        }
        else if (request.Path == SignOut)
        {
            if (request.Cookies[Gate.Cookie] is { } session)
            {
                store.SignOut(session);
            }

            response.Cookies.Delete(Gate.Cookie);
            response.Redirect(request.PathBase + SignIn);
        }
        else
        {
            await Enter(context);
        }
    }

    /// <summary>Where somebody signs in who wanted a path.</summary>
    public static string Before(string? wanted) => $"{SignIn}?next={Uri.EscapeDataString(LocalPath(wanted))}";

    /// <summary>A path of this server; the start page for anything else, so that nobody is led away.</summary>
    public static string LocalPath(string? path)
        => path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
            && !path.StartsWith("/sign-", StringComparison.Ordinal) ? path : "/";

    private async Task Enter(HttpContext context)
    {
        if (!MayTry(context.Connection.RemoteIpAddress ?? IPAddress.None))
        {
            context.Response.Headers.RetryAfter = "60";
            await Show(context, StatusCodes.Status429TooManyRequests, "Too many tries. Wait a minute.");
            return;
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = 16_384;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var name = form["name"].ToString();
        var entered = store.SignIn(name, form["password"].ToString());

        // What nobody is called may be a password that was typed in the wrong place.
        AuditTrail.TellWho(context, store.Users().Any(u => u.Name == name) ? name : "(unknown)");
        if (entered is not var (session, lasts))
        {
            await Show(context, StatusCodes.Status401Unauthorized, "That name and password let nobody in. After several wrong passwords a name is locked for a quarter of an hour.");
            return;
        }

        SetCookie(context, session, lasts, context.Request.IsHttps);
        context.Response.Redirect(context.Request.PathBase + LocalPath(form["next"].ToString()));
    }

    /// <summary>Gives a browser what it shows from then on.</summary>
    public static void SetCookie(HttpContext context, string session, TimeSpan lasts, bool isSecure) => context.Response.Cookies.Append(Gate.Cookie, session, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = isSecure,
        MaxAge = lasts,
        Path = "/",
    });

    private bool MayTry(IPAddress from)
    {
        lock (_guard)
        {
            var now = clock.GetUtcNow();
            if (_tries.Count > 10_000)
            {
                _tries.Clear();
            }

            var (since, tries) = _tries.TryGetValue(from, out var known) && now - known.Since < window ? known : (now, 0);
            _tries[from] = (since, tries + 1);
            return tries < MostTries;
        }
    }

    private async Task Show(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        var next = WebUtility.HtmlEncode(LocalPath(context.Request.Query["next"]));
        await context.Response.WriteAsync($$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in</title>
            <style>body{font:1rem/1.6 system-ui,sans-serif;margin:15vh auto;max-width:20rem;padding:0 1rem;color-scheme:light dark}
            label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}input,button{margin:.2rem 0 1rem;padding:.5rem}</style>
            <h1>Sign in</h1><p role="alert">{{WebUtility.HtmlEncode(message)}}</p>
            <form method="post" action="{{context.Request.PathBase}}{{SignIn}}"><input type="hidden" name="next" value="{{next}}">
            <label for="name">Name</label><input id="name" name="name" autocomplete="username" required autofocus>
            <label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
            <button>Sign in</button></form>{{(elsewhere is null ? "" : $"<p><a href=\"{context.Request.PathBase}{elsewhere}?next={WebUtility.HtmlEncode(Uri.EscapeDataString(LocalPath(context.Request.Query["next"])))}\">Sign in with the company's account</a></p>")}}</html>
            """, context.RequestAborted);
    }
}
