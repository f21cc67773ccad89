using System.Text;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host;

/// <summary>Adds a report to a project: what `crm report new` does, and "Save as report" on a page.</summary>
/// <param name="project">The project.</param>
/// <param name="door">Who asks for it, for errors.</param>
internal sealed class NewReport(Project project, string door)
{
    /// <summary>Writes a report.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="write">Makes its YAML.</param>
    /// <param name="replaces">True: an older one of that name is replaced.</param>
    /// <returns>The file, and the report in it.</returns>
    /// <exception cref="CrmException">The name is none, or taken, or the report would not be right.</exception>
    public (string Path, ReportPlan Plan) Save(string name, Func<string> write, bool replaces)
    {
        if (!Identifier.IsValid(name))
        {
            throw new CrmException(FailureKind.WrongUse, $"'{name}'", door, "a name: lower-case letters, digits and _, a letter first", "Choose another name");
        }

        var path = Path.Combine(project.Folder, ReportFiles.Folder, $"{name}.yaml");
        if (File.Exists(path) && !replaces)
        {
            throw new CrmException(FailureKind.WrongUse, "a report of that name is there", path, "a new name", "Choose another name, or replace it with `crm report new --force`");
        }

        var text = write();
        var plan = ReportFiles.Plan(new ReportFile(name, $"{ReportFiles.Folder}/{name}.yaml", FromLibrary: false, Encoding.UTF8.GetBytes(text)), project.Catalogue);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return (path, plan);
    }
}
