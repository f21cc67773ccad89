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
    public static async Task<SentQuery> Read(HttpContext context, string[] json, string[] texts)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return new(OfParameters(context.Request.Query, json, texts));
        }

        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new BadHttpRequestException("the body is not said to be application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostBytes;
        try
        {
            return new(await JsonDocument.ParseAsync(context.Request.Body, StrictJson.Options, context.RequestAborted));
        }
        catch (InvalidOperationException e)
        {
            throw NoUnicode(e);
        }
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
