using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Host.Backup;
using Crm.Analytics.Host.Marts;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Host.Parsing;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Models;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Engines.ClickHouse;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host;

/// <summary>Puts the parts together: the only place where a project, its warehouse, the run and the models meet. Each command takes what it needs, no more.</summary>
internal static class Composition
{
    /// <summary>Megabytes that a run uses for data when the project does not say.</summary>
    private const int DefaultMemory = 4000;

    private static readonly ConcurrentDictionary<string, ClusterClient> clusters = new(StringComparer.Ordinal);

    /// <summary>Version of the program.</summary>
    public static string Version { get; } =
        typeof(Composition).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Reads a project folder; answers the project or every problem.</summary>
    public static ReadResult CheckProject(string folder) => ProjectReader.Read(folder, StandardConnectors.Options);

    /// <summary>Reads and checks a project folder.</summary>
    /// <exception cref="DeclarationException">With every problem.</exception>
    public static Project ReadProject(string folder)
    {
        var read = CheckProject(folder);
        return read.Project ?? throw new DeclarationException(read.Problems);
    }

    /// <summary>Full path of the warehouse file.</summary>
    public static string WarehouseOf(Project project) => Path.GetFullPath(Path.Combine(project.Folder, project.Settings.Warehouse));

    /// <summary>How the warehouse is opened for runs; makes the folders that the engine may use.</summary>
    public static WarehouseOptions ToWrite(Project project)
    {
        Directory.CreateDirectory(LandingOf(project));
        Directory.CreateDirectory(OutOf(project));
        return new(WarehouseOf(project)) { AllowedDirectories = [LandingOf(project), OutOf(project)], MemoryLimit = MemoryOf(project, 3), Key = DataKeys.Of(project) };
    }

    /// <summary>Full path of the folder that reports are written to.</summary>
    public static string OutOf(Project project) => Path.Combine(project.Folder, "out");

