namespace Crm.Analytics.Warehouse.Query;

/// <summary>Who asks: what access policies are held against.</summary>
/// <param name="Groups">Groups they belong to; <c>*</c> is implied.</param>
/// <param name="Attributes">What is known of them, by name: one or several texts for <c>{securityContext.NAME}</c> in a policy's row filters.</param>
public sealed record SecurityContext(IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    /// <summary>Somebody of no group, of whom nothing is known.</summary>
    public static SecurityContext Nobody { get; } = new([], new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>The same text for equal contexts: part of what an answer is remembered by.</summary>
    public string Key => string.Join('\u001f', Groups.Order(StringComparer.Ordinal)) + "\u001e"
        + string.Join('\u001f', Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}\u001d{string.Join('\u001d', a.Value)}"));
}
