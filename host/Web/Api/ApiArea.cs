using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Answers questions over HTTP: <c>/v1/load</c>, <c>/v1/meta</c> and <c>/v1/sql</c> in Cube's REST format, <c>/v1/drill</c>, <c>/v1/openapi.json</c>. Questions
/// name members of the model and carry values; no part of a request becomes a statement.
/// </summary>
/// <param name="questions">Answers questions about the warehouse that is open.</param>
/// <param name="askerOf">Who sends a request; null for nobody known.</param>
/// <param name="rows">Answers that stream.</param>
internal sealed class ApiArea(Questions questions, Func<HttpContext, Asker?> askerOf, RowAnswers rows) : IWebArea
{
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
            context.Response.Headers.Remove("Content-Disposition");
            await Write(context, Bytes(json => ApiErrors.Write(json, e)));
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Half an answer is out; what cuts it off tells the asker that it is not whole.
            questions.Tell(e);
            context.Abort();
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
            "/v1/drill" => DrillOn(context, asker.Security),
            "/v1/sql" => Sql(context, AtLeast(AccessRole.Analyst, asker).Security),
            "/v1/openapi.json" => OpenApi(context),
            _ => NotFound(context),
        };
    }

    private static Asker AtLeast(AccessRole role, Asker asker) => asker.Role >= role ? asker : throw new RefusedException(StatusCodes.Status403Forbidden,
        $"{asker.Name} is {asker.Role.ToString().ToLowerInvariant()}", $"{role.ToString().ToLowerInvariant()} or more", "Ask an administrator for the role");

    private async Task Load(HttpContext context, SecurityContext? asker)
    {
        Only(context, HttpMethods.Get, HttpMethods.Post);
        var bytes = await SentQuery.BodyOf(context);
        if (bytes is not null && RowFormat.Of(context, null) == RowFormat.Json && questions.Remembered(bytes, AsText(context), asker) is var (known, audit))
        {
            AuditTrail.Tell(context, audit);
            await Write(context, known);
            return;
        }

        using var sent = SentQuery.Read(context, bytes, ["query"], ["queryType"]);
        var body = sent.Body.Object("query", "queryType", "cache", "renewQuery", "format");
        var request = LoadRequest.Read(QueryOf(body), body.Find("queryType")?.Text(), questions.Settings);
        var told = AuditText.Of(request);
        AuditTrail.Tell(context, told);
        var format = RowFormat.Of(context, body.Find("format"));
        if (format != RowFormat.Json)
        {
            await rows.Load(context, format, request.Questions.Count == 1
                ? request.Questions[0].Query with { Security = asker }
                : throw ApiErrors.Wrong($"{request.Questions.Count} questions", "the query", $"one question for an answer as {format.Name}", "Ask them one by one, or for JSON"));
            return;
        }

        await Answer(context, request, asker, key => questions.Know(bytes, AsText(context), asker, key, told));
    }

    /// <summary>Goes on from a cell: to the answer of the next question, or through to the rows.</summary>
    private async Task DrillOn(HttpContext context, SecurityContext? asker)
    {
        Only(context, HttpMethods.Get, HttpMethods.Post);
        using var sent = await SentQuery.Read(context, ["query", "cell"], ["go", "from", "to", "path"]);
        var request = DrillRequest.Read(sent.Body, questions.Settings);
        var format = RowFormat.Of(context, sent.Body.Find("format"));
        var next = questions.Drilled(request, asker);
        AuditTrail.Tell(context, AuditText.Of(next.Query));
        if (request.Way == DrillWay.Through)
        {
            await rows.Through(context, format, next.Query with { Security = asker });
        }
        else if (format != RowFormat.Json)
        {
            await rows.Load(context, format, next.Query with { Security = asker });
        }
        else
        {
            await Answer(context, new([next], false, "regularQuery"), asker);
        }
    }

    private static StrictJson QueryOf(StrictJson body) => body.Find("query") ?? throw ApiErrors.Wrong("no query", "the body", "the key 'query'", "Send {\"query\": {…}}");

    private static bool AsText(HttpContext context) => context.Request.Query["numbers"] == "string";

    private async Task Answer(HttpContext context, LoadRequest request, SecurityContext? asker, Action<AnswerKey>? remembered = null)
    {
        var asText = AsText(context);
        var key = questions.KeyOf(request, asText, asker);
        if (request.Questions.All(q => !q.Renews) && questions.Remembered(key) is { } known)
        {
            remembered?.Invoke(key);
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
        var body = sent.Body.Object("query", "queryType", "cache", "renewQuery");
        var request = LoadRequest.Read(QueryOf(body), body.Find("queryType")?.Text(), questions.Settings);
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
    private static Task<SentQuery> Sent(HttpContext context)
    {
        Only(context, HttpMethods.Get, HttpMethods.Post);
        return SentQuery.Read(context, ["query"], ["queryType"]);
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
}
