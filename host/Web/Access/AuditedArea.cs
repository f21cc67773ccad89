using System.Globalization;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web.Pages;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>Notes in the audit log who asked an area for what. The entry stands before the first byte of the answer goes out; what cannot be noted is not answered.</summary>
/// <param name="area">The area.</param>
/// <param name="audit">Notes it.</param>
internal sealed class AuditedArea(IWebArea area, AuditTrail audit) : IWebArea
{
    /// <inheritdoc/>
    public string Prefix => area.Prefix;

    /// <inheritdoc/>
    public bool HasOwnProof => area.HasOwnProof;

    /// <inheritdoc/>
    public bool Answers(string path) => area.Answers(path);

    /// <inheritdoc/>
    public Task Answer(HttpContext context)
    {
        audit.Watch(context);
        return area.Answer(context);
    }
}

/// <summary>Tells the audit log of requests.</summary>
/// <param name="log">The log.</param>
/// <param name="gate">Says who sends a request.</param>
internal sealed class AuditTrail(AuditLog log, Gate gate)
{
    private const int MostNames = 20;
    private const int LongestName = 40;
    private static readonly object what = new();
    private static readonly object who = new();

    /// <summary>Says what a request is about, beyond its path.</summary>
    public static void Tell(HttpContext context, string text) => context.Items[what] = text;

    /// <summary>Says who sent a request where that turned out while it was answered.</summary>
    public static void TellWho(HttpContext context, string name) => context.Items[who] = name;

    /// <summary>What stands for a value that may be personal.</summary>
    public string Pseudonym(string text) => log.Pseudonym(text);

    /// <summary>Has a request noted when its answer begins.</summary>
    public void Watch(HttpContext context)
    {
        // Paths that tell how the server stands show nothing of the data.
        var path = context.Request.Path.Value!;
        var isReading = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (path.StartsWith("/health/", StringComparison.Ordinal) || path is "/v1/meta" or "/v1/openapi.json"
            || (isReading && (path is "/status" or "/sign-in" || path.StartsWith("/jobs", StringComparison.Ordinal) || path.StartsWith(PageAssets.Prefix, StringComparison.Ordinal))))
        {
            return;
        }

        context.Response.OnStarting(() => Note(context, path, isReading && !path.StartsWith("/v1/", StringComparison.Ordinal)));
    }

    private Task Note(HttpContext context, string path, bool isPage)
    {
        var status = context.Response.StatusCode;
        var name = context.Items[who] as string ?? gate.AskerOf(context)?.Name;

        // Who is not known was shown nothing; what they try is told by the doors they try: those of sign-in.
        if (name is null && !path.StartsWith("/sign-", StringComparison.Ordinal))
        {
            return Task.CompletedTask;
        }

        // What an identity provider sends back is a secret for once.
        var text = context.Items[what] is string told ? $"{path} {told}" : isPage && path != OpenIdArea.Callback ? path + Asked(context.Request.Query) : path;
        var did = path switch
        {
            "/v1/load" => "query",
            "/v1/sql" => "statement",
            "/v1/drill" => "drill",
            "/sign-in" or OpenIdArea.Callback => "sign-in",
            "/sign-out" => "sign-out",
            _ => isPage ? "page" : "request",
        };
        return log.AppendAsync(new(name ?? "(unknown)", "web", did, text, status.ToString(CultureInfo.InvariantCulture)), did is "sign-in" or "sign-out" or "request");
    }

    /// <summary>What a page was asked for: names, and pseudonyms of values, which may be personal.</summary>
    private string Asked(IQueryCollection query) => string.Concat(query.Take(MostNames)
        .Select(q => $" {(q.Key.Length <= LongestName && q.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? q.Key : log.Pseudonym(q.Key))} {string.Join(' ', q.Value.OfType<string>().Take(MostNames).Select(log.Pseudonym))}"));
}
