using System.Globalization;
using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>
/// A star made up from a seed, declared in <c>tests/data/generated-star</c>: three facts, a bridge with shares, members with versions, a date in two roles,
/// stocks that do not add over time, rollups. Beside it stand flat tables from the same lines (<c>flat_deal</c>, …), from which tests compute by plain SQL.
/// </summary>
internal sealed class GeneratedStar : IDisposable
{
    private static readonly SourceLocation Here = new("model/cubes.yaml", 1, 1);
    private readonly DuckDbInstance _instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });

    /// <summary>Makes it.</summary>
    /// <param name="seed">Decides every line.</param>
    /// <param name="lines">Lines of deals.</param>
    /// <param name="isOther">True for the world in which everything outside Nord is different.</param>
    public GeneratedStar(int seed, int lines, bool isOther)
    {
        var read = ProjectReader.Read(Path.Combine(TestProject.RepositoryRoot, "tests", "data", "generated-star"), []);
        var project = read.Project ?? throw new DeclarationException(read.Problems);

        // Who belongs to the group of a country sees its rows alone.
        AccessPolicy[] policies = [new AccessPolicy("country", Here) { Rows = [new RowRule("place.country", "equals", ["{securityContext.country}"], Here)] }];
        Catalogue = project.Catalogue with
        {
            Cubes = project.Catalogue.Cubes.ToDictionary(c => c.Key, c => c.Key is "deals" or "visits" or "stock" ? c.Value with { AccessPolicies = policies } : c.Value),
        };
        using var session = _instance.Connect();
        session.Execute("CREATE SCHEMA star; CREATE SCHEMA conformed; CREATE SCHEMA meta; "
            + "CREATE TABLE meta.run (run_id INTEGER, status VARCHAR, published_at TIMESTAMP, newest TIMESTAMP); INSERT INTO meta.run VALUES (1, 'published', '2021-02-05', '2021-02-04'); CREATE TABLE meta.source_file (file_id INTEGER, path VARCHAR)");
        StarSchema.Apply(session, Catalogue);
        session.Execute(File.ReadAllText(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", "GeneratedStar.sql"))
            .Replace("{seed}", seed.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{lines}", lines.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{other}", isOther ? "true" : "false", StringComparison.Ordinal));
        session.InTransaction(() => RollupLoad.Apply(session, Catalogue, 1));
        Reader = new CubeReader(_instance.Connect, Catalogue, () => Today);
        Through = new DrillThrough(_instance.Connect, Catalogue, () => Today);
    }

    /// <summary>The day on which relative dates are asked.</summary>
    public static QueryCalendar Today { get; } = new(new DateTime(2021, 2, 5, 12, 0, 0), 4, DayOfWeek.Monday);

    /// <summary>Somebody who sees the rows of Nord alone.</summary>
    public static SecurityContext OfNord { get; } = new(["country"], new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["Nord"] });

    public Catalogue Catalogue { get; }

    public CubeReader Reader { get; }

    public DrillThrough Through { get; }

    public void Dispose() => _instance.Dispose();

    /// <summary>The rows of a statement.</summary>
    public List<object?[]> Rows(string sql)
    {
        using var session = _instance.Connect();
        return OracleCase.Rows(session, sql);
    }
}
