using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Etl;

/// <summary>A project folder of a test: write files, run, look at the tables.</summary>
internal sealed class TestProject : IDisposable
{
    public const string Lines =
        """
        source: shop
        connector: files
        streams:
          lines: {path: data/*.csv, format: csv, columns: {qty: integer, at: timestamp, price: "decimal(18,4)"}}
        map:
          order_line: {from: lines, order_id: invoice, ordered_at: at, customer_id: customer, product_id: code, quantity: qty, unit_price: price, country: country, is_return: "invoice LIKE 'C%'"}
          customer: {from: lines, where: customer IS NOT NULL, customer_id: customer, effective_at: at, country: country}
          product: {from: lines, where: name IS NOT NULL, product_id: code, effective_at: at, name: name}
        """;

    public const string Header = "invoice,code,name,qty,at,price,customer,country\n";

    public TestProject(string? source = Lines)
    {
        Folder = Directory.CreateTempSubdirectory("crm-test-").FullName;
        Write("crm.yaml", "name: Test\ntime_zone: Europe/London\ncurrency: GBP\n");
        if (source is not null)
        {
            Write("sources/shop.yaml", source);
        }
    }

    public string Folder { get; }

    private int Written { get; set; }

    public List<IRunStep> Steps { get; } = [];

    /// <summary>The table that sources of the kind <c>table</c> read.</summary>
    public SourceTable Table { get; } = new();

    /// <summary>What reads it; itself, unless a test puts something between.</summary>
    public IConnector? Connector { get; set; }

    private IReadOnlyList<IConnector> Connectors => [.. StandardConnectors.All, Connector ?? Table];

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);

        // Each write a minute after the one before, so that the same writes make the same files wherever and whenever they happen.
        File.SetLastWriteTimeUtc(full, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(Written++));
    }

    public void Day(string day, params string[] lines) => Write($"data/{day}.csv", Header + string.Concat(lines.Select(l => l + "\n")));

    public RunSummary Run(IProgress<RunProgress>? progress = null, CancellationToken cancellation = default) => Run(new RunRequest(), progress, cancellation);

    public RunSummary Run(RunRequest request, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        var project = ProjectReader.ReadOrThrow(Folder, [.. Connectors.Select(c => c.Options)]);
        var landing = Path.Combine(Folder, "landing");
        Directory.CreateDirectory(landing);
        using var warehouse = Open();
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = warehouse.Connect();
        var environment = new RunEnvironment(session, scratch, new LandingStore(landing), Connectors, Secrets.None, Steps, "test", TimeProvider.System);
        return new EtlRun(project, environment, progress).Execute(request, cancellation);
    }

    /// <summary>Records a decision about two records, as people do.</summary>
    public void Decide(bool merge, int number, string left, string right)
    {
        using var warehouse = Open();
        using var session = warehouse.Connect();
        session.Execute($"INSERT INTO identity.decision VALUES ({number}, {merge}, '{left}', '{right}', TIMESTAMP '2026-01-01', 'me', NULL, NULL)");
    }

    /// <summary>Names of everything in the landing.</summary>
    public string[] LandedFiles() => [.. Directory.EnumerateFiles(Path.Combine(Folder, "landing"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public DuckDbInstance Open() => DuckDbInstance.OpenWarehouse(
        new WarehouseOptions(Path.Combine(Folder, "warehouse.duckdb")) { AllowedDirectories = [Path.Combine(Folder, "landing")] });

    public IReadOnlyList<T> Query<T>(string sql)
    {
        using var warehouse = Open();
        using var session = warehouse.Connect();
        return session.Query<T>(sql);
    }

    public T Scalar<T>(string sql) => Query<T>(sql)[0];

    /// <summary>A hash of every table's rows, whatever their order; the moments and durations in the run log are left out.</summary>
    public Dictionary<string, string> Hashes()
    {
        using var warehouse = Open();
        using var session = warehouse.Connect();
        var tables = session.Query<string>(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary ORDER BY 1");
        return tables.Where(t => t != "meta.run_step").ToDictionary(t => t, t => session.Scalar<string>(
            $"SELECT count(*) || ' ' || coalesce(CAST(sum(CAST(hash(t) AS HUGEINT)) AS VARCHAR), '') FROM (SELECT * {Moments(t)} FROM {t}) t"));
    }

    private static string Moments(string table) => table switch
    {
        "meta.run" => "EXCLUDE (started_at, published_at)",
        "star.score_quality" => "EXCLUDE (checked_on)",
        _ => "",
    };

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
    }
}
