using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Security;

/// <summary>Who sends a request.</summary>
/// <param name="Name">The user's or token's name.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Groups">Groups that access policies speak of.</param>
/// <param name="Attributes">What policies may compare rows with, by name.</param>
internal sealed record Asker(string Name, AccessRole Role, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    /// <summary>Who uses a server that nobody was given access to: the owner of this machine's account.</summary>
    public static Asker Owner { get; } = new("owner", AccessRole.Administrator, [], new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>True when values that tell who a person is are kept from them.</summary>
    public bool MasksPersonal { get; init; }

    /// <summary>What access policies are held against; null: nothing is kept from them.</summary>
    public SecurityContext? Security => Role == AccessRole.Administrator ? null : new SecurityContext(Groups, Attributes) { MasksPersonal = MasksPersonal };
}
