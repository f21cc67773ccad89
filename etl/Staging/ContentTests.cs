using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>What a text can be by its looks: conditions that a profile counts.</summary>
internal static class ContentTests
{
    public const string Integer = "integer";
    public const string Number = "number";
    public const string CommaNumber = "comma number";
    public const string LeadingZero = "leading zero";
    public const string Boolean = "boolean";
    public const string Date = "date";
    public const string Moment = "moment";
    public const string Email = "e-mail";
    public const string Phone = "phone";
    public const string Iban = "IBAN";
    public const string Ip = "IP address";
    public const string Card = "card number";
    public const string Currency = "currency";
    public const string Country = "country";

    private const string Currencies = "AED AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KRW MAD MXN MYR NOK NZD PEN PHP PLN RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR";

    private static readonly string[] countries =
    [
        "argentina", "australia", "austria", "belgium", "brazil", "bulgaria", "canada", "chile", "china", "croatia", "cyprus", "czech republic", "denmark", "eire", "estonia",
        "finland", "france", "germany", "greece", "hong kong", "hungary", "iceland", "india", "ireland", "israel", "italy", "japan", "latvia", "lithuania", "luxembourg",
        "malta", "mexico", "netherlands", "new zealand", "norway", "poland", "portugal", "romania", "singapore", "slovakia", "slovenia", "south africa", "south korea",
        "spain", "sweden", "switzerland", "turkey", "ukraine", "united kingdom", "united states", "usa", "deutschland", "österreich", "schweiz", "frankreich", "italien",
        "spanien", "niederlande", "belgien", "polen", "vereinigtes königreich", "at", "be", "ch", "de", "dk", "es", "fr", "gb", "uk", "it", "nl", "pl", "pt", "se", "us",
    ];

    /// <summary>strptime patterns of days, most usual first; with a time of day behind them they are moments.</summary>
    private static readonly string[] days = ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y", "%d.%m.%y", "%m/%d/%y"];

    private static readonly string[] times = ["", " %H:%M", " %H:%M:%S"];

    /// <summary>Every strptime pattern that is tried.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. days.SelectMany(d => times.Select(t => d + t)), "%Y%m%d"];

    /// <summary>All conditions, by what they test for; SQL over the text in <c>{0}</c>.</summary>
    public static IReadOnlyList<(string What, string Condition)> All { get; } =
    [
        (Integer, Matches(@"[+-]?\d{1,18}")),
        (Number, Matches(@"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")),
        (CommaNumber, Matches(@"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")),
        (LeadingZero, Matches(@"0\d+")),
        (Boolean, "lower(trim({0})) IN ('true', 'false', 't', 'f', 'yes', 'no')"),
        (Date, @"regexp_full_match(trim({0}), '\d{4}-\d{2}-\d{2}') AND TRY_CAST({0} AS DATE) IS NOT NULL"),
        (Moment, @"regexp_matches({0}, '^\s*\d{4}-\d{2}-\d{2}[ T]\d') AND TRY_CAST({0} AS TIMESTAMPTZ) IS NOT NULL"),
        (Email, Matches(@"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")),
        (Phone, Matches(@"(\+|00|\(?0)[\d ()/.-]{6,20}")),
        (Iban, Matches(@"[A-Z]{2}\d{2} ?([A-Z0-9]{4} ?){2,7}[A-Z0-9]{0,4}")),
        (Ip, Matches(@"(\d{1,3}\.){3}\d{1,3}|([0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}")),
        (Card, Luhn),
        (Currency, $"trim({{0}}) IN ({SqlName.List(Currencies.Split(' ').Select(SqlName.Literal))})"),
        (Country, $"lower(trim({{0}})) IN ({SqlName.List(countries.Select(SqlName.Literal))})"),
        .. Formats.Select(f => (f, f == "%Y%m%d"
            ? Matches(@"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
            : $"try_strptime({{0}}, {SqlName.Literal(f)}) IS NOT NULL")),
    ];

    /// <summary>Thirteen to nineteen digits whose check digit fits: every second one from the right is doubled, and the sum of digits is a multiple of ten.</summary>
    private static string Luhn =>
        @"CASE WHEN regexp_full_match(replace(replace(trim({0}), ' ', ''), '-', ''), '\d{13,19}') THEN "
        + "list_sum(list_transform(string_split(reverse(replace(replace(trim({0}), ' ', ''), '-', '')), ''), "
        + "(d, i) -> CASE WHEN i % 2 = 0 THEN CAST(d AS INTEGER) * 2 - CASE WHEN CAST(d AS INTEGER) > 4 THEN 9 ELSE 0 END ELSE CAST(d AS INTEGER) END)) % 10 = 0 ELSE false END";

    private static string Matches(string pattern) => $"regexp_full_match(trim({{0}}), '{pattern}')";
}
