using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

/// <summary>A temporary folder with room for a warehouse; gone when disposed.</summary>
internal sealed class WarehouseFolder : IDisposable
{
    public WarehouseFolder() => Path = Directory.CreateTempSubdirectory("crm-storage-").FullName;

    public string Path { get; }

    public string Warehouse => System.IO.Path.Combine(Path, "warehouse.duckdb");

    public WarehouseOptions Options => new(Warehouse) { Threads = 2 };

    public string File(string name, string? content = null)
    {
        var file = System.IO.Path.Combine(Path, name);
        if (content is not null)
            System.IO.File.WriteAllText(file, content);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
