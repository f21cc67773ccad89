using System.Net;
using System.Text;
using System.Web;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>A server that did not give what it was asked for, and might later.</summary>
internal sealed class HttpUnavailableException(string found, string where, string expected, string next, Exception? inner = null)
    : CrmException(FailureKind.Failed, found, where, expected, next, inner)
{
    /// <inheritdoc/>
    public override bool Retryable => true;
}

/// <summary>Tells people of requests that failed: never a secret, and no more of a body than helps.</summary>
/// <param name="stream">The stream.</param>
/// <param name="hidden">Query parameters whose values people must not see.</param>
internal sealed class HttpFailure(StreamContext stream, IReadOnlySet<string> hidden)
{
    private const int BodyLimit = 300;

    /// <summary>Where it was: the stream, and the URL without what is secret in it.</summary>
    public string Where(Uri url)
    {
        var query = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
            .Select(p => p.Length == 2 && hidden.Contains(HttpUtility.UrlDecode(p[0])) ? $"{p[0]}=***" : string.Join('=', p));
        var text = $"{url.Scheme}://{url.Authority}{url.AbsolutePath}{(url.Query.Length > 1 ? "?" : "")}{string.Join('&', query)}";
        return $"{stream.Name} {stream.Secrets.Redact(text)}";
    }

    /// <summary>What the server answered, with the beginning of its body.</summary>
    public string Answer(HttpAnswer answer)
    {
        var reason = answer.Reason.Length > 0 ? answer.Reason : ((HttpStatusCode)answer.Status).ToString();
        return $"the server answered {answer.Status} {reason}{Start(answer.Body)}";
    }

    /// <summary>The beginning of a body on one line, behind a colon; nothing for an empty one.</summary>
    public string Start(byte[] body)
    {
        var text = stream.Secrets.Redact(Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 16 * BodyLimit))));
        var line = string.Join(' ', new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "" : line.Length > BodyLimit ? $": {line[..BodyLimit]}…" : $": {line}";
    }

    /// <summary>Trying again would not help.</summary>
    public CrmException Final(string found, Uri url, string expected, string next, Exception? inner = null) =>
        new(FailureKind.Failed, stream.Secrets.Redact(found), Where(url), expected, next, inner);

    /// <summary>It was tried often enough; later it may go.</summary>
    public HttpUnavailableException Unavailable(string found, Uri url, Exception? inner = null) =>
        new(stream.Secrets.Redact(found), Where(url), "an answer with records", "Run again later; nothing was lost and nothing half loaded", inner);
}
