using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of <c>crm.yaml</c>.</summary>
internal static class SettingsFormat
{
    private static readonly string[] months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] grids = ["rfm", "r_fm", "rf"];

    public static readonly ScalarShape TimeZone = new(ScalarKind.Text, "an IANA time zone, as Europe/London")
    {
        Accepts = static text => TimeZoneInfo.TryFindSystemTimeZoneById(text, out _),
        Suggest = static text => NearestName.Find(text, TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id)),
    };

    private static readonly ScalarShape currency = new(ScalarKind.Text, "an ISO 4217 code of three capitals, as EUR")
    {
        Pattern = "^[A-Z]{3}$",
        Accepts = static text => text.Length == 3 && text.All(char.IsAsciiLetterUpper),
        Suggest = static text => text.Length == 3 && text.All(char.IsAsciiLetter) ? text.ToUpperInvariant() : null,
    };

    private static readonly ScalarShape locale = new(ScalarKind.Text, "a BCP 47 language tag, as en-GB")
    {
        Pattern = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$",
        Accepts = IsLocale,
        Suggest = static text => IsLocale(text.Replace('_', '-')) ? text.Replace('_', '-') : null,
    };

    private static readonly ScalarShape fiscalStart = ScalarShape.Choice("a month, as number or English name",
        ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", .. months, .. Array.ConvertAll(months, Identifier.Title)]);

    private static readonly MapShape rfmWeights = new("the weights",
    [
        new("r", ScalarShape.Integer(0, 1000), "Weight of recency; default 1."),
        new("f", ScalarShape.Integer(0, 1000), "Weight of frequency; default 1."),
        new("m", ScalarShape.Integer(0, 1000), "Weight of money; default 1."),
    ]);

    private static readonly ScalarShape rfmPart = ScalarShape.Choice("what customers are scored by", "category", "channel");

    private static readonly MapShape rfm = new("the RFM settings",
    [
        new("ties", ScalarShape.Choice("a tie rule", "share", "quantile", "ntile"),
            "share: equal customers get equal scores, by the share of customers strictly below (default); quantile: type-7 quantile cuts; ntile: equal groups, ties by key."),
        new("grid", ScalarShape.Text, "Segments: rfm (default), r_fm, rf, or the path of a YAML file in the project."),
        new("month_ends", ScalarShape.Integer(0, 120), "How many past month ends are scored beside the newest day of data; default 12."),
        new("weights", rfmWeights, "What the scores weigh in the weighted score; default 1 each."),
        new("by", new EitherShape(rfmPart, new ListShape(rfmPart)), "Scores customers in each category of products, or in each channel, too: category, channel or both; default neither."),
    ]);

    private static readonly MapShape lifetimeValue = new("the settings of lifetime value",
    [
        new("purchases", ScalarShape.Choice("a model of purchases", "best", "bgnbd", "mbgnbd", "paretonbd", "none"),
            "Model of purchases: bgnbd (default), mbgnbd, paretonbd, best (the one of smallest AIC, which takes longer); none leaves scoring out."),
        new("unit", ScalarShape.Choice("a unit of time", "day", "week", "month", "year"), "Unit of times; default week."),
        new("horizon", ScalarShape.Integer(1, 100_000), "How far to look ahead, in units; default 52."),
        new("discount_rate", LearningFormat.Rate, "Discount a year; default 0.1, which is 10 %."),
        new("margin", LearningFormat.Rate, "Share of the revenue that is profit; default: found from the costs of the sales, 1 where there are none."),
        new("calibration_end", LearningFormat.Day, "Last day the model sees; default the newest day of the sales."),
        new("filter", ScalarShape.Sql, "Condition over the columns of the sales fact: only these count, as channel = 'web'."),
        new("covariates", CovariateFormat.Covariates, "What buying and leaving may depend on, as of the first purchase: columns as customers.region, sales.channel; default nothing."),
        new("intervals", ScalarShape.Choice("a way to intervals", "delta", "bootstrap"), "delta (default): from the curvature of the likelihood; bootstrap: from refits to simulated customers, which takes longer."),
    ]);

    private static readonly ScalarShape warehouse = new(ScalarKind.Text, "a path, or a cluster as clickhouse://HOST:8123/DATABASE, of several nodes clickhouse://HOST:8123,HOST:8123/DATABASE?cluster=NAME")
    {
        Pattern = ClusterPattern,
        Accepts = static text => !text.StartsWith("clickhouse:", StringComparison.Ordinal) || Regex.IsMatch(text, ClusterPattern),
    };

    private static readonly ScalarShape memory = new(ScalarKind.Text, "an amount of memory, as 4GB or 800MB")
    {
        Pattern = "^[1-9][0-9]{0,5} ?(MB|GB)$",
        Accepts = static text => ProjectSettings.TryMegabytes(text, out _),
        Suggest = static text => ProjectSettings.TryMegabytes(text.ToUpperInvariant(), out _) ? text.ToUpperInvariant() : null,
    };

    private static readonly MapShape privacy = new("the privacy settings",
    [
        new("personal_for", ScalarShape.Choice("a role", "viewer", "analyst", "engineer", "administrator"), "The lowest role that sees values which tell who a person is; for others they are masked. Default viewer."),
        new("encrypt", ScalarShape.Boolean, "Encrypt warehouse, landing, pushed events and what is set down on disk meanwhile, with the secret CRM_DATA_KEY; `crm encrypt` brings what is there to it. Default false."),
        new("exports", ScalarShape.Choice("plain or pseudonyms", "plain", "pseudonyms"), "What marts, written reports, their files and answers for programs show of persons: plain (default), or pseudonyms in place of numbers, names, addresses and the like."),
    ]);

    private static readonly MapShape security = new("the security settings",
    [
        new("allow_private_addresses", new EitherShape(ScalarShape.Text, new ListShape(ScalarShape.Text)),
            "Hosts, addresses and networks (10.1.0.0/16) that sources may be read from although they are loopback, private or otherwise not public; default none."),
        new("parse_in", ScalarShape.Choice("where files are read", "worker", "process"), "worker (default): files are read in a process of its own, which is ended when it takes too much; process: in the program's own."),
        new("parse_memory", memory, "Most memory that a worker may take, as 2GB or 500MB; default 2GB."),
        new("parse_time", JobFormat.LengthOfTime, "Longest time that a worker may take for one stream, as 10 minutes; default 1 hour."),
    ]);

    /// <summary>Settings of the models that have had a place in crm.yaml from the beginning.</summary>
    public static readonly IReadOnlyList<Key> ModelKeys =
    [
        new("rfm", rfm, "How customers are scored."),
        new("lifetime_value", lifetimeValue, "How lifetime value is scored."),
        new("churn", LearningFormat.Churn, "Who leaves; without it runs do not ask."),
        new("forecast", LearningFormat.Forecast, "What revenue, orders and demand come next; without it runs do not ask."),
        new("baskets", LearningFormat.Baskets, "What is bought together; without it runs do not ask."),
        new("offers", LearningFormat.Offers, "What to offer each customer next; without it runs do not ask."),
        .. CustomerModelFormat.Keys,
    ];

    public static readonly MapShape Shape = new("crm.yaml",
    [
        new("name", ScalarShape.Text, "Name of the project, for people.", Required: true),
        new("warehouse", warehouse, "Path of the warehouse file, relative to the folder; default warehouse.duckdb. Or the cluster that questions are answered from, clickhouse://HOST:8123/DATABASE; runs then load warehouse.duckdb and bring the cluster up to it."),
        new("time_zone", TimeZone, "IANA time zone that days, months and \"today\" are counted in; default UTC."),
        new("currency", currency, "ISO 4217 code that money is reported in; default EUR."),
        new("fiscal_year_start", fiscalStart, "Month the fiscal year begins with; default 1. A fiscal year is named by the calendar year it ends in."),
        new("fiscal_periods", ScalarShape.Choice("a pattern of fiscal periods", "months", "4-4-5", "4-5-4", "5-4-4"),
            "How fiscal years are cut: months (default), or the weeks of a quarter; then years begin with the week nearest to the first of their month."),
        new("first_day_of_week", ScalarShape.Choice("a day of the week", [.. Enum.GetNames<DayOfWeek>().Select(d => d.ToLowerInvariant())]), "First day of weeks; default monday."),
        new("locale", locale, "Language tag for numbers and dates in reports; default en-GB."),
        .. ModelKeys,
        .. ScoringFormat.Usual,
        new("security", security, "What the project lets its connectors do."),
        new("mail", DeliveryFormat.Mail, "The server that mail goes through."),
        new("deliver", new MapShape("deliveries", [], new FreeKeys("a delivery", DeliveryFormat.ShapeWithReport)), "Deliveries of reports, by name; a report may also hold its own."),
        new("marts", MartFormat.Marts, "Dimensions and facts that every run publishes as Parquet in out/marts, or all; default nothing."),
        new("memory", memory, "Most memory that a run uses for data, as 4GB or 800MB; more is kept on disk meanwhile. Default 4GB, at most 60 % of the machine's."),
        new("jobs", JobFormat.Jobs, "What `crm serve` does by itself: the job's name, then what, when, or after which other job."),
        new("server", JobFormat.Server, "How `crm serve` is reached, and where it keeps its own records."),
        new("backup", JobFormat.Backup, "Where `crm backup` writes, and its key."),
        new("privacy", privacy, "Who sees what is personal, what leaves the program, and whether data is encrypted at rest."),
        new("retention", RetentionFormat.Shape, "How long rows of a fact, or records in the quarantine, are kept, as web_event: 24 months; default for ever."),
    ])
    { HoldsSecrets = true };

    public static ProjectSettings Build(YamlMap map)
    {
        var scores = map["rfm"] as YamlMap;
        var place = map.Text("warehouse") ?? DefaultWarehouse;
        var cluster = place.StartsWith(ClusterScheme, StringComparison.Ordinal) ? place : null;
        var monthEnds = int.TryParse(scores?.Text("month_ends"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : DefaultMonthEnds;
        return new(map.Text("name") ?? "", cluster is null ? place : DefaultWarehouse, map.Text("time_zone") ?? "UTC", map.Text("currency") ?? "EUR",
            Month(map.Text("fiscal_year_start") ?? "1"), map.Text("locale") ?? "en-GB",
            new(scores?.Text("ties") ?? "share", scores?.Text("grid") ?? "rfm", monthEnds, scores?.Where ?? map.Where)
            {
                Weights = WeightsOf(scores?["weights"] as YamlMap),
                By = [.. scores?.ScalarsOf("by").Select(s => s.Text).Distinct() ?? []],
            }, map.Where)
        {
            Cluster = cluster,
            FiscalPeriods = map.Text("fiscal_periods") ?? "months",
            WeekBegins = Enum.TryParse<DayOfWeek>(map.Text("first_day_of_week") ?? "monday", ignoreCase: true, out var day) ? day : DayOfWeek.Monday,
            MemoryMegabytes = ProjectSettings.TryMegabytes(map.Text("memory") ?? "", out var megabytes) ? megabytes : null,
            LifetimeValue = ValueOf(map["lifetime_value"] as YamlMap),
            Learning = CustomerModelFormat.Build(LearningFormat.Build(map), map),
            Scoring = ScoringFormat.Build(map),
            Jobs = JobFormat.BuildJobs(map, map.Text("time_zone") ?? "UTC"),
            Server = JobFormat.BuildServer(map),
            Backup = JobFormat.BuildBackup(map),
            Retention = RetentionFormat.Build(map),
            PersonalFor = (map["privacy"] as YamlMap)?.Text("personal_for") ?? "viewer",
            Encrypt = (map["privacy"] as YamlMap)?.Text("encrypt") == "true",
            ExportsPseudonyms = (map["privacy"] as YamlMap)?.Text("exports") == "pseudonyms",
            Mail = map["mail"] is YamlMap mail
                ? new(mail.Text("server") ?? "", int.TryParse(mail.Text("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 587,
                    mail.Text("security") != "none", mail.Text("user"), mail.Text("password"), mail.Text("from") ?? "", mail.Where)
                : null,
            Deliver = map["deliver"] as YamlMap,
            Marts = MartFormat.Build(map),
            Security = SecurityOf(map["security"] as YamlMap),
        };
    }

    private static SecuritySettings SecurityOf(YamlMap? map) => new([.. map?.ScalarsOf("allow_private_addresses").Select(s => s.Text) ?? []])
    {
        ParsesHere = map?.Text("parse_in") == "process",
        ParseMegabytes = ProjectSettings.TryMegabytes(map?.Text("parse_memory") ?? "", out var megabytes) ? megabytes : SecuritySettings.Strict.ParseMegabytes,
        ParseTime = CursorLag.TryParse(map?.Text("parse_time") ?? "", out var time) ? time.Time : SecuritySettings.Strict.ParseTime,
    };

    // Weights that are all zero tell nothing, and count as equal.
    private static RfmWeights WeightsOf(YamlMap? map)
    {
        var weights = new RfmWeights(Weight("r"), Weight("f"), Weight("m"));
        return weights is { R: 0, F: 0, M: 0 } ? RfmWeights.Equal : weights;

        int Weight(string key) => int.TryParse(map?.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
    }

    private static LifetimeValueSettings ValueOf(YamlMap? map)
    {
        var usual = LifetimeValueSettings.Usual;
        return new(
            map?.Text("purchases") ?? usual.Purchases, map?.Text("unit") ?? usual.Unit,
            int.TryParse(map?.Text("horizon"), NumberStyles.None, CultureInfo.InvariantCulture, out var horizon) ? horizon : usual.Horizon,
            Number("discount_rate") ?? usual.DiscountRate, Number("margin") ?? usual.Margin,
            DateOnly.TryParseExact(map?.Text("calibration_end"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) ? end : usual.CalibrationEnd,
            map?.Text("filter") ?? usual.Filter)
        {
            Covariates = CovariateFormat.Build(map),
            Intervals = map?.Text("intervals") ?? usual.Intervals,
        };

        double? Number(string key) => double.TryParse(map?.Text(key), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Checks what shapes cannot: addresses have to be such, and a grid that is a file has to be one inside the project.</summary>
    public static void Check(YamlMap map, string folder, List<Problem> problems)
    {
        foreach (var address in (map["security"] as YamlMap)?.ScalarsOf("allow_private_addresses") ?? [])
        {
            if (!IsHostOrNetwork(address.Text))
            {
                problems.Add(new(address.Where, $"{Quoted.Text(address.Text)} for 'allow_private_addresses'",
                    "a host name, an IP address or a network as 10.1.0.0/16", "correct the value"));
            }
        }

        if ((map["rfm"] as YamlMap)?.Scalar("grid") is not { } grid || grids.Contains(grid.Text))
        {
            return;
        }

        var looksLikeFile = grid.Text.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || grid.Text.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);
        if (!looksLikeFile)
        {
            problems.Add(new(grid.Where, $"{Quoted.Text(grid.Text)} for 'grid'", NearestName.Expected("a grid, or the path of a YAML file", grid.Text, grids),
                "correct the value"));
        }
        else if (Path.IsPathRooted(grid.Text) || grid.Text.Split('/', '\\').Contains(".."))
        {
            problems.Add(new(grid.Where, $"path {Quoted.Text(grid.Text)}, which leads out of the project", "a path inside the project folder", "copy the file into the project"));
        }
        else if (!File.Exists(Path.Combine(folder, grid.Text)))
        {
            problems.Add(new(grid.Where, $"path {Quoted.Text(grid.Text)} for 'grid'", "a file that is there", "correct the path, or write the file"));
        }
    }

    private static bool IsHostOrNetwork(string text) => text.Contains('/')
        ? IPNetwork.TryParse(text, out _)
        : IPAddress.TryParse(text, out _) || Uri.CheckHostName(text) == UriHostNameType.Dns;

    private const int DefaultMonthEnds = 12;
    private const string DefaultWarehouse = "warehouse.duckdb";
    private const string ClusterScheme = "clickhouse://";

    // No user and no password; several nodes only with a cluster.
    private const string ClusterPattern =
        "^(?!clickhouse:).+$|^clickhouse://[^/@?,]+/[A-Za-z0-9_-]{1,64}([?]secure=(true|false))?$|^clickhouse://[^/@?]+/[A-Za-z0-9_-]{1,64}[?](secure=(true|false)&)?cluster=[A-Za-z0-9_-]{1,64}(&secure=(true|false))?$";

    private static int Month(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 1, 12)
            : Math.Max(1, Array.IndexOf(months, text.ToLowerInvariant()) + 1);

    private static bool IsLocale(string text)
    {
        var parts = text.Split('-');
        if (parts.Length > 3 || parts[0].Length is < 2 or > 3 || !parts[0].All(char.IsAsciiLetter))
        {
            return false;
        }

        var rest = parts.AsSpan(1);
        if (rest.Length > 0 && rest[0].Length == 4 && rest[0].All(char.IsAsciiLetter))
        {
            rest = rest[1..];
        }

        return rest.Length == 0 || (rest.Length == 1
            && ((rest[0].Length == 2 && rest[0].All(char.IsAsciiLetter)) || (rest[0].Length == 3 && rest[0].All(char.IsAsciiDigit))));
    }
}
