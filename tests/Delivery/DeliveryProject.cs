using System.Text;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Tests.Reports;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Delivery;

/// <summary>A project folder with one report that is delivered, over sales in memory.</summary>
internal sealed class DeliveryProject : IDisposable
{
    public const string Report = """
        report: countries
        title: Countries
        rows: [by_country, by_month]
        tables:
          by_country: {by: geography.country, columns: [geography.country, sales.revenue, sales.customers], total: true}
        charts:
          by_month: {by: date.month, series: [sales.revenue]}

        """;

    private static readonly Source shop = new(
        "shop", "files", new Dictionary<string, OptionValue>(), null, [], [new ContractMap("order_line", "lines", null, new Dictionary<string, MappedExpression>(), default)], [], default);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crm-deliveries-");
    private readonly string report;

    /// <param name="deliver">The deliveries, as they stand under <c>deliver</c>.</param>
    /// <param name="settings">More of crm.yaml.</param>
    public DeliveryProject(string deliver, string settings = "")
    {
        report = Report + "deliver:\n" + string.Concat(deliver.Split('\n').Select(l => $"  {l}\n"));
        System.IO.File.WriteAllText(Path.Combine(Folder, "crm.yaml"), $"name: Test\ncurrency: GBP\n{settings}\n");
    }

    public string Folder => folder.FullName;

    public RowCubes Cubes { get; set; } = RowCubes.Example();

    public FixedClock Clock { get; } = new();

    public LoadState Load { get; set; } = new(FixedClock.Start.AddHours(-1), null);

    public Dictionary<string, string> Secrets { get; } = [];

    public ReportFile File => new("countries", "reports/countries.yaml", FromLibrary: false, Encoding.UTF8.GetBytes(report));

    public DeliveryEnvironment Environment => new(
        new Project(Folder, Settings(), TestCatalogue.Value, [shop]), Cubes, Load, "1.0", Clock,
        (text, _) => Secrets.Aggregate(text, (t, s) => t.Replace("${" + s.Key + "}", s.Value, StringComparison.Ordinal)),
        text => Secrets.Aggregate(text, (t, s) => t.Replace(s.Value, "***", StringComparison.Ordinal)));

    public IReadOnlyList<DeliveryOutcome> Deliver(string? delivery = null) => ReportDelivery.Deliver(Environment, File, delivery);

    public IReadOnlyList<DeliveryRecord> Records => Environment.Log.Read();

    public void Dispose() => folder.Delete(recursive: true);

    private ProjectSettings Settings()
    {
        var read = ProjectReader.Read(Folder, []);
        return read.Project?.Settings ?? throw new InvalidOperationException(string.Join('\n', read.Problems));
    }
}

/// <summary>A clock that stands still until it is set, and whose delays are over at once.</summary>
internal sealed class FixedClock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2012, 1, 2, 8, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; set; } = Start;

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
}
