using System.Globalization;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>A field of a fixed-width line.</summary>
/// <param name="Name">Its column; null: the header, the stream's columns or its place name it.</param>
/// <param name="Start">Its first character in the line, from 0.</param>
/// <param name="Length">Its characters; <see cref="ToTheEnd"/> for all that follow.</param>
internal readonly record struct FixedField(string? Name, int Start, int Length)
{
    /// <summary>The length of a field that ends with its line.</summary>
    public const int ToTheEnd = int.MaxValue;

    private const int Most = 1_000_000;

    /// <summary>The character behind it.</summary>
    public int End => Length == ToTheEnd ? Start : Start + Length;

    /// <summary>Reads widths: <c>10</c>, <c>5</c> …; null when one is none.</summary>
    public static IReadOnlyList<FixedField>? OfWidths(IEnumerable<string> widths)
    {
        var fields = new List<FixedField>();
        var start = 0;
        foreach (var text in widths.SelectMany(w => w.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (Number(text) is not { } width || start + width > Most)
            {
                return null;
            }

            fields.Add(new(null, start, width));
            start += width;
        }

        return fields.Count > 0 ? fields : null;
    }

    /// <summary>Reads places: <c>name:1-10</c>, <c>amount:11-20</c>, <c>note:21-</c>; null when one is none.</summary>
    public static IReadOnlyList<FixedField>? OfPlaces(IEnumerable<string> places)
    {
        var fields = new List<FixedField>();
        foreach (var text in places.SelectMany(p => p.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var colon = text.LastIndexOf(':');
            var range = text[(colon + 1)..].Split('-', StringSplitOptions.TrimEntries);
            var last = range is [_, ""] ? ToTheEnd : Number(range[^1]);
            if (colon < 1 || range.Length > 2 || Number(range[0]) is not { } first || last is null || last < first)
            {
                return null;
            }

            fields.Add(new(text[..colon].Trim(), first - 1, last == ToTheEnd ? ToTheEnd : last.Value - first + 1));
        }

        return fields.Count > 0 ? fields : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Most ? number : null;
}
