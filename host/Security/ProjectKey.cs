using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Security;

/// <summary>A secret of the project: 32 random bytes, written as 64 hexadecimal digits. There is no default; one is made when it is first needed.</summary>
internal sealed class ProjectKey
{
    private const int Bytes = 32;
    private readonly byte[] _key;

    private ProjectKey(byte[] key) => _key = key;

    /// <summary>True when it was made just now.</summary>
    public bool IsNew { get; private init; }

    /// <summary>True when it lies in the project, where it was made.</summary>
    public bool IsKeptHere { get; private init; }

    /// <summary>The key as it is written.</summary>
    public string Text => Convert.ToHexStringLower(_key);

    /// <summary>
    /// The key of that name: the environment variable NAME, else the file that NAME_FILE names, else <c>secrets/NAME</c> of the project, which is made, readable
    /// by its owner alone, when there is none.
    /// </summary>
    /// <param name="folder">Full path of the project folder.</param>
    /// <param name="name">The secret's name.</param>
    /// <exception cref="CrmException">What stands there is no such key.</exception>
    public static ProjectKey Of(string folder, string name) => Find(folder, name)
        ?? new(Make(PathOf(folder, name), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)), out var isNew)) { IsNew = isNew, IsKeptHere = true };

    /// <summary>The key of that name where there is one; null where there is none. See <see cref="Of"/>.</summary>
    public static ProjectKey? Find(string folder, string name)
    {
        var path = PathOf(folder, name);
        return Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? new(Parse(given, name))
            : File.Exists(path) ? new(Parse(File.ReadAllText(path), path)) { IsKeptHere = Environment.GetEnvironmentVariable($"{name}_FILE") is null }
            : null;
    }

    /// <summary>Keeps a key that comes from elsewhere, as from a backup, unless the project has one.</summary>
    public static void Keep(string folder, string name, string text) => Make(Path.Combine(folder, "secrets", name), text, out _);

    /// <summary>Puts another key in the place of the one that is kept in the project.</summary>
    public static void Replace(string folder, string name, string text)
    {
        var (path, next) = (Path.Combine(folder, "secrets", name), Path.Combine(folder, "secrets", $"{name}.next"));
        File.Delete(next);
        Make(next, text, out _);
        File.Move(next, path, overwrite: true);
    }

    /// <summary>The keyed hash of a text (HMAC-SHA-256).</summary>
    public byte[] Hash(ReadOnlySpan<byte> content) => HMACSHA256.HashData(_key, content);

    /// <summary>
    /// What stands for a text in what leaves the program: equal for equal texts, so long (96 bits) that no two are alike, and no note or formula in a file of text.
    /// </summary>
    public string LongPseudonym(string text) => $"~{Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(text)))[..24]}";

    /// <summary>What stands for a text where the text itself must not: equal for equal texts, and telling nothing of them to who has not the key.</summary>
    public string Pseudonym(string text) => $"#{Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(text)))[..16]}";

    private static string PathOf(string folder, string name) => Environment.GetEnvironmentVariable($"{name}_FILE") ?? Path.Combine(folder, "secrets", name);

    private static byte[] Make(string path, string text, out bool isNew)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // Written whole under another name first: two processes that make it at one time end up with one key.
        var made = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = new FileStream(made, options))
        {
            file.Write(Encoding.ASCII.GetBytes($"{text}\n"));
            file.Flush(flushToDisk: true);
        }

        isNew = true;
        try
        {
            File.Move(made, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(made);
            isNew = false;
        }

        return Parse(File.ReadAllText(path), path);
    }

    private static byte[] Parse(string text, string where)
    {
        text = text.Trim();
        return text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit) && text.Distinct().Count() > 4 ? Convert.FromHexString(text)
            : throw new CrmException(FailureKind.CheckFailed, "what is given as key is none", where, "64 hexadecimal digits made at random", "Take the file away, and one is made; what was made with a former key needs that key");
    }
}
