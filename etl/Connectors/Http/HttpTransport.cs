using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Crm.Analytics.Warehouse.Network;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>A request.</summary>
/// <param name="Url">Where it goes.</param>
/// <param name="Post">A body and its content type to POST; null for GET.</param>
/// <param name="Headers">Headers; they stay with the origin of <paramref name="Url"/>.</param>
/// <param name="Timeout">How long it may last.</param>
/// <param name="MaxBytes">Bytes that its answer may have, unpacked.</param>
internal sealed record HttpQuestion(Uri Url, (string Body, string Type)? Post, IReadOnlyList<NamedValue> Headers, TimeSpan Timeout, long MaxBytes);

/// <summary>An answer.</summary>
/// <param name="Status">Its status code.</param>
/// <param name="Reason">The server's word for it.</param>
/// <param name="Url">Where it came from, behind all redirects.</param>
/// <param name="Body">Its body, unpacked.</param>
/// <param name="RetryAfter">How long the server wants to be left alone; null when it does not say.</param>
/// <param name="NextLink">The Link header's <c>rel="next"</c>; null when there is none.</param>
internal sealed record HttpAnswer(int Status, string Reason, Uri Url, byte[] Body, RetryConditionHeaderValue? RetryAfter, Uri? NextLink);

/// <summary>
/// Sends requests, each to addresses that may be reached only. Redirects are followed here, at most <see cref="MostRedirects"/>; headers and bodies never
/// go to another origin.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    /// <summary>Redirects of one request that are followed.</summary>
    public const int MostRedirects = 5;

    private readonly HttpClient client;

    public HttpTransport(AddressGuard guard)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectCallback = async (context, cancellation) => await guard.Connect(context.DnsEndPoint, cancellation),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,

            // A proxy would connect where it likes, unseen by the guard.
            UseProxy = false,
        };
        client = new(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a request and follows its redirects.</summary>
    /// <exception cref="HttpFaultException">The answer breaks a rule; trying again would not help.</exception>
    /// <exception cref="HttpRequestException">No connection, or it broke.</exception>
    /// <exception cref="IOException">The connection broke within the body, or the body is damaged.</exception>
    /// <exception cref="TimeoutException">It lasted too long.</exception>
    public async Task<HttpAnswer> Send(HttpQuestion question, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(question.Timeout);
        try
        {
            return await Follow(question, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no whole answer within {question.Timeout.TotalSeconds:0.#} s"), e);
        }
        catch (HttpRequestException e) when (e.InnerException is Warehouse.CrmException refused)
        {
            throw refused;
        }
        catch (InvalidDataException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<HttpAnswer> Follow(HttpQuestion question, CancellationToken cancellation)
    {
        for (var hops = 0; ; hops++)
        {
            using var request = Request(question);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return await Answer(question, response, cancellation);
            }

            question = hops < MostRedirects ? Redirected(question, response.StatusCode, new Uri(question.Url, location))
                : throw new HttpFaultException(string.Create(CultureInfo.InvariantCulture, $"more than {MostRedirects} redirects"), question.Url, "an answer");
        }
    }

    private static HttpQuestion Redirected(HttpQuestion question, HttpStatusCode status, Uri to)
    {
        if (to.Scheme is not ("http" or "https"))
        {
            throw new HttpFaultException($"a redirect to {to.Scheme}:", question.Url, "a redirect to http or https");
        }

        var staysPost = question.Post is not null && status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (SameOrigin(question.Url, to))
        {
            return question with { Url = to, Post = staysPost ? question.Post : null };
        }

        return !staysPost ? question with { Url = to, Post = null, Headers = [] }
            : throw new HttpFaultException($"a redirect of a body to {to.Authority}", question.Url, $"an answer from {question.Url.Authority} itself");
    }

    /// <summary>True when both have the same scheme, host and port.</summary>
    public static bool SameOrigin(Uri one, Uri other) => one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port;

    private static HttpRequestMessage Request(HttpQuestion question)
    {
        var request = new HttpRequestMessage(question.Post is null ? HttpMethod.Get : HttpMethod.Post, question.Url);
        if (question.Post is var (body, type))
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        request.Headers.Accept.Add(new("application/json"));
        request.Headers.UserAgent.Add(new("crm-analytics", "1"));
        foreach (var (name, value) in question.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<HttpAnswer> Answer(HttpQuestion question, HttpResponseMessage response, CancellationToken cancellation)
    {
        var tooLong = new HttpFaultException(string.Create(CultureInfo.InvariantCulture, $"an answer of more than {question.MaxBytes:N0} bytes, unpacked"), question.Url,
            "smaller pages", "Ask for smaller pages with page_size, or raise max_response_bytes");
        if (response.Content.Headers.ContentLength > question.MaxBytes)
        {
            throw tooLong;
        }

        using var body = new MemoryStream();
        await using (var stream = await response.Content.ReadAsStreamAsync(cancellation))
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
            {
                if (body.Length + read > question.MaxBytes)
                {
                    throw tooLong;
                }

                body.Write(buffer, 0, read);
            }
        }

        return new((int)response.StatusCode, response.ReasonPhrase ?? "", question.Url, body.ToArray(), response.Headers.RetryAfter, LinkHeader.Next(response.Headers, question.Url));
    }
}

/// <summary>An answer that breaks a rule, so that the same request would break it again.</summary>
internal sealed class HttpFaultException(string found, Uri url, string expected, string next = "Correct the source's url, or ask who runs the server") : Exception(found)
{
    public Uri Url { get; } = url;

    public string Expected { get; } = expected;

    public string Next { get; } = next;
}
