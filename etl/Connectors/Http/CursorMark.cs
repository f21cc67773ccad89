using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>The greatest value of a stream's cursor, as the text it was written with: a number, a moment, or any text that grows.</summary>
internal static class CursorMark
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>Seconds since 1970 stay below it for the next thousand years; milliseconds are above it since 1971.</summary>
    private const decimal FirstMilliseconds = 40_000_000_000m;

    /// <summary>Less than 0 when the first is earlier, more than 0 when it is later.</summary>
    public static int Compare(string one, string other) =>
        decimal.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var a) && decimal.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var b) ? a.CompareTo(b)
            : Moment(one) is { } c && Moment(other) is { } d ? c.CompareTo(d)
            : string.CompareOrdinal(one, other);

    /// <summary>A record's value; null when it has none.</summary>
    public static string? Of(JsonElement record, string cursor) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty(cursor, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            && value.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The mark less the lag, written as the mark is.</summary>
    public static string Less(string mark, CursorLag lag, StreamContext stream)
    {
        if (decimal.TryParse(mark, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            var seconds = (decimal)lag.Time.TotalSeconds;
            return (number - lag.Number - (number >= FirstMilliseconds ? seconds * 1000 : seconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (lag.Time == TimeSpan.Zero && lag.Number == 0)
        {
            return mark;
        }

        if (lag.Number != 0 || Moment(mark) is not { } moment)
        {
            throw new CrmException(
                FailureKind.CheckFailed, $"a lag below the mark '{mark}' of {stream.Stream.Sync.Cursor}", stream.Stream.Where.ToString(),
                "a time span for moments, a number for numbers", "Correct the lag, or leave it out");
        }

        var began = moment - lag.Time;
        return mark.Length == 10 ? began.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : began.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + (HasZone(mark) ? "Z" : "");
    }

    private static DateTimeOffset? Moment(string text) =>
        text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var moment) ? moment : null;

    private static bool HasZone(string text) => text.EndsWith('Z') || text.EndsWith('z') || text.AsSpan(10).ContainsAny('+', '-');
}
