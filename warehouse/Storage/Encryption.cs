using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// Encryption of what the engine writes. It asks for a cryptographic library of its own (an extension that this program does without) before it writes what is encrypted, since the
/// one that is linked in draws its nonces from a generator with 64 bits of the system's randomness; decision 0055 says what that means, and why it is used all the same.
/// </summary>
internal static class Encryption
{
    private const int FlagsAt = 20;

    /// <summary>Gives an instance its keys, before its configuration is locked; what it sets down on disk meanwhile is encrypted too, with a key of its own.</summary>
    /// <param name="root">The instance's first connection.</param>
    /// <param name="key">What it writes with.</param>
    /// <param name="former">What else it can read with.</param>
    public static void Prepare(DuckDBConnection root, DataKey? key, DataKey? former = null)
    {
        if (key is null && former is null)
        {
            return;
        }

        Run(root, "SET force_mbedtls_unsafe = true; SET temp_file_encryption = true");
        foreach (var known in new[] { key, former }.OfType<DataKey>())
        {
            // Handed over as values: no statement holds a key.
            Run(root, "SET VARIABLE parquet_key = $key", known.Parquet);
            Run(root, $"PRAGMA add_parquet_key({SqlName.Literal(known.Name)}, getvariable('parquet_key')); RESET VARIABLE parquet_key");
        }
    }

    /// <summary>Attaches a file, encrypted when there is a key.</summary>
    public static void Attach(DuckDBConnection root, string path, string catalog, DataKey? key, bool readOnly = false)
    {
        string[] options = [.. key is null ? Array.Empty<string>() : ["ENCRYPTION_KEY $key"], .. readOnly ? ["READ_ONLY"] : Array.Empty<string>()];
        Run(root, $"ATTACH {SqlName.Literal(path)} AS {catalog}{(options.Length == 0 ? "" : $" ({string.Join(", ", options)})")}", key?.Warehouse);
    }

    /// <summary>Whether a warehouse's file says that it is encrypted; null when it is not there or no such file.</summary>
    public static bool? IsEncrypted(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var head = new byte[FlagsAt + 1];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan(8, 4).SequenceEqual("DUCK"u8) ? (head[FlagsAt] & 1) == 1 : null;
    }

    private static void Run(DuckDBConnection root, string sql, string? key = null)
    {
        using var command = root.CreateCommand();
        command.CommandText = sql;
        if (key is not null)
        {
            command.Parameters.Add(new DuckDBParameter("key", key));
        }

        command.ExecuteNonQuery();
    }
}
