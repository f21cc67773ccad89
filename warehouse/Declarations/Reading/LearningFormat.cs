using System.Globalization;
using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The part of <c>crm.yaml</c> that tells what runs learn.</summary>
internal static class LearningFormat
{
    private const string SharePattern = "^(?!0[.]0+$)(0[.][0-9]{1,9}|1|1[.]0)$";

    private static readonly ScalarShape share = new(ScalarKind.Text, "a share above 0 and up to 1, as 0.01")
    {
        Pattern = SharePattern,
        Accepts = static text => Regex.IsMatch(text, SharePattern),
    };

    /// <summary>A rate or share, as of a discount a year.</summary>
    public static readonly ScalarShape Rate = new(ScalarKind.Text, "a number from 0 to 10, as 0.1 for 10 %")
    {
        Accepts = static text => text.Length <= 12 && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number < 11 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]) && (text.StartsWith("10", StringComparison.Ordinal) || text.Length == 1 || text[1] == '.'),
        Suggest = static text => text.EndsWith('%') && double.TryParse(text.TrimEnd('%', ' '), CultureInfo.InvariantCulture, out var percent)
            ? (percent / 100).ToString(CultureInfo.InvariantCulture) : null,
    };

    /// <summary>A day.</summary>
    public static readonly ScalarShape Day = new(ScalarKind.Text, "a day, as 2011-12-31")
    {
        Pattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$|^[0-9]{4}-(0[13-9]|1[0-2])-(29|30)$|^[0-9]{4}-(0[13578]|1[02])-31$|^([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29$",
        Accepts = static text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
    };

    public static readonly MapShape Churn = new("the settings of churn",
    [
        new("definition", ScalarShape.Choice("what counts as leaving", "auto", "buying", "contract"),
            "buying: no order within the horizon; contract: left_at lies in it; auto (default): contract where anyone has a left_at."),
        new("horizon_days", ScalarShape.Integer(1, 3650), "Days to look ahead; default 90."),
        new("look_back_days", ScalarShape.Integer(1, 3650), "Days within which a customer must have bought to be one who can leave; default 365."),
        new("learner", ScalarShape.Choice("a learner", "best", "logistic", "boosted"), "logistic, boosted, or best (default): the larger area under the curve."),
    ]);

    public static readonly MapShape Forecast = new("the settings of forecasts",
    [
        new("period", ScalarShape.Choice("a period", "day", "week", "month", "quarter"), "What values are summed by; default month."),
        new("horizon", ScalarShape.Integer(1, 400), "Periods to look ahead; default 6."),
        new("products", ScalarShape.Integer(0, 100_000), "Products of the largest revenue whose demand is forecast too; default 50."),
    ]);

    public static readonly MapShape Offers = new("the settings of offers",
    [
        new("count", ScalarShape.Integer(1, 100), "Offers per customer; default 5."),
        new("least_common", ScalarShape.Integer(1, 1_000_000), "Customers that two products must share to be near; default 2."),
    ]);

    public static readonly MapShape Baskets = new("the settings of baskets",
    [
        new("of", ScalarShape.Choice("what is in a basket", "product", "category"), "What an item is: product (default) or category."),
        new("support", share, "Share of the orders that hold a rule's items; default 0.01."),
        new("confidence", share, "Share of the orders with a rule's left side that hold its right side; default 0.3."),
        new("rules", ScalarShape.Integer(1, 100_000), "Rules at most, those of the largest lift; default 1000."),
    ]);

    public static LearningSettings Build(YamlMap map) => new(
        map["churn"] is YamlMap churn
            ? new(churn.Text("definition") ?? ChurnSettings.Usual.Definition, Whole(churn, "horizon_days") ?? ChurnSettings.Usual.Horizon,
                Whole(churn, "look_back_days") ?? ChurnSettings.Usual.LookBack, churn.Text("learner") ?? ChurnSettings.Usual.Learner)
            : null,
        map["forecast"] is YamlMap forecast
            ? new(forecast.Text("period") ?? ForecastSettings.Usual.Period, Whole(forecast, "horizon") ?? ForecastSettings.Usual.Horizon,
                Whole(forecast, "products") ?? ForecastSettings.Usual.Products)
            : null,
        map["offers"] is YamlMap offers
            ? new(Whole(offers, "count") ?? OfferSettings.Usual.Count, Whole(offers, "least_common") ?? OfferSettings.Usual.LeastCommon)
            : null)
    {
        Baskets = map["baskets"] is YamlMap baskets
            ? new(baskets.Text("of") ?? BasketSettings.Usual.Of, Number(baskets, "support") ?? BasketSettings.Usual.Support,
                Number(baskets, "confidence") ?? BasketSettings.Usual.Confidence, Whole(baskets, "rules") ?? BasketSettings.Usual.Rules)
            : null,
    };

    private static double? Number(YamlMap map, string key) => double.TryParse(map.Text(key), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Whole(YamlMap map, string key) => int.TryParse(map.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
