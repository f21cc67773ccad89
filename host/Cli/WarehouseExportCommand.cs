using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Engines;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm warehouse export</c>: the star as Parquet files with a manifest, for other programs.</summary>
internal static class WarehouseExportCommand
{
    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "Name of the folder within out/ (default: star-runN); empty or not there", HelpName = "NAME" };
        return new Command("export", "Write the star as Parquet files, facts by year, with a manifest of tables, rows and hashes") { to }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            var name = parsed.GetValue(to);
            if (name is not null && (Path.GetFileName(name) != name || name.StartsWith('.')))
            {
                throw new CrmException(FailureKind.WrongUse, $"'{name}'", "--to", "the name of a folder within out/, as star-2025", "Give a name; nothing outside out/ may be written");
            }

            var manifest = Composition.Export(project, context, name);
            if (context.Json)
            {
                context.WriteJson(manifest.Write);
                return 0;
            }

            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Run {manifest.Run} in {manifest.Folder}: {manifest.Tables.Count:N0} tables, {manifest.Tables.Sum(t => t.Rows):N0} rows, {manifest.Tables.Sum(t => t.Files.Count):N0} files, {manifest.Tables.SelectMany(t => t.Files).Sum(f => f.Bytes) / 1e6:N1} MB; {StarManifest.FileName} tells them."));
            return 0;
        });
    }
}
