using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>A project folder, read and checked as a whole.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="Settings">What <c>crm.yaml</c> says.</param>
/// <param name="Catalogue">The model: what the standard CRM declares, with the project's own declarations over it.</param>
/// <param name="Sources">The project's sources, by name order.</param>
public sealed record Project(string Folder, ProjectSettings Settings, Catalogue Catalogue, IReadOnlyList<Source> Sources);

/// <summary>What <c>crm.yaml</c> says.</summary>
/// <param name="Name">Name of the project, for people.</param>
/// <param name="Warehouse">Path of the warehouse file, relative to the folder; default <c>warehouse.duckdb</c>.</param>
/// <param name="TimeZone">IANA time zone that days, months and "today" are counted in; default <c>UTC</c>.</param>
/// <param name="Currency">ISO 4217 code that money is reported in; default <c>EUR</c>.</param>
/// <param name="FiscalYearStart">Month (1–12) the fiscal year begins with; default 1. A fiscal year is named by the calendar year it ends in.</param>
/// <param name="Locale">BCP 47 tag for numbers and dates in reports; default <c>en-GB</c>.</param>
/// <param name="Rfm">How customers are scored.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record ProjectSettings(
    string Name, string Warehouse, string TimeZone, string Currency, int FiscalYearStart, string Locale, RfmSettings Rfm, SourceLocation Where)
{
    /// <summary>The ClickHouse cluster that questions are answered from, <c>clickhouse://…</c>; null: from the warehouse's own file.</summary>
    public string? Cluster { get; init; }

    /// <summary>What the project lets its connectors do.</summary>
    public SecuritySettings Security { get; init; } = SecuritySettings.Strict;

    /// <summary>How lifetime value is scored.</summary>
    public LifetimeValueSettings LifetimeValue { get; init; } = LifetimeValueSettings.Usual;

    /// <summary>What every run scores beside RFM and lifetime value.</summary>
    public ScoringSettings Scoring { get; init; } = ScoringSettings.Usual;

    /// <summary>First day of weeks; default Monday, as ISO 8601 has it.</summary>
    public DayOfWeek WeekBegins { get; init; } = DayOfWeek.Monday;

    /// <summary>How fiscal periods are cut: <c>months</c> (default), or weeks of a quarter as <c>4-4-5</c>, <c>4-5-4</c>, <c>5-4-4</c>.</summary>
    public string FiscalPeriods { get; init; } = "months";

    /// <summary>What runs learn beside the scores that every project has.</summary>
    public LearningSettings Learning { get; init; } = LearningSettings.None;

    /// <summary>The server that mail goes through; null for none.</summary>
    public MailSettings? Mail { get; init; }

    /// <summary>Deliveries of reports as written, of the right shape; reports read them. Null for none.</summary>
    public YamlMap? Deliver { get; init; }

    /// <summary>What every run publishes as Parquet beside the warehouse; null for nothing.</summary>
    public MartSettings? Marts { get; init; }

    /// <summary>Most memory that a run uses for data, in megabytes; null for the default.</summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>What <c>crm serve</c> does by itself, in the order declared.</summary>
    public IReadOnlyList<Job> Jobs { get; init; } = [];

    /// <summary>How <c>crm serve</c> is reached.</summary>
    public ServerSettings Server { get; init; } = ServerSettings.Default;

    /// <summary>The lowest role that sees values which tell who a person is: viewer, analyst, engineer, administrator.</summary>
    public string PersonalFor { get; init; } = "viewer";

    /// <summary>Whether warehouse, landing and what is set down meanwhile are encrypted at rest.</summary>
    public bool Encrypt { get; init; }

    /// <summary>True: what leaves the program as files or as answers for programs shows pseudonyms in place of what tells who a person is.</summary>
    public bool ExportsPseudonyms { get; init; }

    /// <summary>How long rows are kept; what is not named is kept for ever.</summary>
    public IReadOnlyList<Retention> Retention { get; init; } = [];

    /// <summary>Where backups go.</summary>
    public BackupSettings Backup { get; init; } = BackupSettings.Default;

    /// <summary>Reads an amount of memory: a whole number from 1 with MB or GB (1 GB is 1,000 MB here, as the engine counts).</summary>
    public static bool TryMegabytes(string text, out int megabytes)
    {
        megabytes = 0;
        var unit = text.EndsWith("GB", StringComparison.Ordinal) ? 1000 : text.EndsWith("MB", StringComparison.Ordinal) ? 1 : 0;
        if (unit == 0 || !int.TryParse(text.AsSpan(0, text.Length - 2).TrimEnd(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 999_999)
        {
            return false;
        }

        megabytes = number * unit;
        return true;
    }
}

/// <summary>What is published as Parquet for other programs.</summary>
/// <param name="Tables">Dimensions and facts by name; empty: all that have rows.</param>
public sealed record MartSettings(IReadOnlyList<OptionValue> Tables);

/// <summary>How lifetime value is scored.</summary>
/// <param name="Purchases">Model of purchases: <c>best</c> (smallest AIC), <c>bgnbd</c>, <c>mbgnbd</c>, <c>paretonbd</c>, or <c>none</c> to leave scoring out.</param>
/// <param name="Unit">Unit of times: day, week, month, year.</param>
/// <param name="Horizon">How far to look ahead, in units.</param>
/// <param name="DiscountRate">Discount a year: 0.1 is 10 %.</param>
/// <param name="Margin">Share of the revenue that is profit; null: found from the costs of the sales, 1 where there are none.</param>
/// <param name="CalibrationEnd">Last day the model sees; null: the newest day of the sales.</param>
/// <param name="Filter">Condition over the columns of the sales that count; null for all.</param>
public sealed record LifetimeValueSettings(
    string Purchases, string Unit, int Horizon, double DiscountRate, double? Margin, DateOnly? CalibrationEnd, string? Filter)
{
    /// <summary>A year ahead in weeks, at 10 % a year, by BG/NBD: quick, and the same model in each run.</summary>
    public static LifetimeValueSettings Usual { get; } = new("bgnbd", "week", 52, 0.1, null, null, null);

    /// <summary>What buying and leaving may depend on: <c>customers.COLUMN</c> or <c>sales.COLUMN</c>, as of the first purchase.</summary>
    public IReadOnlyList<string> Covariates { get; init; } = [];

    /// <summary>Where standard errors come from: <c>delta</c>, the curvature of the likelihood, or <c>bootstrap</c>, refits to simulated customers.</summary>
    public string Intervals { get; init; } = "delta";
}

/// <summary>The server that mail goes through.</summary>
/// <param name="Server">Host name.</param>
/// <param name="Port">Port.</param>
/// <param name="Encrypt">True: nothing is sent before the connection is encrypted (STARTTLS).</param>
/// <param name="User">User name; null for none.</param>
/// <param name="Password">Password as <c>${NAME}</c>; null for none.</param>
/// <param name="From">Address that mail comes from.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record MailSettings(string Server, int Port, bool Encrypt, string? User, string? Password, string From, SourceLocation Where);

/// <summary>What a project lets its connectors do.</summary>
/// <param name="AllowPrivateAddresses">
/// Hosts, addresses and networks (<c>10.1.0.0/16</c>) that sources may be read from although they are private, loopback or otherwise not public.
/// </param>
public sealed record SecuritySettings(IReadOnlyList<string> AllowPrivateAddresses)
{
    /// <summary>Only public addresses.</summary>
    public static SecuritySettings Strict { get; } = new([]);

    /// <summary>True: files are read in the program's own process, without limits of their own.</summary>
    public bool ParsesHere { get; init; }

    /// <summary>Most memory that a process may take which reads files, in megabytes.</summary>
    public int ParseMegabytes { get; init; } = 2000;

    /// <summary>Longest time that it may take for one stream.</summary>
    public TimeSpan ParseTime { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>How RFM scores are made.</summary>
/// <param name="Ties">Tie rule: <c>share</c> (equal customers get equal scores, by the share of customers strictly below), <c>quantile</c> (type-7 cuts), <c>ntile</c> (key tie-break).</param>
/// <param name="Grid">Segment grid: <c>rfm</c>, <c>r_fm</c>, <c>rf</c>, or the path of a YAML file in the project.</param>
/// <param name="MonthEnds">How many past month ends are scored beside the newest day of data, for trends and migration (0–120).</param>
/// <param name="Where">Where it is declared.</param>
public sealed record RfmSettings(string Ties, string Grid, int MonthEnds, SourceLocation Where)
{
    /// <summary>What recency, frequency and money weigh in the one score that sums them up.</summary>
    public RfmWeights Weights { get; init; } = RfmWeights.Equal;

    /// <summary>What else customers are scored by, each part on its own: <c>category</c> of the products, <c>channel</c> of the sales; none by default.</summary>
    public IReadOnlyList<string> By { get; init; } = [];
}

/// <summary>Weights of the three scores; only their proportions count.</summary>
/// <param name="R">Recency.</param>
/// <param name="F">Frequency.</param>
/// <param name="M">Money.</param>
public sealed record RfmWeights(int R, int F, int M)
{
    /// <summary>All three alike.</summary>
    public static RfmWeights Equal { get; } = new(1, 1, 1);
}

/// <summary>All declared contracts, dimensions, facts and cubes, by name.</summary>
/// <param name="Contracts">Contracts.</param>
/// <param name="Dimensions">Dimensions.</param>
/// <param name="Facts">Facts.</param>
/// <param name="Cubes">Cubes.</param>
public sealed record Catalogue(
    IReadOnlyDictionary<string, Contract> Contracts, IReadOnlyDictionary<string, Dimension> Dimensions,
    IReadOnlyDictionary<string, Fact> Facts, IReadOnlyDictionary<string, Cube> Cubes)
{
    /// <summary>How records of several sources become one member of a dimension; null: every key is a member of its own.</summary>
    public IdentityDeclaration? Identity { get; init; }
}
