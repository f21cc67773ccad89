using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Reads single options of a stream of files, and points at the place of one that is wrong.</summary>
internal sealed class OptionReader(StreamContext stream)
{
    public string? Text(string name) => stream.Option(name)?.Text;

    public IReadOnlyList<string> Items(string name) => stream.Option(name)?.Items ?? [];

    public string? Choice(string name)
    {
        var allowed = FilesOptions.Declared.Stream.First(o => o.Name == name).Choices;
        return stream.Option(name) is not { } value ? null
            : allowed.Contains(value.Text.ToLowerInvariant()) ? value.Text.ToLowerInvariant()
            : throw Wrong(name, $"one of {string.Join(", ", allowed)}");
    }

    public byte? Character(string name) => stream.Option(name) switch
    {
        null => null,
        { Text: "tab" or "\\t" } => (byte)'\t',
        { Text: [> '\0' and < '\x7f' and not '\n' and not '\r' and var c] } => (byte)c,
        _ => throw Wrong(name, "one ASCII character, or tab"),
    };

    public long? Number(string name, long least, long most) => stream.Option(name) is not { } value ? null
        : long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    public bool? Flag(string name) => stream.Option(name) is { } value ? !value.Text.Equals("false", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>A length of time such as <c>10 seconds</c>.</summary>
    public TimeSpan? Span(string name) => stream.Option(name) is not { } value ? null
        : value.Text == "0" ? TimeSpan.Zero
        : CursorLag.TryParse(value.Text, out var span) && span.Number == 0 ? span.Time
        : throw Wrong(name, "a length of time: 10 seconds, 5 minutes, 2 days");

    /// <summary>A moment, written as such (without a zone: UTC) or as the time back from now.</summary>
    public DateTime? Moment(string name, TimeProvider clock)
    {
        if (stream.Option(name) is not { } value)
        {
            return null;
        }

        if (CursorLag.TryParse(value.Text, out var span) && span.Number == 0)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return span.Time > now - DateTime.UnixEpoch ? DateTime.UnixEpoch : now - span.Time;
        }

        return DateTime.TryParse(
            value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) && value.Text is [_, _, _, _, '-', ..]
            ? moment
            : throw Wrong(name, "a date (2026-01-31), a moment (2026-01-31 06:00) or a length of time (30 days)");
    }

    public CrmException Wrong(string name, string expected)
    {
        var value = stream.Option(name)!;
        return new(FailureKind.CheckFailed, $"{name}: {string.Join(", ", value.Items)}", value.Where.ToString(), expected, "Correct the option");
    }
}
