using System.Globalization;
using Crm.Analytics.Warehouse.Storage;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>
/// Makes a project folder with the operational data of a whole company, in nine source systems that fill every contract: customers whom each system knows
/// by a number of its own, purchases by the Pareto/NBD law, campaigns with control groups, complaints that drive customers away, opportunities, points,
/// visits, targets, currencies. <c>truth/</c> says who is who, how long everybody really stays, and whom a campaign really won; it is not loaded.
/// </summary>
public static class CompanyGenerator
{
    /// <summary>Mean days between purchases of a person are this over half a squared normal number; of lifetimes alike.</summary>
    private const int RateScale = 45;

    private const int LeavingScale = 150;

    // What one part of the persons is drawn by; each reads what stands before it.
    private static readonly (SqlFile Sql, string Part)[] draws =
    [
        (CustomerBase.Sql, "persons"), (Purchases.Sql, "purchases"), (AfterSales.Sql, "cases"), (AfterSales.Sql, "fatal"), (CustomerBase.Sql, "left"),
        (AfterSales.Sql, "standing"), (CustomerBase.Sql, "records"), (CustomerBase.Sql, "states"), (SalesForce.Sql, "opportunities"), (Purchases.Sql, "contacts"),
        (Purchases.Sql, "orders"), (Purchases.Sql, "lines"), (Purchases.Sql, "became"), (Purchases.Sql, "staff_months"), (Purchases.Sql, "totals"),
        (AfterSales.Sql, "points"), (SalesForce.Sql, "visits"),
    ];

    private static readonly string[] house = ["draws", "numbers", "countries", "products", "employees", "campaigns", "rates", "sums"];

    /// <summary>Generates a project.</summary>
    /// <param name="options">What to generate.</param>
    /// <param name="folder">The project's folder; it is made, or must be empty.</param>
    /// <param name="progress">Told the share that is done, 0–1.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <exception cref="Warehouse.CrmException">The options are out of range, or the folder is not empty.</exception>
    public static CompanySummary Generate(CompanyOptions options, string folder, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options.Check();
        DataGenerator.MakeFolder(folder);
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();
        var values = Values(options);
        session.Execute(DataGenerator.Draws(options.Seed), cancellation: cancellation);
        foreach (var part in house)
        {
            session.Execute(HouseTables.Sql.Fill(part, values), cancellation: cancellation);
        }

        var files = (CompanyFile[])[.. CustomerBase.Files, .. Purchases.Files, .. AfterSales.Files, .. SalesForce.Files];
        var parts = (options.Customers + options.Part - 1) / options.Part;
        for (var part = 0; part < parts; part++)
        {
            var own = ((string, string)[])[.. values, ("first", Text((part * options.Part) + 1)), ("last", Text(Math.Min(options.Customers, (part + 1) * options.Part)))];
            foreach (var (sql, statement) in draws)
            {
                session.Execute(sql.Fill(statement, own), cancellation: cancellation);
            }

            progress?.Report((part + 0.5) / parts);
            Write(session, files, own, folder, parts == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{part + 1:0000}"), cancellation);
            progress?.Report((part + 1.0) / parts);
        }

        Write(session, HouseTables.Files, values, folder, "", cancellation);
        WriteDeclarations(folder);
        return session.Query<CompanySummary>(HouseTables.Sql.Fill("summary", values), cancellation: cancellation)[0];
    }

    private static void Write(
        ISession session, IEnumerable<CompanyFile> files, (string, string)[] values, string folder, string suffix, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            var path = Path.GetFullPath(Path.Combine(folder, $"{file.Path}{suffix}.csv"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            session.Execute(file.Sql.Fill(file.Part, [.. values, ("file", SqlName.Literal(path))]), cancellation: cancellation);
        }
    }

    private static (string, string)[] Values(CompanyOptions options)
    {
        var rates = options.Rates;
        var start = options.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return
        [
            ("seed", Text(options.Seed)), ("start", start), ("days", Text(options.Days)), ("years", Text(options.Years)),
            ("end", $"(TIMESTAMP '{start}' + to_days({Text(options.Days)}))"), ("months", Text(options.Years * 12)),
            ("last_year", Text(options.Start.AddYears(options.Years).AddDays(-1).Year - options.Start.Year)), ("products", Text(options.Products)),
            ("customers", Text(options.Customers)), ("team", Text(Math.Clamp(options.Customers / 3_000, 1, 40))), ("rate_scale", Text(RateScale)),
            ("leaving_scale", Text(LeavingScale)), ("ragged", Text(rates.Ragged)), ("bad_dates", Text(rates.BadDates)),
            ("unknown_products", Text(rates.UnknownProducts)), ("bad_scores", Text(options.BadScores)),
        ];
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static void WriteDeclarations(string folder)
    {
        var assembly = typeof(CompanyGenerator).Assembly;
        var prefix = $"{typeof(CompanyGenerator).Namespace}.";
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            var name = resource[prefix.Length..];
            var path = Path.Combine(folder, name switch { "crm.yaml" => "", "identity.yaml" => "model", _ => "sources" }, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var source = assembly.GetManifestResourceStream(resource)!;
            using var target = File.Create(path);
            source.CopyTo(target);
        }
    }
}
