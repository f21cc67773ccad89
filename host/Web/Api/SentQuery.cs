using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>What a request sends: parameters of GET, or the body of POST, as one object.</summary>
internal sealed class SentQuery : IDisposable
{
    private const long MostBytes = 1 << 20;
    private readonly JsonDocument _document;

    private SentQuery(JsonDocument document) => _document = document;

    /// <summary>The object.</summary>
    public StrictJson Body => new(_document.RootElement, "");

    /// <summary>Reads what a request sends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="json">The parameters of GET that are JSON; the first must be there.</param>
    /// <param name="texts">The parameters of GET that are text.</param>
    public static async Task<SentQuery> Read(HttpContext context, string[] json, string[] texts) => Read(context, await BodyOf(context), json, texts);

    /// <summary>Reads what a request sends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">Its body; null for GET.</param>
    /// <param name="json">The parameters of GET that are JSON; the first must be there.</param>
    /// <param name="texts">The parameters of GET that are text.</param>
    public static SentQuery Read(HttpContext context, byte[]? body, string[] json, string[] texts)
    {
        if (body is null)
        {
            return new(OfParameters(context.Request.Query, json, texts));
        }

        try
        {
            return new(JsonDocument.Parse(body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), StrictJson.Options));
        }
        catch (InvalidOperationException e)
        {
            throw NoUnicode(e);
        }
    }

    /// <summary>The bytes that a POST sends; null for GET.</summary>
    public static async Task<byte[]?> BodyOf(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return null;
        }

        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new BadHttpRequestException("the body is not said to be application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostBytes;
        using var bytes = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, MostBytes));
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        return bytes.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    private static JsonDocument Parsed(string text)
    {
        try
        {
            return JsonDocument.Parse(text, StrictJson.Options);
        }
        catch (InvalidOperationException e)
        {
            throw NoUnicode(e);
        }
    }

    /// <summary>Keys that are half a character cannot be compared with each other, which the parser tells as a fault of its caller.</summary>
    private static JsonException NoUnicode(InvalidOperationException e) => new("a key that is no Unicode", e);

    private static JsonDocument OfParameters(IQueryCollection sent, string[] json, string[] texts)
    {
        using var buffer = new MemoryStream();
        using (var body = new Utf8JsonWriter(buffer))
        {
            body.WriteStartObject();
            foreach (var name in json.Concat(texts))
            {
                var value = sent[name];
                if (value is not [{ } text])
                {
                    if (value.Count > 0 || name == json[0])
                    {
                        throw ApiErrors.Wrong(value.Count == 0 ? $"no {name}" : $"{name}, {value.Count} times", $"the parameter '{name}'", "one, once", "Send it as ?query=…, or as the body of a POST");
                    }

                    continue;
                }

                body.WritePropertyName(name);
                if (texts.Contains(name))
                {
                    body.WriteStringValue(text);
                }
                else
                {
                    using var document = Parsed(text);
                    body.WriteRawValue(document.RootElement.GetRawText(), skipInputValidation: true);
                }
            }

            body.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.ToArray(), StrictJson.Options);
    }
}
