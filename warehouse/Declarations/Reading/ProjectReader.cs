using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>What reading a project folder gave.</summary>
/// <param name="Project">The project; null when there is any problem.</param>
/// <param name="Problems">Every problem of every file, by file, line and column.</param>
public sealed record ReadResult(Project? Project, IReadOnlyList<Problem> Problems);

/// <summary>
/// Reads and checks a project folder as a whole: <c>crm.yaml</c>, <c>models/*.yaml</c>, <c>sources/*.yaml</c>, the standard CRM model, and over it <c>model/**/*.yaml</c>,
/// where a declaration replaces the standard one of the same kind and name. Nothing is opened but these files; <c>${NAME}</c> stays as written.
/// </summary>
public static class ProjectReader
{
    private const string SettingsFile = "crm.yaml";

    /// <summary>Reads a project folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="connectors">The connectors the program has.</param>
    /// <returns>The project, or every problem.</returns>
    /// <exception cref="CrmException">The folder is no project folder: it has no <c>crm.yaml</c>.</exception>
    public static ReadResult Read(string folder, IReadOnlyList<ConnectorOptions> connectors)
    {
        folder = Path.GetFullPath(folder);
        if (!File.Exists(Path.Combine(folder, SettingsFile)))
        {
            throw new CrmException(FailureKind.WrongUse, Directory.Exists(folder) ? "not a project folder" : "no such folder", folder,
                "a folder with a crm.yaml", "go to a project folder or name it with --project, or make one with `crm init` or `crm demo`");
        }

        var problems = new List<Problem>();
        var files = new ProjectFiles(folder, problems);
        var (settings, map) = Settings(files, folder, problems);
        var reader = new ModelReader(problems);
        CatalogueReader.ReadStandard(reader);
        var own = files.In("model", SearchOption.AllDirectories);
        foreach (var (file, bytes) in own)
        {
            reader.Read(file, bytes, standard: false);
        }

        var model = reader.Build();
        var references = new References(model, problems);
        if (own.Count > 0)
        {
            reader.Check(references);
        }

        var sources = Sources(files, references, connectors, problems);
        foreach (var identity in model.Identities.Values)
        {
            IdentityFormat.Check(identity, references, [.. sources.Select(s => s.Name)]);
        }

        if (map is not null)
        {
            MartFormat.Check(map, model, problems);
            CovariateFormat.Check(map, model, problems);
            JobFormat.Check(map, Array.ConvertAll(sources, s => s.Name), problems);
            RetentionFormat.Check(map, [.. model.Facts.Values.Where(f => f.Value.Time is not null).Select(f => f.Value.Name)], problems);
            ScoringFormat.Check(map, references);
        }

        if (problems.Count > 0)
        {
            return new(null, Ordered(problems));
        }

        return new(
            new(folder, settings!, model.ToCatalogue(), Array.ConvertAll(sources, s => s with { Security = settings!.Security, ProjectTimeZone = settings.TimeZone })), []);
    }

    /// <summary>Reads a project folder, or throws all its problems at once.</summary>
    /// <inheritdoc cref="Read" path="/param"/>
    /// <exception cref="DeclarationException">Something is wrong in the files; carries every problem.</exception>
    /// <exception cref="CrmException">The folder is no project folder: it has no <c>crm.yaml</c>.</exception>
    public static Project ReadOrThrow(string folder, IReadOnlyList<ConnectorOptions> connectors)
    {
        var result = Read(folder, connectors);
        return result.Project ?? throw new DeclarationException(result.Problems);
    }

    private static (ProjectSettings?, YamlMap?) Settings(ProjectFiles files, string folder, List<Problem> problems)
    {
        if (files.Read(SettingsFile) is not { } bytes || YamlReader.Read(SettingsFile, bytes, problems) is not { } root)
        {
            return (null, null);
        }

        new ShapeCheck(problems).Check(root, SettingsFormat.Shape, SettingsFile);
        if (root is not YamlMap map)
        {
            return (null, null);
        }

        map = ScoringFormat.Merge(map, files.In("models", SearchOption.TopDirectoryOnly), problems);
        SettingsFormat.Check(map, folder, problems);
        return (SettingsFormat.Build(map), map);
    }

    private static Source[] Sources(ProjectFiles files, References references, IReadOnlyList<ConnectorOptions> connectors, List<Problem> problems)
    {
        var sources = new Dictionary<string, Source>();
        foreach (var (file, bytes) in files.In("sources", SearchOption.TopDirectoryOnly))
        {
            var root = YamlReader.Read(file, bytes, problems);
            if (root is null)
            {
                continue;
            }

            new ShapeCheck(problems).Check(root, ShapeFor(root, connectors), file);
            if (root is not YamlMap map)
            {
                continue;
            }

            var source = SourceFormat.Build(map, references.Model);
            SourceCheck.Check(source, map, connectors.FirstOrDefault(c => c.Connector == source.Connector), references);
            if (!sources.TryAdd(source.Name, source) && map.Scalar("source") is { } name)
            {
                problems.Add(new(name.Where, $"source '{source.Name}' for the second time", $"each source once (the first is at {sources[source.Name].Where})",
                    "rename or remove one of the two"));
            }
        }

        var names = sources.Keys.ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return Array.ConvertAll(names, n => sources[n]);
    }

    private static MapShape ShapeFor(YamlNode root, IReadOnlyList<ConnectorOptions> connectors)
    {
        var kind = (root as YamlMap)?.Text("connector");
        return SourceFormat.Shape(connectors, connectors.FirstOrDefault(c => c.Connector == kind));
    }

    private static List<Problem> Ordered(List<Problem> problems)
        => [.. problems.OrderBy(p => p.Where.File, StringComparer.Ordinal).ThenBy(p => p.Where.Line).ThenBy(p => p.Where.Column)];
}
