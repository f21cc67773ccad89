using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crm.Analytics.Host.Observation;

/// <summary>Makes each line that is said one JSON document, for systems that collect logs: <c>time</c>, <c>message</c>, and the trace it belongs to.</summary>
/// <param name="inner">Where lines go.</param>
/// <param name="clock">The clock.</param>
internal sealed class LogLines(TextWriter inner, TimeProvider clock) : TextWriter
{
    private static readonly JsonWriterOptions relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _guard = new();
    private readonly StringBuilder _line = new();

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        lock (_guard)
        {
            if (value is not '\n')
            {
                _line.Append(value);
                return;
            }

            var text = _line.ToString().TrimEnd('\r');
            _line.Clear();
            if (text.Length > 0)
            {
                inner.WriteLine(Document(text));
                inner.Flush();
            }
        }
    }

    private string Document(string text)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, relaxed))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow());
            json.WriteString("message", text);
            if (Activity.Current is { } activity)
            {
                json.WriteString("trace", activity.TraceId.ToHexString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
