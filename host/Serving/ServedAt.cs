using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Serving;

/// <summary>Where a process takes commands for the warehouse that it has open.</summary>
/// <param name="Address">The server, on this machine.</param>
/// <param name="Token">What a command shows to be let in; only the owner of the run file can read it.</param>
internal sealed record ServedAt(Uri Address, string Token)
{
    /// <summary>Reads it from a run file; null when its process takes no commands.</summary>
    public static ServedAt? Read(JsonElement json)
        => json.TryGetProperty("address", out var address) ? new(new Uri(address.GetString()!), json.GetProperty("token").GetString()!) : null;

    /// <summary>Writes it into a run file.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("address", Address.AbsoluteUri);
        json.WriteString("token", Token);
    }
}

/// <summary>The warehouse is open in a process that takes commands: the command goes there. Where that is impossible it reads as busy.</summary>
internal sealed class ServedElsewhereException(ServedAt at, string holder, string warehouse)
    : CrmException(FailureKind.Busy, $"{holder} has the warehouse open", warehouse, "a command that can go through it", $"Use {at.Address}, or end that process first")
{
    public ServedAt At { get; } = at;
}
