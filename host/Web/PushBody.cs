using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crm.Analytics.Host.Web;

/// <summary>The events of a request's body: one JSON object, an array of them, or one on each line.</summary>
/// <param name="Payload">The events, each on a line of its own.</param>
/// <param name="Events">How many.</param>
internal sealed record PushBody(byte[] Payload, int Events)
{
    private static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };
    private static readonly JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a body.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="isLines">Whether there is an event on each line.</param>
    /// <exception cref="PushRefusedException">It is not what it should be; nothing of it is taken.</exception>
    public static PushBody Read(ReadOnlyMemory<byte> body, bool isLines)
    {
        var payload = new ArrayBufferWriter<byte>(body.Length + 16);
        using var json = new Utf8JsonWriter(payload, plain);
        var events = isLines ? Lines(body, json, payload) : Whole(body, json, payload);
        return new(payload.WrittenSpan.ToArray(), events);
    }

    private static int Lines(ReadOnlyMemory<byte> body, Utf8JsonWriter json, ArrayBufferWriter<byte> payload)
    {
        var events = 0;
        for (var line = 1; body.Length > 0; line++)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var text = (end < 0 ? body : body[..end]).Trim(" \t\r"u8);
            body = end < 0 ? default : body[(end + 1)..];
            if (text.Length > 0)
            {
                var where = string.Create(CultureInfo.InvariantCulture, $"line {line}");
                using var document = Parse(text, where);
                Take(document.RootElement, where, json, payload);
                events++;
            }
        }

        return events;
    }

    private static int Whole(ReadOnlyMemory<byte> body, Utf8JsonWriter json, ArrayBufferWriter<byte> payload)
    {
        using var document = Parse(body, "the body");
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            Take(document.RootElement, "the body", json, payload);
            return 1;
        }

        var events = 0;
        foreach (var item in document.RootElement.EnumerateArray())
        {
            Take(item, string.Create(CultureInfo.InvariantCulture, $"item {events}"), json, payload);
            events++;
        }

        return events;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> text, string where)
    {
        try
        {
            return JsonDocument.Parse(text, strict);
        }
        catch (JsonException e)
        {
            throw new PushRefusedException(StatusCodes.Status400BadRequest, $"no JSON: {e.Message}", where, "JSON in UTF-8 with each key once", "Correct it, then send the request again; nothing of it was taken");
        }
    }

    private static void Take(JsonElement item, string where, Utf8JsonWriter json, ArrayBufferWriter<byte> payload)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new PushRefusedException(StatusCodes.Status400BadRequest, $"a JSON {item.ValueKind.ToString().ToLowerInvariant()}", where, "a JSON object: one event",
                "Correct it, then send the request again; nothing of it was taken");
        }

        try
        {
            item.WriteTo(json);
        }
        catch (InvalidOperationException e)
        {
            throw new PushRefusedException(StatusCodes.Status400BadRequest, $"text that is no Unicode: {e.Message}", where, "JSON in UTF-8 with whole characters",
                "Correct it, then send the request again; nothing of it was taken");
        }

        json.Flush();
        json.Reset();
        payload.Write("\n"u8);
    }
}

/// <summary>A request that is not taken; its answer says why with four facts.</summary>
internal sealed class PushRefusedException(int status, string found, string where, string expected, string next) : Exception(found)
{
    public int Status { get; } = status;

    public string Where { get; } = where;

    public string Expected { get; } = expected;

    public string Next { get; } = next;
}
