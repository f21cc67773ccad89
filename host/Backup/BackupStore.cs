using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Backup;

/// <summary>
/// A folder of backups. Contents are kept in encrypted pieces named by what they hold, so that a piece which many backups share is there once; a backup is a
/// list of pieces, written last, so that one that was broken off does not exist.
/// </summary>
internal sealed class BackupStore
{
    /// <summary>Bytes of a piece.</summary>
    public const int PieceBytes = 1 << 20;

    private const string Extension = ".set";
    private const string SuppressedName = "suppressed";
    private readonly BackupKey _key;

    private BackupStore(string folder, BackupKey key) => (Folder, _key) = (folder, key);

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Bytes written since it was opened.</summary>
    public long Written { get; private set; }

    /// <summary>Opens a folder to write backups to; made when it is not there.</summary>
    public static BackupStore ToWrite(string folder, BackupKey key)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "sets"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrmException(FailureKind.Failed, $"the folder for backups cannot be made ({e.Message})", folder, "a folder this user may write to", "Correct `backup: {to: …}` in crm.yaml, or --to", e);
        }

        return new(folder, key);
    }

    /// <summary>Opens a folder of backups.</summary>
    /// <exception cref="CrmException">There are none.</exception>
    public static BackupStore ToRead(string folder, BackupKey key) => Directory.Exists(Path.Combine(folder, "sets"))
        ? new(folder, key)
        : throw new CrmException(FailureKind.WrongUse, "no backups", folder, "a folder that `crm backup` wrote to", "Correct --from");

    /// <summary>Every backup, oldest first.</summary>
    public IReadOnlyList<BackupSet> Sets() =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "sets"), "*" + Extension).Order(StringComparer.Ordinal).Select(ReadSet)];

    /// <summary>Keeps a stream's content.</summary>
    /// <param name="path">Its path in the project.</param>
    /// <param name="content">Read from where it stands to its end.</param>
    /// <param name="modified">When it was changed last.</param>
    /// <param name="cancellation">Stops the work.</param>
    public BackupFile Put(string path, Stream content, DateTimeOffset modified, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pieces = new List<string>();
        var buffer = new byte[PieceBytes];
        var length = 0L;
        for (var read = content.ReadAtLeast(buffer, PieceBytes, throwOnEndOfStream: false); read > 0; read = content.ReadAtLeast(buffer, PieceBytes, throwOnEndOfStream: false))
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            pieces.Add(PutPiece(buffer.AsSpan(0, read)));
            length += read;
        }

        return new(path, length, modified, Convert.ToHexStringLower(hash.GetHashAndReset()), pieces);
    }

    /// <summary>Writes a file's content.</summary>
    /// <exception cref="CrmException">A piece is missing or damaged, or the whole is not what was kept.</exception>
    public void Get(BackupFile file, Stream to, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in file.Pieces)
        {
            cancellation.ThrowIfCancellationRequested();
            var content = ReadPiece(piece, file.Path);
            hash.AppendData(content);
            to.Write(content);
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
        {
            throw Damaged(file.Path, "its content is not what was kept", null);
        }
    }

    /// <summary>Keeps the list of a backup, which makes it exist.</summary>
    public void Put(BackupSet set)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{set.At.UtcDateTime:yyyyMMdd'T'HHmmss'.'fff'Z'}-run{set.Run ?? 0}");
        Write(Path.Combine(Folder, "sets", name + Extension), _key.Encrypt(JsonSerializer.SerializeToUtf8Bytes(set), name));
    }

    /// <summary>Keeps the suppression list beside the backups, so that restoring an old one obeys the newest list.</summary>
    public void PutSuppressed(string list) => Write(SuppressedPath, _key.Encrypt(Encoding.UTF8.GetBytes(list), SuppressedName));

    /// <summary>The newest suppression list; null when there is none.</summary>
    public string? Suppressed()
    {
        try
        {
            return File.Exists(SuppressedPath) ? Encoding.UTF8.GetString(_key.Decrypt(File.ReadAllBytes(SuppressedPath), SuppressedName)) : null;
        }
        catch (CryptographicException e)
        {
            throw Damaged(SuppressedPath, "the list of those who were erased was made with another key, or is damaged", e);
        }
    }

    private string SuppressedPath => Path.Combine(Folder, SuppressedName);

    private string PutPiece(ReadOnlySpan<byte> content)
    {
        var name = _key.NameOf(content);
        var path = PathOf(name);
        if (File.Exists(path))
        {
            return name;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Write(path, _key.Encrypt(content, name));

        // What was written is read again before it is relied on.
        if (!ReadPiece(name, "what was just written").AsSpan().SequenceEqual(content))
        {
            throw Damaged(path, "the disk gave back other bytes than were written", null);
        }

        return name;
    }

    private byte[] ReadPiece(string name, string of)
    {
        try
        {
            return name.Length > 2 && name.All(char.IsAsciiHexDigit) ? _key.Decrypt(File.ReadAllBytes(PathOf(name)), name) : throw new CryptographicException("no name of a piece");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(of, e is CryptographicException ? "a piece of it is damaged" : e.Message, e);
        }
    }

    private BackupSet ReadSet(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<BackupSet>(_key.Decrypt(File.ReadAllBytes(path), Path.GetFileNameWithoutExtension(path)))!;
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            throw new CrmException(FailureKind.CheckFailed, "the backup was made with another key, or is damaged", path, "the key it was made with", "Give that key, or take the damaged file away", e);
        }
    }

    private void Write(string path, byte[] bytes)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            Written += bytes.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrmException(FailureKind.Failed, $"the backup cannot be written ({e.Message})", path, "a folder that may be written, with room", "Free space, then again: what is kept already is not written twice", e);
        }
    }

    private string PathOf(string piece) => Path.Combine(Folder, "pieces", piece[..2], piece);

    private CrmException Damaged(string of, string found, Exception? cause) =>
        new(FailureKind.Failed, $"{found} ({of})", Folder, "every piece of the backup as it was written", "Restore another backup of the folder, and look after its disk", cause);
}
