using Crm.Analytics.Tests.Storage;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Generate;

/// <summary>Files drawn once into a folder of their own for all tests of a class, and an engine to read them with.</summary>
/// <typeparam name="TSummary">What the generator tells of them.</typeparam>
public abstract class GeneratedFiles<TSummary>
{
    private WarehouseFolder _folder = null!;
    private DuckDbInstance _instance = null!;

    /// <summary>What was drawn.</summary>
    protected TSummary Summary { get; private set; } = default!;

    /// <summary>The folder that other files of a test may lie in too.</summary>
    protected string Folder => _folder.Path;

    /// <summary>A session of the engine.</summary>
    protected ISession Session { get; private set; } = null!;

    /// <summary>The folder of the project.</summary>
    protected string Project => Path.Combine(_folder.Path, "project");

    /// <summary>Draws the files.</summary>
    /// <param name="project">Into this folder.</param>
    protected abstract TSummary Draw(string project);

    /// <summary>Draws the files, once.</summary>
    [OneTimeSetUp]
    public void Generate()
    {
        _folder = new WarehouseFolder();
        Summary = Draw(Project);
        _instance = DuckDbInstance.OpenScratch(new ScratchOptions());
        Session = _instance.Connect();
    }

    /// <summary>Removes them.</summary>
    [OneTimeTearDown]
    public void Remove()
    {
        Session.Dispose();
        _instance.Dispose();
        _folder.Dispose();
    }
}
