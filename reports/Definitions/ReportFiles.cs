using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>A report file, not read yet.</summary>
/// <param name="Name">Its stem, which is the report's name.</param>
/// <param name="File">Path as the user knows it: <c>reports/x.yaml</c>.</param>
/// <param name="FromLibrary">True for a standard report, false for one of the project.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ReportFile(string Name, string File, bool FromLibrary, ReadOnlyMemory<byte> Content);

/// <summary>The reports there are: the library's, and those in the project's <c>reports</c> folder, which replace library reports of the same name.</summary>
public static class ReportFiles
{
    /// <summary>The folder of a project that holds its own reports.</summary>
    public const string Folder = "reports";

    private const string LibraryPrefix = "reports/";

    /// <summary>All report files, by name.</summary>
    /// <param name="projectFolder">The project; null for the library alone.</param>
    /// <exception cref="CrmException">A file of the project cannot be opened.</exception>
    public static IReadOnlyList<ReportFile> List(string? projectFolder)
    {
        var files = Library().ToDictionary(f => f.Name, StringComparer.Ordinal);
        var folder = projectFolder is null ? null : Path.Combine(projectFolder, Folder);
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
            {
                var name = Path.GetFileNameWithoutExtension(path);
                files[name] = new ReportFile(name, $"{Folder}/{Path.GetFileName(path)}", FromLibrary: false, Bytes(path));
            }
        }

        return [.. files.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    /// <summary>The plan of a report.</summary>
    /// <param name="file">The report.</param>
    /// <param name="catalogue">The members it may name.</param>
    /// <param name="language">BCP 47 language of its texts; the report's first language when it lacks this one.</param>
    /// <exception cref="DeclarationException">The report has problems; it carries all of them.</exception>
    public static ReportPlan Plan(ReportFile file, Catalogue catalogue, string language = "en")
    {
        var problems = new List<Problem>();
        var plan = Read(file, catalogue, language, problems);
        return problems.Count == 0 ? plan! : throw new DeclarationException(InFileOrder(problems));
    }

    /// <summary>Where a report is delivered: what it says itself, and what <c>crm.yaml</c> says of it.</summary>
    /// <exception cref="DeclarationException">One of them has problems; it carries all of them.</exception>
    public static IReadOnlyList<DeliveryPlan> Deliveries(ReportFile file, Project project)
    {
        var own = Plan(file, project.Catalogue, project.Settings.Locale).Deliveries;
        var problems = new List<Problem>();
        IReadOnlyList<DeliveryPlan> further = project.Settings.Deliver is { } deliver ? ReportReader.Deliveries(file, deliver, project.Catalogue, project.Settings.Locale, problems) : [];
        return problems.Count == 0 ? [.. own, .. further] : throw new DeclarationException(InFileOrder(problems));
    }

    /// <summary>Every problem of the deliveries in <c>crm.yaml</c>: of reports that are not there, and of what their reports do not have.</summary>
    public static IReadOnlyList<Problem> CheckDeliveries(IReadOnlyList<ReportFile> files, Project project)
    {
        var problems = new List<Problem>();
        foreach (var (name, value) in project.Settings.Deliver?.Entries ?? [])
        {
            if (value is YamlMap map && map.Scalar("report") is { } report && files.All(f => f.Name != report.Text))
            {
                problems.Add(new(report.Where, $"unknown name {Quoted.Text(report.Text)}", NearestName.Expected("a report", report.Text, [.. files.Select(f => f.Name)]), "correct the name"));
            }

            if (value is YamlMap { } own && files.FirstOrDefault(f => f.Name == own.Text("report")) is { } file)
            {
                var found = Plan(file, project.Catalogue, "en", []);
                problems.AddRange(found?.Deliveries.Where(d => d.Name == name.Text).Select(d => new Problem(name.Where, $"delivery '{name.Text}' for the second time", $"each name once (the first is at {d.Where})", "rename one of the two")) ?? []);
            }
        }

        foreach (var file in files.Where(_ => project.Settings.Deliver is not null))
        {
            ReportReader.Deliveries(file, project.Settings.Deliver!, project.Catalogue, "en", problems);
        }

        return InFileOrder(problems);
    }

    private static ReportPlan? Plan(ReportFile file, Catalogue catalogue, string language, List<Problem> problems) => Read(file, catalogue, language, problems);

    /// <summary>Every problem of every report, in file order; empty when all are right.</summary>
    public static IReadOnlyList<Problem> Check(IReadOnlyList<ReportFile> files, Catalogue catalogue)
    {
        var problems = new List<Problem>();
        foreach (var file in files)
        {
            Read(file, catalogue, "en", problems);
        }

        return InFileOrder(problems);
    }

    private static ReportPlan? Read(ReportFile file, Catalogue catalogue, string language, List<Problem> problems)
    {
        var plan = ReportReader.Read(file.File, file.Content.ToArray(), catalogue, language, problems);
        if (plan is not null && plan.Name.Length > 0 && plan.Name != file.Name)
        {
            problems.Add(new(plan.Where, $"report '{plan.Name}' in a file named '{file.Name}.yaml'", $"'{plan.Name}.yaml', so that each report is found by its name",
                "rename the file or the report"));
        }

        return plan;
    }

    private static IEnumerable<ReportFile> Library()
    {
        var assembly = typeof(ReportFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(LibraryPrefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            yield return new ReportFile(Path.GetFileNameWithoutExtension(resource), resource, FromLibrary: true, content.ToArray());
        }
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CrmException(FailureKind.Failed, $"a report file that cannot be opened ({error.Message.TrimEnd('.')})", path, "a file that can be read",
                "Check its permissions", error);
        }
    }

    private static List<Problem> InFileOrder(List<Problem> problems) =>
        [.. problems.Distinct().OrderBy(p => p.Where.File, StringComparer.Ordinal).ThenBy(p => p.Where.Line).ThenBy(p => p.Where.Column)];
}
