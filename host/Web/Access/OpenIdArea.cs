using System.Net;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>
/// Lets people sign in at an identity provider: <c>/sign-in/openid</c> leads there, <c>/sign-in/openid/callback</c> takes them back. The framework speaks the protocol (code flow with PKCE, state, nonce, signed
/// tokens); who comes back gets a session as those who sign in with a password.
/// </summary>
internal sealed class OpenIdArea : IWebArea, IAsyncDisposable
{
    /// <summary>Where the provider sends people back to.</summary>
    public const string Callback = "/sign-in/openid/callback";

    private const string Scheme = "openid";
    private const int LongestName = 100;
    private static readonly string[] algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
    private readonly OpenIdSettings _settings;
    private readonly AccessStore _store;
    private readonly ServiceProvider _services;

    /// <summary>Makes one.</summary>
    /// <param name="settings">The provider.</param>
    /// <param name="secret">What this server shows it; null for nothing.</param>
    /// <param name="store">Users and signed-in browsers.</param>
    public OpenIdArea(OpenIdSettings settings, string? secret, AccessStore store)
    {
        (_settings, _store) = (settings, store);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthentication().AddOpenIdConnect(Scheme, o => Set(o, secret));
        _services = services.BuildServiceProvider();
    }

    /// <inheritdoc/>
    public string Prefix => "/sign-in/openid";

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public bool Answers(string path) => path == Prefix || path == Callback;

    /// <inheritdoc/>
    public async Task Answer(HttpContext context)
    {
        var own = context.RequestServices;
        await using var scope = _services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            if (!HttpMethods.IsGet(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                context.Response.Headers.Allow = "GET";
            }
            else if (context.Request.Path == Prefix)
            {
                await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = SignInArea.LocalPath(context.Request.Query["next"]) });
            }
            else if (await scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>().GetHandlerAsync(context, Scheme) is not IAuthenticationRequestHandler handler || !await handler.HandleRequestAsync())
            {
                await Refuse(context, StatusCodes.Status400BadRequest, "This address is for the way back from signing in.");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException && !context.Response.HasStarted)
        {
            // What the provider is asked for before anybody is led there.
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, "The identity provider cannot be reached, or does not say what it must. Try again later.");
        }
        finally
        {
            context.RequestServices = own;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private void Set(OpenIdConnectOptions options, string? secret)
    {
        options.Authority = _settings.Issuer;
        options.RequireHttpsMetadata = !new Uri(_settings.Issuer).IsLoopback;
        options.ClientId = _settings.ClientId;
        options.ClientSecret = secret;
        options.CallbackPath = Callback;
        options.SignInScheme = "a session of our own";
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = false;
        options.DisableTelemetry = true;
        options.SignedOutCallbackPath = "/sign-in/openid/signed-out";
        options.RemoteSignOutPath = default;
        options.BackchannelTimeout = TimeSpan.FromSeconds(20);
        options.RemoteAuthenticationTimeout = TimeSpan.FromMinutes(10);
        options.Scope.Clear();
        foreach (var scope in _settings.Scopes.Prepend("openid").Distinct())
        {
            options.Scope.Add(scope);
        }

        // A browser comes back by a plain link, with which Lax cookies travel.
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.HttpOnly = true;
            cookie.SecurePolicy = IsSecured ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        }

        // Only signatures with keys of the provider's own: a secret that two know proves nothing.
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = _settings.Issuer,
            IssuerValidator = (issuer, _, _) => issuer.TrimEnd('/') == _settings.Issuer.TrimEnd('/') ? issuer : throw new SecurityTokenInvalidIssuerException("another issuer"),
            ValidAudience = _settings.ClientId,
            ValidAlgorithms = algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
        };
        options.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = told =>
            {
                if (_settings.Address is { } address)
                {
                    told.ProtocolMessage.RedirectUri = address + Callback;
                }

                return Task.CompletedTask;
            },

            // The handler lets tokens without a signature pass that it fetched itself, as the standard allows; we do not.
            OnTokenValidated = told =>
            {
                if (!algorithms.Contains(told.SecurityToken.Header.Alg))
                {
                    told.Fail("a token without a signature");
                }

                return Task.CompletedTask;
            },
            OnTicketReceived = Enter,
            OnRemoteFailure = async failed =>
            {
                failed.HandleResponse();
                AuditTrail.Tell(failed.HttpContext, "refused");
                await Refuse(failed.HttpContext, StatusCodes.Status403Forbidden, "Signing in did not work: what came back is not what the identity provider was asked for, or it is too old.");
            },
        };
    }

    private bool IsSecured => _settings.Address?.StartsWith("https://", StringComparison.Ordinal) == true;

    private async Task Enter(TicketReceivedContext ticket)
    {
        ticket.HandleResponse();
        var claims = ticket.Principal!.Claims.ToList();
        var name = claims.Find(c => c.Type == _settings.User)?.Value;
        string[] groups = [.. claims.Where(c => c.Type == _settings.Groups).Select(c => c.Value)];
        var subject = claims.Find(c => c.Type == "sub")?.Value;
        if (name is not { Length: > 0 and <= LongestName } || name.Any(char.IsControl) || string.IsNullOrEmpty(subject))
        {
            await Refuse(ticket.HttpContext, StatusCodes.Status403Forbidden, "The identity provider does not say who you are here (server: openid: user in crm.yaml).");
            return;
        }

        AuditTrail.TellWho(ticket.HttpContext, name);
        var role = _settings.Roles.Where(r => r.Groups.Any(g => g == "*" || groups.Contains(g, StringComparer.Ordinal))).Select(r => Enum.Parse<AccessRole>(r.Role, ignoreCase: true)).DefaultIfEmpty().Max();
        var identity = $"{_settings.Issuer}\n{subject}";
        if (role == default)
        {
            _store.LetInNoMore(name, identity);
            await Refuse(ticket.HttpContext, StatusCodes.Status403Forbidden, "None of your groups may come in here. Ask the administrator.");
        }
        else if (_store.SignInAs(new Asker(name, role, groups, new Dictionary<string, IReadOnlyList<string>>()), identity) is var (session, lasts))
        {
            SignInArea.SetCookie(ticket.HttpContext, session, lasts, IsSecured || ticket.HttpContext.Request.IsHttps);
            await LeadOn(ticket.HttpContext, SignInArea.LocalPath(ticket.ReturnUri));
        }
        else
        {
            await Refuse(ticket.HttpContext, StatusCodes.Status403Forbidden, "Your name is somebody else's here. Ask the administrator.");
        }
    }

    /// <summary>A page that leads on: a redirect would still be of the provider's making, and the strict cookie would not travel with it.</summary>
    private static Task LeadOn(HttpContext context, string next) => Show(context, StatusCodes.Status200OK, "Signed in", $"<meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(context.Request.PathBase + next)}\">",
        $"<p><a href=\"{WebUtility.HtmlEncode(context.Request.PathBase + next)}\">Go on</a></p>");

    private static Task Refuse(HttpContext context, int status, string why) => Show(context, status, "Not signed in", "",
        $"<p role=\"alert\">{WebUtility.HtmlEncode(why)}</p><p><a href=\"{context.Request.PathBase}{SignInArea.SignIn}\">Sign in</a></p>");

    private static Task Show(HttpContext context, int status, string title, string head, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return context.Response.WriteAsync($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>{head}<h1>{title}</h1>{body}</html>", context.RequestAborted);
    }
}
