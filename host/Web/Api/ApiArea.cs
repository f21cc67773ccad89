using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Warehouse.Query;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Answers questions over HTTP: <c>/v1/load</c>, <c>/v1/meta</c> and <c>/v1/sql</c> in Cube's REST format, <c>/v1/drill</c>, <c>/v1/openapi.json</c>. Questions
/// name members of the model and carry values; no part of a request becomes a statement.
/// </summary>
/// <param name="questions">Answers questions about the warehouse that is open.</param>
/// <param name="askerOf">Who sends a request; null for nobody known.</param>
internal sealed class ApiArea(Questions questions, Func<HttpContext, Asker?> askerOf) : IWebArea
{
    private const long MostBytes = 1 << 20;
    private static readonly JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public string Prefix => "/v1/";

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public async Task Answer(HttpContext context)
    {
        try
        {
            await Route(context);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            questions.Tell(e);
            context.Response.StatusCode = ApiErrors.StatusOf(e);
            await Write(context, Bytes(json => ApiErrors.Write(json, e)));
        }
    }

    private Task Route(HttpContext context)
    {
        if (askerOf(context) is not { } asker)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RefusedException(StatusCodes.Status401Unauthorized, "nobody known sent it", "a token, or a signed-in browser", "Make a token with `crm token create`, and send it as 'Authorization: Bearer TOKEN'");
        }

        return context.Request.Path.Value switch
        {
            "/v1/load" => Load(context, asker.Security),
            "/v1/meta" => Meta(context, asker.Security),
            "/v1/sql" => Sql(context, AtLeast(AccessRole.Analyst, asker).Security),
            "/v1/openapi.json" => OpenApi(context),
            _ => NotFound(context),
        };
    }

    private static Asker AtLeast(AccessRole role, Asker asker) => asker.Role >= role ? asker : throw new RefusedException(StatusCodes.Status403Forbidden,
        $"{asker.Name} is {asker.Role.ToString().ToLowerInvariant()}", $"{role.ToString().ToLowerInvariant()} or more", "Ask an administrator for the role");

    private async Task Load(HttpContext context, SecurityContext? asker)
    {
        using var sent = await Sent(context);
        var request = LoadRequest.Read(sent.Query, sent.QueryType, questions.Settings);
        AuditTrail.Tell(context, AuditText.Of(request));
        var asText = context.Request.Query["numbers"] == "string";
        var key = questions.KeyOf(request, asText, asker);
        if (request.Questions.All(q => !q.Renews) && questions.Remembered(key) is { } known)
        {
            await Write(context, known);
            return;
        }

        var answer = await questions.Pending.Wait(key, stop => questions.Answer(key, request, asText, asker, stop), context.RequestAborted);
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            context.Response.Headers.RetryAfter = "1";
            answer = Bytes(json =>
            {
                json.WriteStartObject();
                json.WriteString("error", "Continue wait");
                json.WriteString("stage", "Executing query");
                json.WriteEndObject();
            });
        }

        await Write(context, answer);
    }

    private async Task Meta(HttpContext context, SecurityContext? asker)
    {
        Only(context, HttpMethods.Get);
        await Write(context, Bytes(json => new MetaAnswer(json, questions.Catalogue, asker).Write()));
    }

    private async Task Sql(HttpContext context, SecurityContext? asker)
    {
        using var sent = await Sent(context);
        var request = LoadRequest.Read(sent.Query, sent.QueryType, questions.Settings);
        AuditTrail.Tell(context, AuditText.Of(request));
        var statement = questions.Statement(request.Questions[0].Query, asker);
        await Write(context, Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("sql");
            json.WriteStartArray("sql");
            json.WriteStringValue(statement.Text);
            json.WriteStartObject();
            foreach (var (name, value) in statement.Parameters)
            {
                json.WriteString(name, value is DateTime or DateOnly ? string.Create(CultureInfo.InvariantCulture, $"{value:O}") : Convert.ToString(value, CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }));
    }

    private static async Task OpenApi(HttpContext context)
    {
        Only(context, HttpMethods.Get);
        await using var document = typeof(ApiArea).Assembly.GetManifestResourceStream("Crm.Analytics.Host.Web.Api.openapi.json")!;
        using var text = new StreamReader(document);
        await Write(context, Encoding.UTF8.GetBytes((await text.ReadToEndAsync()).Replace("{version}", Composition.Version, StringComparison.Ordinal)));
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Write(context, Bytes(json => ApiErrors.Write(json, ApiErrors.Wrong($"no {context.Request.Path}", "the path", "one of /v1/load, /v1/meta, /v1/sql, /v1/drill, /v1/openapi.json", "Correct the path"))));
    }

    private static void Only(HttpContext context, params ReadOnlySpan<string> methods)
    {
        if (!methods.Contains(context.Request.Method))
        {
            context.Response.Headers.Allow = string.Join(", ", methods.ToArray());
            throw new BadHttpRequestException($"the method {context.Request.Method} is not for this path", StatusCodes.Status405MethodNotAllowed);
        }
    }

    /// <summary>The query of a request: a parameter of GET, the body of POST.</summary>
    private static async Task<SentQuery> Sent(HttpContext context)
    {
        Only(context, HttpMethods.Get, HttpMethods.Post);
        if (HttpMethods.IsGet(context.Request.Method))
        {
            var query = context.Request.Query["query"];
            return query is [{ } text]
                ? new(JsonDocument.Parse(text, StrictJson.Options), isWrapped: false, context.Request.Query["queryType"])
                : throw ApiErrors.Wrong(query.Count == 0 ? "no query" : "several queries", "the parameter 'query'", "one query as JSON", "Send it as ?query=…, or as the body of a POST");
        }

        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new BadHttpRequestException("the body is not said to be application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostBytes;
        return new(await JsonDocument.ParseAsync(context.Request.Body, StrictJson.Options, context.RequestAborted), isWrapped: true, null);
    }

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, plain))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static async Task Write(HttpContext context, byte[] answer)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private sealed class SentQuery : IDisposable
    {
        private readonly JsonDocument _document;

        public SentQuery(JsonDocument document, bool isWrapped, string? queryType)
        {
            (_document, QueryType, Query) = (document, queryType, new(document.RootElement, "query"));
            if (isWrapped)
            {
                try
                {
                    var body = new StrictJson(document.RootElement, "").Object("query", "queryType", "cache", "renewQuery");
                    Query = body.Find("query") ?? throw ApiErrors.Wrong("no query", "the body", "the key 'query'", "Send {\"query\": {…}}");
                    QueryType = body.Find("queryType")?.Text();
                }
                catch
                {
                    document.Dispose();
                    throw;
                }
            }
        }

        public StrictJson Query { get; }

        public string? QueryType { get; }

        public void Dispose() => _document.Dispose();
    }
}
