using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Privacy;

/// <summary>
/// Who was erased and must not come back: keyed hashes of records (<c>SOURCE:ID</c>) and of e-mail addresses, in a file of the project. It tells nobody's name,
/// and to who has not the key not even whether somebody is in it. Every load and every restore obeys it.
/// </summary>
public sealed class SuppressionList
{
    /// <summary>The file in a project.</summary>
    public const string FileName = "privacy/suppressed";

    private static readonly SqlFile Sql = SqlFile.Beside<SuppressionList>();
    private readonly HashSet<string> hashes;
    private readonly string? path;
    private readonly string key;

    private SuppressionList(string? path, string key, IEnumerable<string> hashes) => (this.path, this.key, this.hashes) = (path, key, new(hashes, StringComparer.Ordinal));

    /// <summary>True when nobody is in it.</summary>
    public bool IsEmpty => hashes.Count == 0;

    /// <summary>What is in it.</summary>
    public IReadOnlyCollection<string> Hashes => hashes;

    /// <summary>True when a project has a list.</summary>
    public static bool IsThere(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>The list of a project; empty when there is none.</summary>
    /// <param name="folder">Full path of the project folder.</param>
    /// <param name="key">The secret that it is hashed with.</param>
    public static SuppressionList Of(string folder, string key)
    {
        var path = Path.Combine(folder, FileName);
        return new(path, key, File.Exists(path) ? File.ReadLines(path).Where(l => l.Length > 0) : []);
    }

    /// <summary>A list of some records that is kept nowhere: to find somebody by.</summary>
    public static SuppressionList ToFind(IReadOnlyList<string> records)
    {
        var list = new SuppressionList(null, Guid.NewGuid().ToString("N"), []);
        list.Add(records.Select(list.OfRecord));
        return list;
    }

    /// <summary>What stands for a record.</summary>
    public string OfRecord(string recordKey) => Hash(recordKey);

    /// <summary>What stands for an e-mail address, however it is spelled.</summary>
    public string OfEmail(string address) => Hash($"e-mail:{address.Trim().ToLowerInvariant()}");

    /// <summary>Adds hashes; they are on disk for good when this returns.</summary>
    public void Add(IEnumerable<string> more)
    {
        if (more.Count(hashes.Add) == 0 || path is null)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var made = path + ".tmp";
        using (var file = new FileStream(made, FileMode.Create))
        {
            // In the order of the hashes, which tells nothing of when somebody came onto the list.
            file.Write(Encoding.ASCII.GetBytes(string.Concat(hashes.Order(StringComparer.Ordinal).Select(h => $"{h}\n"))));
            file.Flush(flushToDisk: true);
        }

        File.Move(made, path, overwrite: true);
    }

    /// <summary>Makes the temporary tables that <see cref="Matches"/> speaks of.</summary>
    public void Fill(ISession session)
    {
        session.Execute(Sql.Fill("make"));
        session.Execute(Sql.Fill("key"), new { key });
        session.Execute(Sql.Fill("hashes"), new { hashes = hashes.ToList() });
    }

    /// <summary>Condition that a text (<c>SOURCE:ID</c>, or <c>e-mail:ADDRESS</c> in small letters) is in the list, after <see cref="Fill"/>.</summary>
    /// <param name="text">SQL of the text.</param>
    public static string Matches(string text) => Sql.Fill("matches", ("text", text)).Trim();

    // Hashed twice with the key, as HMAC does, in a way that the engine can follow.
    private string Hash(string text) => Sha256($"{key}{Sha256($"{key}{text}")}");

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
