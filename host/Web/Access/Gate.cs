using Crm.Analytics.Host.Security;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>Says who sends a request. While nobody was given access, everybody on this machine is the owner; from the first user or token on, nobody unknown is let in.</summary>
/// <param name="store">Users, tokens, signed-in browsers.</param>
/// <param name="proxy">A reverse proxy that says who somebody is; null for none.</param>
/// <param name="seesPersonal">The lowest role that sees who persons are.</param>
/// <param name="signsInElsewhere">True when people sign in at an identity provider: then nobody unknown is the owner.</param>
internal sealed class Gate(AccessStore store, TrustedProxy? proxy = null, AccessRole seesPersonal = AccessRole.Viewer, bool signsInElsewhere = false)
{
    /// <summary>The cookie of a signed-in browser.</summary>
    public const string Cookie = "crm_session";

    private const string Scheme = "Bearer ";
    private static readonly object who = new();

    /// <summary>Who sends a request; null for nobody known.</summary>
    public Asker? AskerOf(HttpContext context)
    {
        if (context.Items.TryGetValue(who, out var known))
        {
            return (Asker?)known;
        }

        var asker = Find(context) is { } found ? found with { MasksPersonal = found.Role < seesPersonal } : null;
        context.Items[who] = asker;
        return asker;
    }

    private Asker? Find(HttpContext context)
    {
        var request = context.Request;
        if (proxy?.Speaks(request) == true)
        {
            return proxy.AskerOf(context);
        }

        if (proxy is null && !signsInElsewhere && !store.HasAnybody)
        {
            return Asker.Owner;
        }

        // A token that is sent and wrong lets nobody in, whatever else the browser shows.
        var sent = request.Headers.Authorization.ToString();
        return sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? store.OfToken(sent[Scheme.Length..].Trim())
            : request.Cookies[Cookie] is { Length: > 0 and < 200 } session ? store.OfSession(session)
            : null;
    }
}
