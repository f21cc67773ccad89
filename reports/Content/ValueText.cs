using System.Globalization;
using System.Text.Json;

namespace Crm.Analytics.Reports.Content;

/// <summary>Values as people of one locale read them, money in one currency.</summary>
internal sealed class ValueText
{
    /// <summary>What stands where there is no value.</summary>
    public const string Missing = "–";

    /// <summary>The name of members that no source tells of.</summary>
    public const string Unknown = "(unknown)";

    // Narrow symbols of the currencies that people know by one; all others are written as their code, which nobody mistakes.
    private static readonly Dictionary<string, string> Symbols =
        "EUR=€ GBP=£ USD=$ JPY=¥ CNY=¥ INR=₹ KRW=₩ BRL=R$ ILS=₪ TRY=₺ UAH=₴ VND=₫ PLN=zł CZK=Kč AUD=A$ CAD=CA$ NZD=NZ$ HKD=HK$"
            .Split(' ').ToDictionary(s => s[..3], s => s[4..], StringComparer.Ordinal);

    private static readonly HashSet<string> WithoutMinorUnit = new(StringComparer.Ordinal) { "JPY", "KRW", "VND", "CLP", "ISK" };

    private readonly CultureInfo culture;
    private readonly Words words;
    private readonly int minorDigits;

    /// <summary>Texts of a locale (BCP 47; one that this machine does not know reads as the invariant culture) and a currency (ISO 4217).</summary>
    /// <param name="locale">Of numbers.</param>
    /// <param name="currency">Of money.</param>
    /// <param name="words">Words of dates and units; null: English.</param>
    public ValueText(string locale, string currency, Words? words = null)
    {
        this.words = words ?? Words.English;
        culture = (CultureInfo)Known(locale).Clone();
        culture.NumberFormat.CurrencySymbol = Symbols.TryGetValue(currency, out var symbol) ? symbol : currency + "\u00a0";
        culture.NumberFormat.CurrencyNegativePattern = culture.NumberFormat.CurrencyPositivePattern switch
        {
            0 => 1,
            1 => 5,
            2 => 9,
            _ => 8,
        };
        minorDigits = WithoutMinorUnit.Contains(currency) ? 0 : 2;
    }

    /// <summary>A value in full. Figures of 1,000 and more are written without decimals.</summary>
    /// <param name="value">The value, as an answer holds it.</param>
    /// <param name="format">How it is shown, as declared.</param>
    /// <param name="largest">The largest figure it stands beside, so that a column has the same decimals from top to bottom; 0 for a figure alone.</param>
    public string Of(object? value, string? format, double largest = 0) => value switch
    {
        null => Missing,
        "" => words.EmptyText,
        string document when document is ['{', .., '}'] => Fields(document),
        string text => text,
        bool yes => yes ? words.Yes : words.No,
        DateOnly day => Period(day, format),
        DateTime moment when format is not null => Period(DateOnly.FromDateTime(moment), format),
        DateTime moment => Moment(moment),
        long year when format == "year" => year.ToString(CultureInfo.InvariantCulture),
        _ => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture), largest, format),
    };

    /// <summary>A value in little room: £1.46M, 12.3k.</summary>
    public string Compact(double value, string? format)
    {
        if (format == "percent")
        {
            return Percent(value);
        }

        var (scaled, unit) = (value, "");
        foreach (var scale in words.Scales)
        {
            if (Math.Abs(value) >= scale.From)
            {
                (scaled, unit) = (value / scale.Unit, scale.Mark);
                break;
            }
        }

        var digits = unit.Length > 0 ? (Math.Abs(scaled) < 100 ? 1 : 0) : format == "currency" || value == Math.Truncate(value) ? 0 : 1;
        var text = scaled.ToString((format == "currency" ? "C" : "N") + digits, culture);

        // The unit stands beside the digits, before a currency symbol that follows them.
        var end = text.LastIndexOfAny([.. "0123456789"]) + 1;
        return text.Insert(end, unit);
    }

    /// <summary>A share of 1 as per cent, one decimal.</summary>
    public string Percent(double share) => share.ToString("P1", culture);

    /// <summary>A share of 1 as per cent, whole.</summary>
    public string Rounded(double share) => share.ToString("P0", culture);

    /// <summary>Share points, one decimal.</summary>
    public string Points(double difference) => (Math.Abs(difference) * 100).ToString("N1", culture) + words.Points;

    /// <summary>A period: Nov 2011, Q4 2011, 2011, week of 5 Dec 2011, 9 Dec 2011.</summary>
    public string Period(DateOnly first, string? format) => format switch
    {
        "year" => first.ToString(words.Year, culture),
        "quarter" => string.Format(culture, words.Quarter, ((first.Month - 1) / 3) + 1, first.ToString("yyyy", culture)),
        "month" => first.ToString(words.Month, culture),
        "week" => string.Format(culture, words.Week, first.ToString(words.Day, culture)),
        _ => first.ToString(words.Day, culture),
    };

    /// <summary>A date and time of day.</summary>
    public string Moment(DateTime moment) => moment.ToString(words.Moment, culture);

    // What models keep as a document is read as names and figures, four of them significant.
    private string Fields(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var fields = document.RootElement.EnumerateObject().Select(f => $"{f.Name.Replace('_', ' ')} {Field(f.Value)}").ToList();
            return fields.Count == 0 ? Missing : string.Join(" · ", fields);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private string Field(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString("N0", culture),
        JsonValueKind.Number => value.GetDouble().ToString("G4", culture),
        JsonValueKind.Null => Missing,
        JsonValueKind.True => words.Yes,
        JsonValueKind.False => words.No,
        _ => value.ToString(),
    };

    private string Number(double number, double largest, string? format)
    {
        var large = Math.Max(Math.Abs(number), largest) >= 1000;
        return format switch
        {
            "currency" => number.ToString("C" + (large ? 0 : minorDigits), culture),
            "percent" => Percent(number),
            _ => number.ToString(large || number == Math.Truncate(number) ? "N0" : "N1", culture),
        };
    }

    private static CultureInfo Known(string locale)
    {
        try
        {
            return CultureInfo.GetCultureInfo(locale);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
