using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Analytics.Host.Security;

/// <summary>What somebody did, as it is told to the audit log. Values that may be personal stand in it as pseudonyms.</summary>
/// <param name="Who">The user, token or account.</param>
/// <param name="Through">How: <c>web</c>, <c>console</c>, <c>job</c>.</param>
/// <param name="Did">What, in a word or two: <c>query</c>, <c>report run</c>, <c>sign in</c>.</param>
/// <param name="What">With what.</param>
/// <param name="Ended">How it ended: a status of HTTP, or an exit code.</param>
internal sealed record AuditFact(string Who, string Through, string Did, string What, string Ended);

/// <summary>An entry of the audit log.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Fact">What.</param>
/// <param name="Mac">Keyed hash of this entry and the one before, in hexadecimal.</param>
internal sealed record AuditEntry(long Number, DateTimeOffset At, AuditFact Fact, string Mac)
{
    /// <summary>What stands for the entry before the first one.</summary>
    public const string NoMac = "0000000000000000000000000000000000000000000000000000000000000000";

    private const int MacTail = 74; // ,"mac":"…64…"}
    private static readonly JsonWriterOptions readable = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>An entry's line, without its end.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="at">When.</param>
    /// <param name="fact">What.</param>
    /// <param name="before">The hash of the entry before.</param>
    /// <param name="key">The key.</param>
    /// <returns>The line and its hash.</returns>
    public static (byte[] Line, string Mac) Write(long number, DateTimeOffset at, AuditFact fact, string before, ProjectKey key)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, readable))
        {
            WriteFields(json, number, at, fact);
        }

        var body = buffer.WrittenSpan[..^1];
        var mac = MacOf(body, before, key);
        return ([.. body, .. Encoding.ASCII.GetBytes($",\"mac\":\"{mac}\"}}")], mac);
    }

    /// <summary>An entry as JSON, without its hash.</summary>
    public static void WriteFields(Utf8JsonWriter json, long number, DateTimeOffset at, AuditFact fact)
    {
        json.WriteStartObject();
        json.WriteNumber("n", number);
        json.WriteString("at", at.UtcDateTime);
        json.WriteString("who", fact.Who);
        json.WriteString("through", fact.Through);
        json.WriteString("did", fact.Did);
        json.WriteString("what", fact.What);
        json.WriteString("ended", fact.Ended);
        json.WriteEndObject();
    }

    /// <summary>Reads a line; null when it is none of the log's.</summary>
    public static AuditEntry? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            string Text(string name) => root.GetProperty(name).GetString()!;
            return new(root.GetProperty("n").GetInt64(), root.GetProperty("at").GetDateTimeOffset(), new(Text("who"), Text("through"), Text("did"), Text("what"), Text("ended")), Text("mac"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The hash that a line has to have behind another entry.</summary>
    public static string MacOfLine(ReadOnlySpan<byte> line, string before, ProjectKey key) => MacOf(line.Length > MacTail ? line[..^MacTail] : line, before, key);

    private static string MacOf(ReadOnlySpan<byte> body, string before, ProjectKey key) => Convert.ToHexStringLower(key.Hash([.. Encoding.ASCII.GetBytes(before), .. body]));
}