    /// <summary>The engine's own version.</summary>
    public static string EngineVersion()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        return session.Scalar<string>(SqlFile.Beside(typeof(Composition)).Fill(""));
    }

    /// <summary>
    /// Loads the engine's library on another thread while this one reads the declarations: together they are most of what a cold question waits for.
    /// A failure is not told here; opening the warehouse meets it again and tells it.
    /// </summary>
    public static void WarmUp() => ThreadPool.UnsafeQueueUserWorkItem(
        static _ =>
        {
            try
            {
                using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
            }
        },
        null);

    /// <summary>Opens the warehouse for reading, together with other readers.</summary>
    public static OpenWarehouse OpenToRead(Project project, CommandContext context)
    {
        var path = WarehouseOf(project);
        if (context.Served is { } served && served.Path == path)
        {
            return served.Published is not null ? new OpenWarehouse(null, served.Instance) : throw new NothingLoadedException(path);
        }

        if (!File.Exists(path))
        {
            throw new NothingLoadedException(path);
        }

        var file = RunFile.Share(path, context.Wait, context.Error.WriteLine, context.Cancellation);
        return Open(file, new WarehouseOptions(path) { Access = WarehouseAccess.Read, Key = DataKeys.Of(project) });
    }

    /// <summary>The reader that answers questions from an open warehouse.</summary>
    public static ICubeReader Reader(OpenWarehouse warehouse, Project project) => new ObservedReader(
        new CubeReader(warehouse.Instance.ConnectToAsk, project.Catalogue, () => QueryCalendar.Of(project.Settings, TimeProvider.System), new QuestionLog(WarehouseOf(project), TimeProvider.System).Note) { Star = StarOf(project) },
        TimeProvider.System);

    /// <summary>The reader that answers what leaves the program as files.</summary>
    public static ICubeReader Exporting(OpenWarehouse warehouse, Project project) => Exporting(Reader(warehouse, project), project);

    /// <summary>A reader as it answers what leaves the program as files.</summary>
    public static ICubeReader Exporting(ICubeReader reader, Project project) => ExportPseudonyms.Of(project) is { } pseudonyms ? new PseudonymReader(reader, pseudonyms) : reader;

    /// <summary>Where the rows of the star are that questions read.</summary>
    public static IStarEngine StarOf(Project project)
        => project.Settings.Cluster is { } cluster ? new ClusterStar(ClusterAt(ClusterAddress.Parse(cluster, project.Settings.Where.ToString()))) : OwnStar.Instance;

    /// <summary>The client of a cluster; there is one for each, and it lives as long as the process.</summary>
    public static ClusterClient ClusterAt(ClusterAddress address)
        => clusters.GetOrAdd(address.ToString(), _ => new ClusterClient(address, ClusterLogin.From(System.Environment.GetEnvironmentVariable)));

    /// <summary>Copies the star to a cluster, and compares.</summary>
    public static (Shipment Shipment, IReadOnlyList<ComparedTable> Tables) CopyTo(Project project, CommandContext context, ClusterClient client, bool isAnew)
        => Alone(project, context, "crm warehouse copy", session =>
        {
            if (isAnew)
            {
                Forget(session, client);
            }

            var shipment = Ship(project, session, client, context, null);
            return (shipment, shipment.Run is { } run ? new ClusterComparison(session, client, project.Catalogue).Compare(run, context.Cancellation) : []);
        });

    private static Shipment Ship(Project project, ISession session, ClusterClient client, CommandContext context, IProgress<RunProgress>? progress)
        => new ClusterShipment(session, client, project.Catalogue, Path.Combine(LandingOf(project), ".cluster"),
            progress is null ? null : new ShipmentSteps(progress)).Ship(context.Cancellation);

    /// <summary>Brings the project's cluster, if it has one, to the newest run.</summary>
    /// <param name="project">The project.</param>
    /// <param name="session">The warehouse.</param>
    /// <param name="context">The command's.</param>
    /// <param name="isAnew">True to fill it anew: rows are gone that no run ended.</param>
    /// <param name="progress">Told how far it is.</param>
    public static void Ship(Project project, ISession session, CommandContext context, bool isAnew, IProgress<RunProgress>? progress = null)
    {
        if (project.Settings.Cluster is not { } cluster)
        {
            return;
        }

        var client = ClusterAt(ClusterAddress.Parse(cluster, project.Settings.Where.ToString()));
        if (isAnew)
        {
            Forget(session, client);
        }

        Ship(project, session, client, context, progress);
    }

    private static void Forget(ISession session, ClusterClient client)
    {
        new ClusterLog(session).NameOf(client.Address);
        new ClusterLog(session).Forget(client.Address);
    }

    /// <summary>Opens a project's warehouse to be kept open for reading and writing; it is made when it is not there yet.</summary>
    public static ServedWarehouse OpenToServe(Project project, CommandContext context, string doing)
    {
        Erasing.RefuseUnfinished(project);
        DataKeys.RefuseUnfinished(project);
        var open = Open(RunFile.Hold(WarehouseOf(project), doing, context.Wait, context.Error.WriteLine, context.Cancellation), ToWrite(project));
        return new(WarehouseOf(project), open.File!, open.Instance);
    }

    /// <summary>Runs the project's ETL and models, alone in its warehouse.</summary>
    public static RunSummary Run(Project project, CommandContext context, string doing, RunRequest request, IProgress<RunProgress>? progress)
    {
        var path = WarehouseOf(project);
        RewoundWarehouse.Refuse(path);
        Erasing.RefuseUnfinished(project);
        DataKeys.RefuseUnfinished(project);
        using var activity = Telemetry.Source.StartActivity("run");
        var served = context.Served is { } open && open.Path == path ? open : null;
        using var run = served?.HoldRun(context.Wait, context.Error.WriteLine, context.Cancellation);
        using var warehouse = served is not null
            ? new OpenWarehouse(null, served.Instance)
            : Open(RunFile.Hold(path, doing, context.Wait, context.Error.WriteLine, context.Cancellation), ToWrite(project));
        using var scratch = Scratch(project);
        using var session = warehouse.Instance.Connect();
        var environment = Environment(project, session, scratch);
        var began = TimeProvider.System.GetTimestamp();
        var summary = new EtlRun(project, environment, progress).Execute(request, context.Cancellation);
        if (!request.IsDry)
        {
            var old = RetentionPeriods.Apply(session, project, TimeProvider.System.GetUtcNow().UtcDateTime);
            old.ToList().ForEach(t => context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{t.Removed:N0} rows of {t.Table} were older than they may become, and are gone")));
            Ship(project, session, context, old.Count > 0, progress);
        }

        if (project.Settings.Marts is { } marts)
        {
            var asOf = Reader(warehouse, project).Read(new CubeQuery { Dimensions = ["date.year"], Limit = 1 }, context.Cancellation).AsOf;
            new MartFolder(project, marts, Path.Combine(OutOf(project), "marts"), ExportPseudonyms.Of(project)).Refresh(warehouse.Instance, asOf, context.Cancellation);
        }

        RunTelemetry.Tell(summary, TimeProvider.System.GetElapsedTime(began), TimeProvider.System.GetUtcNow());
        return summary;
    }

    /// <summary>Works on the whole of a project that nobody else uses, and writes its warehouse anew, so that nothing stays of what was deleted.</summary>
    /// <exception cref="CrmException">Busy: a server or another command has the warehouse.</exception>
    public static T Anew<T>(Project project, CommandContext context, string doing, Func<RunEnvironment, T> work)
    {
        var path = WarehouseOf(project);
        if (context.Served is not null)
        {
            throw new CrmException(FailureKind.Busy, "a server has the warehouse open, and its file is to be written anew", path, "nobody who has it open", $"Stop `crm serve`, then `{doing}`, then start it again");
        }

        if (!File.Exists(path))
        {
            throw new NothingLoadedException(path);
        }

        using var file = RunFile.Hold(path, doing, context.Wait, context.Error.WriteLine, context.Cancellation);
        T made;
        using (var instance = DuckDbInstance.OpenWarehouse(ToWrite(project)))
        using (var scratch = Scratch(project))
        using (var session = instance.Connect())
        {
            made = work(Environment(project, session, scratch));
            session.TryCheckpoint();
        }

        var key = DataKeys.Of(project);
        DuckDbInstance.Rewrite(path, key, key);
        return made;
    }

    /// <summary>An instance that reads what comes from outside, and the landing.</summary>
    public static DuckDbInstance Scratch(Project project) => DuckDbInstance.OpenScratch(new ScratchOptions { MemoryLimit = MemoryOf(project, 1), Key = DataKeys.Of(project) });

    /// <summary>The landing of a project.</summary>
    public static LandingStore Landing(Project project) => new(LandingOf(project)) { Key = DataKeys.Of(project) };

    /// <summary>What a run works with.</summary>
    public static RunEnvironment Environment(Project project, ISession session, DuckDbInstance scratch)
    {
        IRunStep[] after = [.. StarModels.All.Select(m => new ScoringStep(m)), new RollupStep()];
        return new(session, scratch, Landing(project), ConnectorsOf(project), SecretsOf(project), after, Version, TimeProvider.System) { Suppressed = Suppression.Find(project.Folder) };
    }

    /// <summary>Writes to the warehouse what a person says, alone in it and in one transaction.</summary>
    public static void Write(Project project, CommandContext context, string doing, Action<ISession> write) => Alone(project, context, doing, session =>
    {
        session.InTransaction(() => write(session));
        return true;
    });

    /// <summary>Works in the warehouse that is there, alone in it.</summary>
    private static T Alone<T>(Project project, CommandContext context, string doing, Func<ISession, T> work)
    {
        var path = WarehouseOf(project);
        var served = context.Served is { } open && open.Path == path ? open : null;
        if (served is null && !File.Exists(path))
        {
            throw new NothingLoadedException(path);
        }

        using var run = served?.HoldRun(context.Wait, context.Error.WriteLine, context.Cancellation);
        using var warehouse = served is not null
            ? new OpenWarehouse(null, served.Instance)
            : Open(RunFile.Hold(path, doing, context.Wait, context.Error.WriteLine, context.Cancellation), ToWrite(project));
        using var session = warehouse.Instance.Connect();
        return work(session);
    }

    /// <summary>Checks the SQL of the sources' maps against the columns their streams have now, without reading the data.</summary>
    public static IReadOnlyList<Problem> CheckMaps(Project project, CancellationToken cancellation)
    {
        using var scratch = Scratch(project);
        using var session = scratch.Connect();
        var problems = new List<Problem>();
        var known = new Dictionary<(string Source, string Stream), IReadOnlyList<LandedColumn>>();
        foreach (var (source, stream) in project.Sources.SelectMany(s => s.Streams.Select(t => (s, t))))
        {
            try
            {
                var columns = ConnectorOf(project, source).Columns(new StreamContext(project.Folder, source, stream, session) { Secrets = SecretsOf(project) }, cancellation);
                known.Add((source.Name, stream.Name), columns);
                problems.AddRange(MapCheck.Check(session, project, source, stream, columns));
            }
            catch (CrmException e) when (e.Kind != FailureKind.Busy)
            {
                problems.Add(new Problem(stream.Where, $"{e.Found} ({e.Where})", e.Expected, e.Next));
            }
        }

        foreach (var (source, join) in project.Sources.SelectMany(s => s.Joins.Where(j => j.Streams.All(n => known.TryGetValue((s.Name, n), out var found) && found.Count > 0)).Select(j => (s, j))))
        {
            problems.AddRange(MapCheck.Check(session, project, source, join, stream => known[(source.Name, stream)]));
        }

        return problems;
    }

    /// <summary>Quarters of the memory that a run may use, as the engine writes it: three are the warehouse's, one is for reading sources.</summary>
    private static string MemoryOf(Project project, int quarters)
    {
        var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1_000_000 * 6 / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(100, Math.Min(project.Settings.MemoryMegabytes ?? DefaultMemory, most) * quarters / 4)}MB");
    }

    /// <summary>Where a project's <c>${NAME}</c> are looked up.</summary>
    public static Secrets SecretsOf(Project project) => new(project.Folder, System.Environment.GetEnvironmentVariable);

    /// <summary>The key of a project's backups.</summary>
    /// <exception cref="CrmException">It is not there, or none.</exception>
    public static BackupKey BackupKeyOf(Project project)
    {
        var option = project.Settings.Backup.Key;
        try
        {
            return BackupKey.Parse(SecretsOf(project).Resolve(option), option.Text);
        }
        catch (CrmException e) when (e.Found.StartsWith("the secret", StringComparison.Ordinal))
        {
            throw new CrmException(FailureKind.CheckFailed, e.Found, e.Where, "a key: nothing is backed up in the clear", "Make one with `crm backup --make-key`, and keep a copy where the backup is not", e);
        }
    }

    /// <summary>Full path of the landing folder.</summary>
    public static string LandingOf(Project project) => Path.Combine(project.Folder, "landing");

    /// <summary>The connectors of a project: files are read in a process of their own, unless the project says otherwise or its data is encrypted.</summary>
    public static IReadOnlyList<IConnector> ConnectorsOf(Project project)
    {
        // A process that parses is given no secret, and what it lands would be in the clear.
        var security = project.Settings.Security;
        return security.ParsesHere || project.Settings.Encrypt ? StandardConnectors.All
            : [.. StandardConnectors.All.Select(c => c is FilesConnector ? new WorkerConnector(c, ParserPool.Of(new(security.ParseMegabytes, security.ParseTime))) : c)];
    }

    /// <summary>The connector of a source.</summary>
    public static IConnector ConnectorOf(Project project, Source source) => ConnectorsOf(project).First(c => c.Kind == source.Connector);

    private static OpenWarehouse Open(RunFile file, WarehouseOptions options)
    {
        try
        {
            return new OpenWarehouse(file, DuckDbInstance.OpenWarehouse(options));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

/// <summary>An open warehouse and the run file that holds it.</summary>
/// <param name="File">What holds it; null when a server keeps it open for longer than this.</param>
/// <param name="Instance">The instance.</param>
internal sealed record OpenWarehouse(RunFile? File, DuckDbInstance Instance) : IDisposable
{
    public void Dispose()
    {
        if (File is not null)
        {
            Instance.Dispose();
            File.Dispose();
        }
    }
}
