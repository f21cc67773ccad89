using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host;

/// <summary>Reaches the sources of a project without its warehouse: for looking at them before anything is stored.</summary>
internal sealed class SourceAccess : IDisposable
{
    private readonly DuckDbInstance _scratch;
    private readonly SharedResources _shared = new();
    private readonly Project _project;
    private readonly CommandContext _context;

    public SourceAccess(Project project, CommandContext context)
    {
        (_project, _context) = (project, context);
        _scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Key = DataKeys.Of(project) });
        Session = _scratch.Connect();
        Secrets = new(project.Folder, Environment.GetEnvironmentVariable);
    }

    /// <summary>A session of the scratch instance.</summary>
    public ISession Session { get; }

    /// <summary>Where secrets are looked up.</summary>
    public Secrets Secrets { get; }

    /// <summary>The source of this name.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static Source Find(Project project, string name) => project.Sources.FirstOrDefault(s => s.Name == name) ?? throw new CrmException(
        FailureKind.WrongUse, $"no source '{name}'", Path.Combine(project.Folder, "sources"), NearestName.Expected("a source of the project", name, [.. project.Sources.Select(s => s.Name)]),
        "Correct the name, or make it with `crm source new`");

    /// <summary>The stream of this name; the only one when none is named.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static SourceStream Find(Source source, string? name) => (name is null && source.Streams.Count == 1 ? source.Streams[0] : source.Streams.FirstOrDefault(s => s.Name == name))
        ?? throw new CrmException(
            FailureKind.WrongUse, name is null ? $"'{source.Name}' has {source.Streams.Count} streams" : $"no stream '{name}' in '{source.Name}'", source.Where.ToString(),
            NearestName.Expected("a stream of the source", name ?? "", [.. source.Streams.Select(s => s.Name)]), "Name one of them");

    /// <summary>A source with what a connector needs.</summary>
    public SourceContext Of(Source source) => new(_project.Folder, source, Session, Secrets, _shared, TimeProvider.System);

    /// <summary>A sample of a stream.</summary>
    /// <param name="source">The source.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="limit">Records wanted; null for all.</param>
    public SourceSample Sample(Source source, SourceStream stream, long? limit) =>
        SourceSample.Read(Composition.ConnectorOf(_project, source), Of(source).Of(stream), limit, _context.Cancellation);

    public void Dispose()
    {
        _shared.Dispose();
        Session.Dispose();
        _scratch.Dispose();
    }
}
