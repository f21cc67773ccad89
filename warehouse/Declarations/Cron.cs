using System.Globalization;

namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>
/// The five fields of cron, as POSIX and every Unix write them: minute, hour, day of month, month, day of week (0 and 7 are Sunday). A day is due when
/// either of the two day fields names it, unless one of them is <c>*</c>. The words <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>
/// and <c>@yearly</c> stand for the usual ones.
/// </summary>
internal static class Cron
{
    private static readonly string[] words = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];

    private static readonly string[] months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly int[] lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>True when the text is cron and due on some day of some year.</summary>
    public static bool IsValid(string text)
    {
        if (text.StartsWith('@'))
        {
            return words.Contains(text);
        }

        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5
            && Values(fields[0], 0, 59, []) is not null
            && Values(fields[1], 0, 23, []) is not null
            && Values(fields[2], 1, 31, []) is { } monthDays
            && Values(fields[3], 1, 12, months) is { } inMonths
            && Values(fields[4], 0, 7, days) is not null
            && (fields[4] != "*" || inMonths.Any(m => monthDays.Any(d => d <= lengths[m - 1])));
    }

    /// <summary>What could be meant: a text with seconds before or a year behind.</summary>
    public static string? Suggest(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length is 6 or 7 && fields[0] == "0" && string.Join(' ', fields[1..6]).Replace('?', '*') is var without && IsValid(without) ? without : null;
    }

    private static SortedSet<int>? Values(string field, int from, int to, string[] names)
    {
        var values = new SortedSet<int>();
        foreach (var item in field.Split(','))
        {
            var parts = item.Split('/');
            var step = 1;
            if (parts.Length > 2 || (parts.Length == 2 && (!IsNumber(parts[1], 1, to, out step) || !(parts[0] == "*" || parts[0].Contains('-')))))
            {
                return null;
            }

            var ends = parts[0] == "*" ? [] : parts[0].Split('-');
            var (low, high) = (from, to);
            if (ends.Length > 2 || (ends.Length > 0 && !(IsValue(ends[0], from, to, names, out low) && IsValue(ends[^1], from, to, names, out high) && low <= high)))
            {
                return null;
            }

            for (var value = low; value <= high; value += step)
            {
                values.Add(value);
            }
        }

        return values;
    }

    private static bool IsValue(string text, int from, int to, string[] names, out int value)
    {
        var name = Array.IndexOf(names, text.ToLowerInvariant());
        value = name < 0 ? 0 : name + from;
        return name >= 0 || IsNumber(text, from, to, out value);
    }

    private static bool IsNumber(string text, int from, int to, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= from && value <= to;
}
