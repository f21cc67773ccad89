using System.Security.Cryptography;
using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>Writes the star as Parquet: a folder for each table, in those of facts one for each year, and a manifest last.</summary>
/// <param name="session">A session of the warehouse.</param>
/// <param name="catalogue">What is declared.</param>
public sealed class StarExport(ISession session, Catalogue catalogue)
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true };

    /// <summary>Writes the star of the newest run.</summary>
    /// <param name="run">The newest run.</param>
    /// <param name="folder">A folder that the warehouse may write to; empty or not there.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CrmException">There is something in the folder.</exception>
    public StarManifest Write(int run, string folder, CancellationToken cancellation = default)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new CrmException(FailureKind.WrongUse, "a folder with something in it", folder, "one that is empty or not there", "Give another name with --to, or empty the folder");
        var tables = new List<ExportedTable>();
        session.InTransaction(() => tables.AddRange(ClusterTable.Of(catalogue).Select(t => Write(t, folder, cancellation))));
        var manifest = new StarManifest(folder, run, tables);
        using var file = File.Create(Path.Combine(folder, StarManifest.FileName));
        using var json = new Utf8JsonWriter(file, Readable);
        manifest.Write(json);
        return manifest;
    }

    private ExportedTable Write(ClusterTable table, string folder, CancellationToken cancellation)
    {
        var place = Path.Combine(folder, table.Name);
        Directory.CreateDirectory(place);
        var columns = SqlName.List(table.Star.Columns.Select(c => SqlName.Quote(c.Name)));
        var rows = table is { IsWhole: false, Day: { } day }
            ? session.Execute($"COPY (SELECT {columns}, {SqlName.Quote(day)} // 10000 AS year FROM {table.Star.FullName}) TO {SqlName.Literal(place)} (FORMAT parquet, PARTITION_BY (year), OVERWRITE_OR_IGNORE)", null, cancellation)
            : session.Execute($"COPY (SELECT {columns} FROM {table.Star.FullName}) TO {SqlName.Literal(Path.Combine(place, "rows.parquet"))} (FORMAT parquet)", null, cancellation);
        return new ExportedTable(table.Name, table.Star.Grain, rows, [.. table.Star.Columns.Select(c => (c.Name, c.Type))],
            [.. Directory.EnumerateFiles(place, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => FileOf(folder, f))]);
    }

    private static ExportedFile FileOf(string folder, string file)
    {
        using var content = File.OpenRead(file);
        return new ExportedFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
    }
}
