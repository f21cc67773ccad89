namespace Crm.Analytics.Warehouse.Storage;

/// <summary>What a process wants to do with the warehouse.</summary>
public enum WarehouseAccess
{
    /// <summary>Read and write; makes the file when it is not there and brings its schema up to date.</summary>
    ReadWrite,

    /// <summary>Only read; several processes may, as long as none writes.</summary>
    Read,
}

/// <summary>How to open the warehouse.</summary>
/// <param name="Path">The DuckDB file.</param>
public sealed record WarehouseOptions(string Path)
{
    /// <summary>Read and write, or only read.</summary>
    public WarehouseAccess Access { get; init; } = WarehouseAccess.ReadWrite;

    /// <summary>The only folders whose files SQL may read and write: landing and out. Nothing else outside the warehouse is reachable.</summary>
    public IReadOnlyList<string> AllowedDirectories { get; init; } = [];

    /// <summary>Most memory to use, as DuckDB writes it (<c>4GB</c>); null for DuckDB's own choice (80 % of the machine's).</summary>
    public string? MemoryLimit { get; init; }

    /// <summary>Most threads to use; null for one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Where to spill what does not fit into memory; null for a folder beside the file.</summary>
    public string? TempDirectory { get; init; }

    /// <summary>The key that the file, what is written beside it and what is set down meanwhile are encrypted with; null: they are in the clear.</summary>
    public DataKey? Key { get; init; }
}

/// <summary>How to open an in-memory instance that may read the outside world but never sees the warehouse.</summary>
public sealed record ScratchOptions
{
    /// <summary>Most memory to use, as DuckDB writes it (<c>4GB</c>); null for DuckDB's own choice (80 % of the machine's).</summary>
    public string? MemoryLimit { get; init; }

    /// <summary>Most threads to use; null for one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Where to spill what does not fit into memory; null for the system's folder of temporary files.</summary>
    public string? TempDirectory { get; init; }

    /// <summary>The key that files and what is set down meanwhile are encrypted with; null: they are in the clear.</summary>
    public DataKey? Key { get; init; }

    /// <summary>Another key that files can be read with, while keys are changed.</summary>
    public DataKey? FormerKey { get; init; }
}
