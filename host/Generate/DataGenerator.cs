using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Generate;

/// <summary>
/// Makes a project folder with operational data whose truth is known: customers who move, change their name and are registered twice, products whose
/// price and name change, orders by a Pareto law over customers, returns, and dirt at declared rates. <c>truth/</c> says what is in it: totals by
/// day, which customer numbers are one person, every change.
/// </summary>
public static class DataGenerator
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(DataGenerator));

    private static readonly string[] tables = ["customers", "customer_versions", "product_versions", "orders", "lines"];

    private static readonly string[] feeds = ["customers", "products", "orders"];

    private static readonly string[] truths = ["days", "identity", "customer_changes", "product_changes"];

    /// <summary>Generates a project.</summary>
    /// <param name="options">What to generate.</param>
    /// <param name="folder">The project's folder; it is made, or must be empty.</param>
    /// <param name="progress">Told the share that is done, 0–1.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <exception cref="CrmException">The options are out of range, or the folder is not empty.</exception>
    public static GenerateSummary Generate(
        GenerateOptions options, string folder, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options.Check();
        MakeFolder(folder);
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = instance.Connect();
        var values = Values(options);
        session.Execute(Sql.Fill("draws", values), cancellation: cancellation);
        for (var i = 0; i < tables.Length; i++)
        {
            session.Execute(Sql.Fill(tables[i], values), cancellation: cancellation);
            progress?.Report(0.5 * (i + 1) / tables.Length);
        }

        for (var i = 0; i < feeds.Length; i++)
        {
            WriteDays(session, feeds[i], options.Start, folder, cancellation);
            progress?.Report(0.5 + (0.5 * (i + 1) / feeds.Length));
        }

        Directory.CreateDirectory(Path.Combine(folder, "truth"));
        foreach (var truth in truths)
        {
            session.Execute(Sql.Fill($"truth_{truth}", [.. values, ("file", File(folder, "truth", $"{truth}.csv"))]), cancellation: cancellation);
        }

        WriteDeclaration("crm.yaml", Path.Combine(folder, "crm.yaml"));
        Directory.CreateDirectory(Path.Combine(folder, "sources"));
        WriteDeclaration("shop.yaml", Path.Combine(folder, "sources", "shop.yaml"));
        return session.Query<GenerateSummary>(Sql.Fill("summary", values), cancellation: cancellation)[0];
    }

    /// <summary>The macros that draw numbers, names and places.</summary>
    internal static string Draws(int seed) => Sql.Fill("draws", ("seed", Text(seed)));

    /// <summary>Makes the folder of a project.</summary>
    /// <exception cref="CrmException">It is there and not empty.</exception>
    internal static void MakeFolder(string folder)
    {
        if (System.IO.File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new CrmException(FailureKind.WrongUse, "a folder that is not empty", folder, "a new or empty folder", "Name another one with --project");
        }

        Directory.CreateDirectory(folder);
    }

    private static void WriteDays(ISession session, string feed, DateOnly start, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data", feed));
        foreach (var day in session.Query<long>(Sql.Fill($"days_with_{feed}"), cancellation: cancellation))
        {
            var name = start.AddDays((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            session.Execute(
                Sql.Fill($"write_{feed}", ("day", Text(day)), ("file", File(folder, "data", feed, $"{name}.csv"))), cancellation: cancellation);
        }
    }

    private static string File(params ReadOnlySpan<string> path) => SqlName.Literal(Path.GetFullPath(Path.Combine(path)));

    private static (string, string)[] Values(GenerateOptions options)
    {
        var rates = options.Rates;
        var duplicates = Math.Min(options.Customers / 2, (int)(options.Customers * rates.Duplicates));
        return
        [
            ("seed", Text(options.Seed)), ("start", options.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("days", Text(options.Days)),
            ("persons", Text(options.Customers - duplicates)), ("duplicates", Text(duplicates)),

            // A fifth of the persons with a duplicate have two.
            ("duplicated", Text(Math.Max(1, (duplicates * 4 / 5) + (duplicates % 5)))),
            ("products", Text(options.Products)), ("orders", Text(options.Orders)),
            ("moves", Text(rates.Moves)), ("renames", Text(rates.Renames)), ("returns", Text(rates.Returns)), ("anonymous", Text(rates.Anonymous)),
            ("ragged", Text(rates.Ragged)), ("bad_dates", Text(rates.BadDates)), ("unknown_products", Text(rates.UnknownProducts)),
        ];
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static void WriteDeclaration(string name, string path)
    {
        using var source = typeof(DataGenerator).Assembly.GetManifestResourceStream($"{typeof(DataGenerator).Namespace}.{name}")
            ?? throw new InvalidOperationException($"no embedded file '{name}'");
        using var target = System.IO.File.Create(path);
        source.CopyTo(target);
    }
}
