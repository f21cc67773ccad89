using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>Writes landed batches anew with another key, or in the clear. What is so already stays as it is; what a killed run left unfinished goes.</summary>
/// <param name="scratch">A session that may read and write the landing and has all keys.</param>
/// <param name="folder">Full path of the landing folder.</param>
/// <param name="from">Keys that batches may be encrypted with.</param>
/// <param name="to">The key; null for none.</param>
public sealed class LandingReseal(ISession scratch, string folder, IReadOnlyList<DataKey> from, DataKey? to)
{
    private static readonly SqlFile sql = SqlFile.Beside<LandingReseal>();

    /// <summary>Does it.</summary>
    /// <returns>Batches written anew.</returns>
    /// <exception cref="CrmException">A batch is encrypted with none of the keys; it stays as it is.</exception>
    public int Run(CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        // Pieces of loads that were cut off, and what was on its way to a cluster: the next run makes them again.
        foreach (var work in Directory.EnumerateDirectories(folder, ".tmp", SearchOption.AllDirectories).Append(Path.Combine(folder, ".cluster")).Where(Directory.Exists).ToList())
        {
            Directory.Delete(work, recursive: true);
        }

        // Lists of keys belong to the run that read them.
        foreach (var keys in Directory.EnumerateFiles(folder, "keys.parquet", SearchOption.AllDirectories).ToList())
        {
            File.Delete(keys);
        }

        var batches = 0;
        foreach (var manifest in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Path.GetRelativePath(folder, manifest).Split(Path.DirectorySeparatorChar) is [var source, var stream, var file])
            {
                var rows = Rows(Path.ChangeExtension(manifest, "parquet"), cancellation);
                batches += Manifest(manifest, LandingStore.NameOf(source, stream, Path.GetFileNameWithoutExtension(file))) || rows ? 1 : 0;
            }
        }

        return batches;
    }

    private bool Rows(string path, CancellationToken cancellation)
    {
        var key = File.Exists(path) && IsSealed(path) ? from.FirstOrDefault(k => Opens(path, k)) ?? throw OtherKey(path) : null;
        if (!File.Exists(path) || key?.Name == to?.Name)
        {
            return false;
        }

        var made = $"{path}.sealed";
        scratch.Execute(sql.Fill("rewrite", ("parquet", $"{EnginePath.Literal(path)}{key?.ReadOption}"), ("target", SqlName.Literal(made)), ("sealed", to?.WriteOption ?? "")), null, cancellation);
        using (var file = new FileStream(made, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        File.Move(made, path, overwrite: true);
        return true;
    }

    private bool Manifest(string path, string name)
    {
        var content = File.ReadAllBytes(path);
        var opened = content;
        var key = DataKey.IsSealed(content) ? from.FirstOrDefault(k => k.TryOpen(content, name, out opened)) ?? throw OtherKey(path) : null;
        if (key?.Name == to?.Name)
        {
            return false;
        }

        var made = $"{path}.sealed";
        using (var file = new FileStream(made, FileMode.Create))
        {
            file.Write(to is null ? opened : to.Seal(opened, name));
            file.Flush(flushToDisk: true);
        }

        File.Move(made, path, overwrite: true);
        return true;
    }

    private bool Opens(string path, DataKey key)
    {
        try
        {
            scratch.Describe(sql.Fill("try", ("parquet", $"{EnginePath.Literal(path)}{key.ReadOption}")));
            return true;
        }
        catch (EngineException e) when (e.Kind is not EngineErrorKind.Interrupted)
        {
            return false;
        }
    }

    // An encrypted Parquet file says so in its first bytes.
    private static bool IsSealed(string path)
    {
        Span<byte> head = stackalloc byte[4];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("PARE"u8);
    }

    private static CrmException OtherKey(string path) => new(
        FailureKind.CheckFailed, "what landed is encrypted with another key, or was changed", path, "the key that it was landed with", "Bring that key back, or restore a backup, then `crm encrypt` again: it goes on where it was");
}
