using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Crm.Analytics.Host.Web;

/// <summary>
/// Takes events: <c>POST /v1/push/SOURCE/STREAM</c>. They are on disk for good before the answer is sent. The token is asked for before anything else is
/// looked at; a browser cannot be made to send it, so the host's name does not matter here.
/// </summary>
internal sealed class PushEndpoint : IWebArea, IAsyncDisposable
{
    private const string Root = "/v1/push/";

    /// <summary>Bytes of bodies that are in memory at one time, over all requests.</summary>
    private const long MostBytes = 256L << 20;

    private const int LongestKey = 255;
    private readonly Dictionary<string, (PushOptions Options, byte[] Token)> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Source, string Stream), PushLog> _logs = [];
    private long _bytes;

    private PushEndpoint()
    {
    }

    /// <inheritdoc/>
    public string Prefix => Root;

    /// <inheritdoc/>
    public bool HasOwnProof => true;

    /// <summary>How often new events are to be loaded.</summary>
    public TimeSpan Every => _sources.Values.Min(s => s.Options.Every);

    /// <summary>Where the log of each stream ends.</summary>
    public IReadOnlyDictionary<(string Source, string Stream), PushPosition> Ends => _logs.ToDictionary(l => l.Key, l => l.Value.End);

    /// <summary>The sources that are pushed to.</summary>
    public static IReadOnlyList<Source> SourcesOf(Project project) => [.. project.Sources.Where(s => s.Connector == PushOptions.Declared.Connector)];

    /// <summary>Opens the logs of a project's push sources; null when it has none.</summary>
    /// <exception cref="CrmException">A token is not there, or another process receives the events.</exception>
    public static async Task<PushEndpoint?> Open(Project project, Secrets secrets, TimeProvider clock)
    {
        var endpoint = new PushEndpoint();
        try
        {
            foreach (var source in SourcesOf(project))
            {
                var options = PushOptions.Read(source, secrets);
                endpoint._sources.Add(source.Name, (options, Hash(options.Token)));
                foreach (var stream in source.Streams)
                {
                    endpoint._logs.Add((source.Name, stream.Name), PushLog.Open(PushLog.FolderOf(project.Folder, source.Name, stream.Name), options.Keep, clock, DataKeys.Of(project)));
                }
            }
        }
        catch
        {
            await endpoint.DisposeAsync();
            throw;
        }

        return endpoint._logs.Count > 0 ? endpoint : null;
    }

    /// <summary>Lets go of segments that are loaded and old.</summary>
    /// <param name="loaded">What <see cref="Ends"/> said before the load.</param>
    public void Forget(IReadOnlyDictionary<(string Source, string Stream), PushPosition> loaded)
    {
        foreach (var (stream, position) in loaded)
        {
            _logs[stream].Forget(position);
        }
    }

    /// <summary>Answers a request whose path begins so.</summary>
    public async Task Answer(HttpContext context)
    {
        try
        {
            var receipt = await Take(context);
            context.Response.StatusCode = StatusCodes.Status200OK;
            await Write(context, json =>
            {
                json.WriteNumber("received", receipt.Events);
                json.WriteString("id", receipt.At.ToString());
            });
        }
        catch (PushRefusedException e)
        {
            await Refuse(context, e.Status, e.Message, e.Where, e.Expected, e.Next);
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, e.Message, context.Request.Path, "a whole request within the limits", "Send smaller batches");
        }
        catch (PushKeyReusedException e)
        {
            await Refuse(context, StatusCodes.Status422UnprocessableEntity, e.Message, "Idempotency-Key", "a key of its own for each request", "Send these events with another key");
        }
        catch (PushOverloadedException e)
        {
            context.Response.Headers.RetryAfter = "1";
            await Refuse(context, StatusCodes.Status429TooManyRequests, e.Message, context.Request.Path, "fewer events at a time", "Send the request again, with the same key, in a second");
        }
        catch (CrmException e)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, e.Found, context.Request.Path, e.Expected, e.Next);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var log in _logs.Values)
        {
            await log.DisposeAsync();
        }
    }

    private async Task<PushReceipt> Take(HttpContext context)
    {
        var request = context.Request;
        var place = request.Path.Value![Root.Length..].Split('/');
        var source = LetIn(request, place[0]);
        if (place.Length != 2 || !_logs.TryGetValue((place[0], place[1]), out var log))
        {
            throw new PushRefusedException(StatusCodes.Status404NotFound, $"no stream at {request.Path}", request.Path,
                $"{Root}{place[0]}/ and one of {string.Join(", ", _logs.Keys.Where(k => k.Source == place[0]).Select(k => k.Stream))}", "Correct the path, or declare the stream");
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            context.Response.Headers.Allow = "POST";
            throw new PushRefusedException(StatusCodes.Status405MethodNotAllowed, request.Method, request.Path, "POST", "Send the events with POST");
        }

        var isLines = IsLines(request);
        var key = KeyOf(request);
        var limit = source.MaxRequestBytes;
        var reserved = Math.Min(request.ContentLength ?? limit, limit);
        if (Interlocked.Add(ref _bytes, reserved) > MostBytes)
        {
            Interlocked.Add(ref _bytes, -reserved);
            throw new PushOverloadedException();
        }

        try
        {
            var body = PushBody.Read(await BodyOf(context, limit), isLines);
            return body.Events == 0 ? default : await log.Append(key, body.Payload, body.Events);
        }
        finally
        {
            Interlocked.Add(ref _bytes, -reserved);
        }
    }

    private PushOptions LetIn(HttpRequest request, string name)
    {
        const string scheme = "Bearer ";
        var sent = request.Headers.Authorization.ToString();
        if (!_sources.TryGetValue(name, out var source))
        {
            throw new PushRefusedException(StatusCodes.Status404NotFound, $"no push source at {request.Path}", request.Path, $"{Root}SOURCE/STREAM", "Correct the path, or declare the source");
        }

        // Hashes have one length, so that comparing them tells nothing of either.
        return sent.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(sent[scheme.Length..].Trim()), source.Token) ? source.Options
            : throw new PushRefusedException(StatusCodes.Status401Unauthorized, sent.Length == 0 ? "no token" : "a wrong token", "Authorization", $"Bearer and the token of {name}", "Send the token");
    }

    private static bool IsLines(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new PushRefusedException(StatusCodes.Status415UnsupportedMediaType, "a packed body", "Content-Encoding", "a body as it is", "Send it without Content-Encoding");
        }

        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed.MediaType.ToString().ToLowerInvariant() : "";
        return type switch
        {
            "application/json" => false,
            "application/x-ndjson" or "application/jsonl" => true,
            _ => throw new PushRefusedException(StatusCodes.Status415UnsupportedMediaType, type.Length == 0 ? "no content type" : type, "Content-Type",
                "application/json, or application/x-ndjson for an event on each line", "Say what the body is"),
        };
    }

    private static string? KeyOf(HttpRequest request)
    {
        var keys = request.Headers["Idempotency-Key"];
        if (keys.Count == 0)
        {
            return null;
        }

        return keys is [{ Length: > 0 and <= LongestKey } key] && key.All(c => c is > ' ' and < '\x7f') ? key
            : throw new PushRefusedException(StatusCodes.Status400BadRequest, "a key that cannot be used", "Idempotency-Key",
                string.Create(CultureInfo.InvariantCulture, $"1 to {LongestKey} printable ASCII characters without blanks"), "Send another key, e.g. a UUID");
    }

    private static async Task<ReadOnlyMemory<byte>> BodyOf(HttpContext context, long limit)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = limit;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static async Task Refuse(HttpContext context, int status, string found, string where, string expected, string next)
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await Write(context, json =>
        {
            json.WriteStartObject("error");
            json.WriteString("found", found);
            json.WriteString("where", where);
            json.WriteString("expected", expected);
            json.WriteString("next", next);
            json.WriteEndObject();
        });
    }

    private static async Task Write(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), context.RequestAborted);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
