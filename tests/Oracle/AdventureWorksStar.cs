using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>
/// A star that others published, with totals that others documented, mapped by the project in <c>tests/data/adventureworks-dw</c>: two facts, role-playing
/// dates, products with versions, and a bridge that doubles lines for those who join it without its shares. Beside the star stand flat tables (<c>net</c>,
/// <c>res</c>) from which cases compute by plain SQL.
/// </summary>
internal sealed class AdventureWorksStar : IDisposable
{
    private readonly DuckDbInstance _instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });

    public AdventureWorksStar()
    {
        var read = ProjectReader.Read(Folder, []);
        Project = read.Project ?? throw new DeclarationException(read.Problems);
        using var session = _instance.Connect();
        session.Execute("CREATE SCHEMA star; CREATE SCHEMA conformed; CREATE SCHEMA meta; "
            + "CREATE TABLE meta.run (run_id INTEGER, status VARCHAR, published_at TIMESTAMP, newest TIMESTAMP); INSERT INTO meta.run VALUES (1, 'published', '2014-02-01', '2014-01-28'); CREATE TABLE meta.source_file (file_id INTEGER, path VARCHAR)");
        StarSchema.Apply(session, Project.Catalogue);
        session.Execute(File.ReadAllText(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", "AdventureWorksStar.sql")).Replace("{folder}", Folder, StringComparison.Ordinal));
        session.InTransaction(() => RollupLoad.Apply(session, Project.Catalogue, 1));
        Reader = new CubeReader(_instance.Connect, Project.Catalogue, () => Today);
    }

    /// <summary>The day on which relative dates are asked.</summary>
    public static QueryCalendar Today { get; } = new(new DateTime(2013, 8, 15, 12, 0, 0), 7, DayOfWeek.Monday);

    public static string Folder { get; } = Path.Combine(TestProject.RepositoryRoot, "tests", "data", "adventureworks-dw");

    public Project Project { get; }

    public CubeReader Reader { get; }

    public DuckDbInstance Instance => _instance;

    public ISession Connect() => _instance.Connect();

    public void Dispose() => _instance.Dispose();

    /// <summary>The rows of a statement.</summary>
    public List<object?[]> Rows(string sql)
    {
        using var session = Connect();
        return OracleCase.Rows(session, sql);
    }
}
