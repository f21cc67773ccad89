using System.Globalization;
using System.Text;

namespace Crm.Analytics.Host.Security;

/// <summary>Where the audit log ends: kept apart from it, so that what is cut off its end is missed.</summary>
/// <param name="Number">The last entry's number; 0 for none.</param>
/// <param name="Mac">Its hash.</param>
/// <param name="Segment">The file it stands in.</param>
/// <param name="Length">That file's length behind it.</param>
internal sealed record AuditHead(long Number, string Mac, string Segment, long Length)
{
    /// <summary>Of a log that has no entry.</summary>
    public static AuditHead None { get; } = new(0, AuditEntry.NoMac, "", 0);

    /// <summary>Reads it.</summary>
    /// <returns>Null when what stands there was not written with this key.</returns>
    public static AuditHead? Read(Stream from, ProjectKey key)
    {
        from.Position = 0;
        using var reader = new StreamReader(from, Encoding.UTF8, leaveOpen: true);
        var parts = reader.ReadToEnd().TrimEnd().Split(' ');
        return parts.Length == 5 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var number) && long.TryParse(parts[3], CultureInfo.InvariantCulture, out var length)
            && new AuditHead(number, parts[1], parts[2], length) is var head && head.Proof(key) == parts[4] ? head : null;
    }

    /// <summary>Writes it over what stands there.</summary>
    public void Write(FileStream to, ProjectKey key, bool isDurable)
    {
        var text = Encoding.UTF8.GetBytes($"{Text} {Proof(key)}\n");
        to.Position = 0;
        to.Write(text);
        if (to.Length > text.Length)
        {
            to.SetLength(text.Length);
        }

        to.Flush(isDurable);
    }

    private string Text => string.Create(CultureInfo.InvariantCulture, $"{Number} {Mac} {Segment} {Length}");

    private string Proof(ProjectKey key) => Convert.ToHexStringLower(key.Hash(Encoding.UTF8.GetBytes($"head {Text}")));
}
