using System.Globalization;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What a number means by the format that a workbook gives its cell.</summary>
internal enum NumberMeaning
{
    Number,
    Moment,
    Duration,
}

/// <summary>Cell values as text.</summary>
internal static class SheetValue
{
    private const double FirstDayAfterTheLeapDayThatWasNot = 61;
    private const double LastDay = 2958466;

    /// <summary>What a number format means: the built-in ones by their number (ECMA-376 part 1, 18.8.30), others by their code.</summary>
    public static NumberMeaning Meaning(int id, string? code)
    {
        if (code is null)
        {
            return id switch
            {
                (>= 14 and <= 17) or 22 or (>= 27 and <= 31) or 36 or (>= 50 and <= 54) or 57 or 58 => NumberMeaning.Moment,
                (>= 18 and <= 21) or (>= 32 and <= 35) or 45 or 46 or 47 or 55 or 56 => NumberMeaning.Duration,
                _ => NumberMeaning.Number,
            };
        }

        var (hasDay, hasTime, hasMonth) = (false, false, false);
        for (var i = 0; i < code.Length && code[i] != ';'; i++)
        {
            switch (char.ToLowerInvariant(code[i]))
            {
                case '"':
                    i = code.IndexOf('"', i + 1) is > 0 and var end ? end : code.Length;
                    break;
                case '\\' or '_' or '*':
                    i++;
                    break;
                case '[':
                    var close = code.IndexOf(']', i);
                    hasTime |= close == i + 2 && code[i + 1] is 'h' or 'H' or 'm' or 'M' or 's' or 'S';
                    i = close < 0 ? code.Length : close;
                    break;
                case 'y' or 'd':
                    hasDay = true;
                    break;
                case 'h' or 's':
                    hasTime = true;
                    break;
                case 'm':
                    hasMonth = true;
                    break;
                case 'g' when code.AsSpan(i).StartsWith("General", StringComparison.OrdinalIgnoreCase):
                    i += "General".Length;
                    break;
            }
        }

        return hasDay || (hasMonth && !hasTime) ? NumberMeaning.Moment : hasTime ? NumberMeaning.Duration : NumberMeaning.Number;
    }

    /// <summary>A number as its cell shows it is meant.</summary>
    /// <param name="value">The number, for moments in days.</param>
    /// <param name="meaning">What it means.</param>
    /// <param name="from1904">Whether the workbook counts days from 1904.</param>
    public static string Text(double value, NumberMeaning meaning, bool from1904)
    {
        var days = from1904 ? value + 1462 : value;
        return meaning switch
        {
            NumberMeaning.Moment when days is >= 0 and < LastDay => Moment(days),
            NumberMeaning.Duration when value is >= 0 and < LastDay => value < 1 || value != Math.Floor(value) && value < 1000 ? Time(TimeSpan.FromMilliseconds(Math.Round(value * 86_400_000))) : Plain(value),
            _ => Plain(value),
        };
    }

    /// <summary>The shortest text that is this number, without an exponent while it has at most 40 digits.</summary>
    public static string Plain(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e < 0 || Math.Abs(value) is not (> 1e-25 and < 1e40))
        {
            return text;
        }

        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = text[..e].TrimStart('-');
        var point = digits.IndexOf('.', StringComparison.Ordinal) is >= 0 and var at ? at : digits.Length;
        digits = digits.Replace(".", "", StringComparison.Ordinal);
        point += exponent;
        var plain = point <= 0 ? "0." + new string('0', -point) + digits
            : point >= digits.Length ? digits + new string('0', point - digits.Length) : digits.Insert(point, ".");
        return value < 0 ? "-" + plain : plain;
    }

    /// <summary>A moment; a day when it has no time.</summary>
    public static string Text(DateTime moment) => moment.TimeOfDay == TimeSpan.Zero ? moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : moment.ToString(moment.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A time of day, or hours, minutes and seconds that have passed.</summary>
    public static string Time(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{(long)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}{(time.Milliseconds == 0 ? "" : $".{time.Milliseconds:000}")}");

    /// <summary>Workbooks have a 29 February 1900, which never was: days before 1 March 1900 count from a day later.</summary>
    private static string Moment(double days)
    {
        var start = days < FirstDayAfterTheLeapDayThatWasNot ? new DateTime(1899, 12, 31) : new DateTime(1899, 12, 30);
        return days is >= 60 and < 61 ? Plain(days) : days < 1 ? Time(TimeSpan.FromMilliseconds(Math.Round(days * 86_400_000)))
            : Text(start.AddMilliseconds(Math.Round(days * 86_400_000)));
    }
}
