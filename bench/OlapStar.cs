using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Bench;

/// <summary>A project whose star was made up by SQL, the tables those of the standard model, with rollups that a run would have built.</summary>
internal static class OlapStar
{
    /// <summary>The project with so many million order lines; made once and kept until it is deleted.</summary>
    public static string Of(int millions)
    {
        var project = Path.Combine(Layout.Work, $"olap-{millions}");
        var file = FileOf(project);
        if (File.Exists(file))
        {
            return project;
        }

        Directory.CreateDirectory(Path.Combine(project, "model"));
        File.WriteAllText(Path.Combine(project, "crm.yaml"), "name: OLAP bench\nmemory: 8GB\n");
        foreach (var cubes in (string[])["cubes.yaml", .. millions <= OlapRouting.MostMillions ? ["weighed.yaml"] : Array.Empty<string>()])
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Olap", cubes), Path.Combine(project, "model", cubes), overwrite: true);
        }

        var declared = ProjectReader.ReadOrThrow(project, StandardConnectors.Options);
        var unfinished = $"{file}.unfinished";
        File.Delete(unfinished);
        using (var warehouse = DuckDbInstance.OpenWarehouse(new WarehouseOptions(unfinished) { AllowedDirectories = [project], MemoryLimit = "6000MB" }))
        using (var session = warehouse.Connect())
        {
            StarSchema.Apply(session, declared.Catalogue);
            session.Execute(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Olap", "star.sql")).Replace("{millions}", millions.ToString(CultureInfo.InvariantCulture))
                .Replace("{customers}", (millions * 50_000).ToString(CultureInfo.InvariantCulture)));
            session.InTransaction(() => RollupLoad.Apply(session, declared.Catalogue, 1));
            session.TryCheckpoint();
        }

        File.Move(unfinished, file);
        return project;
    }

    /// <summary>The warehouse of a project.</summary>
    public static string FileOf(string project) => Path.Combine(project, "warehouse.duckdb");
}
