using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>
/// Settings of models: a file of the folder <c>models</c> holds those of one or more, under their names; <c>crm.yaml</c> may hold them too. Each model is set in one
/// place.
/// </summary>
internal static class ScoringFormat
{
    private static readonly Key enabled = new("enabled", ScalarShape.Boolean, "false leaves the model out; default true.");

    private static readonly Key monthEnds = new("month_ends", ScalarShape.Integer(0, 120), "Past month ends that are scored beside the newest day; default 12.");

    private static readonly Key filter = new("filter", ScalarShape.Sql, "Condition over the columns of the sales fact: only these count, as channel = 'web'.");

    private static readonly ScalarShape share = new(ScalarKind.Text, "a share from 0 to 1, as 0.8")
    {
        Accepts = static text => text.Length <= 6 && (text is "0" or "1" || (text.Length > 2 && text[1] == '.' && text[0] is '0' or '1' && text.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0
            && (text[0] == '0' || text.AsSpan(2).IndexOfAnyExcept('0') < 0))),
        Suggest = static text => text.EndsWith('%') && double.TryParse(text.TrimEnd('%', ' '), CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            ? (percent / 100).ToString("0.####", CultureInfo.InvariantCulture) : null,
    };

    private static readonly ScalarShape amount = new(ScalarKind.Text, "an amount, as 25 or 12.50")
    {
        Accepts = static text => text.Split('.') is { Length: 1 or 2 } parts && parts[0].Length is >= 1 and <= 12 && (parts.Length == 1 || parts[1].Length is >= 1 and <= 4)
            && Array.TrueForAll(parts, static p => p.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0),
    };

    /// <summary>Models of which each run asks by default.</summary>
    public static IReadOnlyList<Key> Usual { get; } =
    [
        new("portfolio", new MapShape("the settings of the portfolio",
        [
            enabled,
            new("value", ScalarShape.Choice("what counts as value", "revenue", "profit"), "What classes and places go by: revenue (default), or profit after all costs that the star has."),
            new("window_days", ScalarShape.Integer(1, 36_500), "Days up to a snapshot that count; default 365."),
            new("a", share, "Class A: those who bring this share of the value; default 0.8."),
            new("b", share, "Class B: those up to this share; default 0.95. The others are C."),
            monthEnds, filter,
        ]), "How value, classes and potential of customers and products are scored."),
        new("lifecycle", new MapShape("the settings of the lifecycle",
        [
            enabled, new("period_days", ScalarShape.Integer(1, 3650), "Length of a period; default 90."), monthEnds, filter,
        ]), "How stages of customers are told apart."),
        new("cohorts", new MapShape("the settings of cohorts",
        [
            enabled,
            new("products", ScalarShape.Integer(0, 100_000), "First products that are cohorts of their own, those with most customers first; default 50."),
            new("acquisition_cost", amount, "Cost of winning a customer where the star has none; default not known."),
            filter,
        ]), "How customers who came together are followed."),
        new("uplift", new MapShape("the settings of uplift",
        [
            enabled, new("window_days", ScalarShape.Integer(1, 3650), "Days after a contact within which an order counts; default 30."),
        ]), "How campaigns are measured against their control groups."),
        new("attribution", new MapShape("the settings of attribution",
        [
            enabled,
            new("lookback_days", ScalarShape.Integer(1, 3650), "Touches up to so many days before an order count; default 30."),
            new("half_life_days", ScalarShape.Integer(1, 3650), "Time-decay: a touch counts half as much after so many days; default 7."),
            filter,
        ]), "How orders are attributed to channels and campaigns."),
        new("effects", new MapShape("the settings of effects",
        [
            enabled,
            new("exposure_days", ScalarShape.Integer(1, 3650), "Days within which a complaint or a joining is looked for; default 180."),
            new("horizon_days", ScalarShape.Integer(1, 3650), "Days after them whose spend is compared; default 180."),
        ]), "How the effects of complaints and memberships are compared."),
        new("up_sell", new MapShape("the settings of up-sell paths",
        [
            enabled,
            new("least_customers", ScalarShape.Integer(1, 1_000_000), "Customers who must have taken a step for it to count; default 5."),
            new("least_step", amount, "What the later product must cost, per price of the earlier one; default 1.1."),
        ]), "How up-sell paths (a dearer product of the category next) are found."),
    ];

    /// <summary>What a file of the folder <c>models</c> looks like.</summary>
    public static MapShape Shape => new("settings of models", [.. SettingsFormat.ModelKeys, .. Usual]);

    /// <summary>The settings, with those of the folder <c>models</c> under their names; notes what is set twice.</summary>
    public static YamlMap Merge(YamlMap settings, IReadOnlyList<(string File, byte[] Bytes)> files, List<Problem> problems)
    {
        var shape = Shape;
        List<KeyValuePair<YamlScalar, YamlNode>> entries = [.. settings.Entries];
        foreach (var (file, bytes) in files)
        {
            if (YamlReader.Read(file, bytes, problems) is not { } root)
            {
                continue;
            }

            new ShapeCheck(problems).Check(root, shape, file);
            foreach (var entry in (root as YamlMap)?.Entries ?? [])
            {
                if (entries.Find(e => e.Key.Text == entry.Key.Text) is { Key: not null } first)
                {
                    problems.Add(new(entry.Key.Where, $"the settings of '{entry.Key.Text}' for the second time", $"each model's settings once (the first are at {first.Key.Where})", "remove one of the two"));
                }
                else if (shape.Find(entry.Key.Text) is not null)
                {
                    entries.Add(entry);
                }
            }
        }

        return new YamlMap(settings.Where, entries);
    }

    public static ScoringSettings Build(YamlMap map) => new(
        Of(map, "portfolio", PortfolioSettings.Usual, m => new(
            m.Text("value") ?? PortfolioSettings.Usual.Value, Whole(m, "window_days") ?? PortfolioSettings.Usual.WindowDays, Number(m, "a") ?? PortfolioSettings.Usual.A,
            Number(m, "b") ?? PortfolioSettings.Usual.B, Whole(m, "month_ends") ?? PortfolioSettings.Usual.MonthEnds, m.Text("filter"))),
        Of(map, "lifecycle", LifecycleSettings.Usual, m => new(
            Whole(m, "period_days") ?? LifecycleSettings.Usual.PeriodDays, Whole(m, "month_ends") ?? LifecycleSettings.Usual.MonthEnds, m.Text("filter"))),
        Of(map, "cohorts", CohortSettings.Usual, m => new(Whole(m, "products") ?? CohortSettings.Usual.Products, Number(m, "acquisition_cost"), m.Text("filter"))),
        Of(map, "uplift", UpliftSettings.Usual, m => new(Whole(m, "window_days") ?? UpliftSettings.Usual.WindowDays)),
        Of(map, "attribution", AttributionSettings.Usual, m => new(
            Whole(m, "lookback_days") ?? AttributionSettings.Usual.LookbackDays, Whole(m, "half_life_days") ?? AttributionSettings.Usual.HalfLifeDays, m.Text("filter"))),
        Of(map, "effects", EffectSettings.Usual, m => new(Whole(m, "exposure_days") ?? EffectSettings.Usual.ExposureDays, Whole(m, "horizon_days") ?? EffectSettings.Usual.HorizonDays)),
        Of(map, "up_sell", UpSellSettings.Usual, m => new(Whole(m, "least_customers") ?? UpSellSettings.Usual.LeastCustomers, Number(m, "least_step") ?? UpSellSettings.Usual.LeastStep)));

    /// <summary>Checks what shapes cannot: conditions name columns of the sales, and the border of class A lies below that of B.</summary>
    public static void Check(YamlMap map, References references)
    {
        if (!references.Model.Facts.TryGetValue("sales", out var sales))
        {
            return;
        }

        string[] columns =
        [
            .. sales.Value.Columns.Select(c => c.Name),
            .. sales.Value.Roles.SelectMany(r => (string[])[$"{r.Role}_key", $"{r.Role}_version_key"]),
        ];
        var shape = Shape;
        foreach (var (key, node) in map.Entries)
        {
            if (shape.Find(key.Text) is not null && node is YamlMap model)
            {
                references.CheckSql(model.Scalar("filter"), "a column of fact 'sales'", columns);
            }
        }

        if (map["portfolio"] is YamlMap portfolio && (portfolio.Scalar("b") ?? portfolio.Scalar("a")) is { } border && Build(map).Portfolio is { } built && built.A >= built.B)
        {
            references.Add(border.Where, FormattableString.Invariant($"class A up to {built.A} and class B up to {built.B}"), "a border of A below that of B", "correct one of the two");
        }
    }

    private static T? Of<T>(YamlMap map, string name, T usual, Func<YamlMap, T> build)
        where T : class
        => map[name] is not YamlMap own ? usual : own.Text("enabled") == "false" ? null : build(own);

    private static int? Whole(YamlMap map, string key) => int.TryParse(map.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Number(YamlMap map, string key) => double.TryParse(map.Text(key), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
