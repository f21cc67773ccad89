using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm doctor</c>: whether this machine and this project have what they need.</summary>
internal static class DoctorCommand
{
    private const long SmallDisk = 1L << 30;

    public static Command Create() => new Command("doctor", "Check that this machine and this project have what they need").Does(Run);

    private static int Run(CommandContext context, ParseResult parsed)
    {
        var findings = new List<Finding>
        {
            new("program", FindingState.Ok, $"crm {Composition.Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"),
            Try("database library", () => $"DuckDB {Composition.EngineVersion()}"),
            Program("Node.js", ["node"], "draws the charts of reports as files"),
            Program("browser", ["chromium", "chromium-browser", "google-chrome", "chrome", "msedge"], "makes PNG and PDF of reports"),
        };
        findings.AddRange(OfProject(context));
        var bad = findings.Any(f => f.State == FindingState.Bad);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", !bad);
                json.WriteStartArray("findings");
                foreach (var finding in findings)
                {
                    json.WriteStartObject();
                    json.WriteString("name", finding.Name);
                    json.WriteString("state", finding.State.ToString().ToLowerInvariant());
                    json.WriteString("text", finding.Text);
                    json.WriteString("remedy", finding.Remedy);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            var table = new TextTable(new("State"), new("What"), new("Finding"), new("What to do"));
            findings.ForEach(f => table.Add(f.State.ToString().ToLowerInvariant(), f.Name, f.Text, f.Remedy ?? ""));
            table.WriteTo(context);
        }

        return bad ? (int)FailureKind.Failed : 0;
    }

    private static IEnumerable<Finding> OfProject(CommandContext context)
    {
        if (!File.Exists(Path.Combine(context.ProjectFolder, "crm.yaml")))
        {
            yield return new("project", FindingState.Note, $"{context.ProjectFolder} is no project folder; name one with --project");
            yield break;
        }

        var disk = new DriveInfo(context.ProjectFolder);
        var free = string.Create(CultureInfo.InvariantCulture, $"{disk.AvailableFreeSpace / 1e9:0.0} GB free");
        var isLow = disk.AvailableFreeSpace < SmallDisk;
        yield return new("disk", isLow ? FindingState.Bad : FindingState.Ok, free, isLow ? "Free space: a run needs room for what it reads and for what the engine sets down meanwhile" : null);
        var finding = Try("project", () => Composition.ReadProject(context.ProjectFolder).Settings.Name);
        yield return finding;
        if (finding.State != FindingState.Ok)
        {
            yield break;
        }

        yield return OfWarehouse(context);
        var project = Composition.ReadProject(context.ProjectFolder);
        var look = new DoctorFindings(project, TimeProvider.System);
        foreach (var found in look.OfFolder().Concat(OfLoads(context, project, look)))
        {
            yield return found;
        }
    }

    private static Finding OfWarehouse(CommandContext context)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var path = Composition.WarehouseOf(project);
        if (!File.Exists(path))
        {
            return new("warehouse", FindingState.Note, "not there yet; `crm run` makes it");
        }

        if (RunFile.Holder(path) is { } holder && context.Served is null)
        {
            RunFile.ThrowIfServed(path);
            return new("warehouse", FindingState.Note, $"{holder} holds it");
        }

        return Try("warehouse", () =>
        {
            using var warehouse = Composition.OpenToRead(project, context);
            var size = new FileInfo(path).Length;
            return string.Create(CultureInfo.InvariantCulture, $"{(context.Served is null ? "opens" : $"is open in {RunFile.Holder(path)}")}; {size / 1e6:0.0} MB, schema version {WarehouseSchemaVersion(warehouse)}");
        });
    }

    private static IReadOnlyList<Finding> OfLoads(CommandContext context, Project project, DoctorFindings look)
    {
        if (!File.Exists(Composition.WarehouseOf(project)) || (context.Served is null && RunFile.Holder(Composition.WarehouseOf(project)) is not null && RunFile.IsHeld(Composition.WarehouseOf(project))))
        {
            return [];
        }

        try
        {
            using var warehouse = Composition.OpenToRead(project, context);
            using var session = warehouse.Instance.Connect();
            return [.. look.OfLoads(session)];
        }
        catch (Exception e) when (e is CrmException or EngineException)
        {
            // What is wrong with the warehouse itself is told by its own finding.
            return [];
        }
    }

    private static int WarehouseSchemaVersion(OpenWarehouse warehouse)
    {
        using var session = warehouse.Instance.Connect();
        return session.Scalar<int>(SqlFile.Beside(typeof(DoctorCommand)).Fill("version"));
    }

    private static Finding Program(string name, string[] names, string purpose)
    {
        var extensions = OperatingSystem.IsWindows() ? new[] { ".exe", ".cmd" } : [""];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var found = (from n in names from folder in folders from e in extensions select Path.Combine(folder, n + e)).FirstOrDefault(File.Exists);
        return found is null ? new(name, FindingState.Note, $"not found on the PATH; it {purpose}") : new(name, FindingState.Ok, found);
    }

    private static Finding Try(string name, Func<string> look)
    {
        try
        {
            return new(name, FindingState.Ok, look());
        }
        catch (Exception e) when (e is CrmException or EngineException or IOException or UnauthorizedAccessException or DllNotFoundException or TypeInitializationException)
        {
            return new(name, FindingState.Bad, e.Message);
        }
    }

}
