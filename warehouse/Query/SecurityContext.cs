using System.Globalization;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Who asks: what access policies are held against.</summary>
/// <param name="Groups">Groups they belong to; <c>*</c> is implied.</param>
/// <param name="Attributes">What is known of them, by name: one or several texts for <c>{securityContext.NAME}</c> in a policy's row filters.</param>
public sealed record SecurityContext(IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    /// <summary>Somebody of no group, of whom nothing is known.</summary>
    public static SecurityContext Nobody { get; } = new([], new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>True when values that tell who a person is are out of their sight, whatever policies say.</summary>
    public bool MasksPersonal { get; init; }

    /// <summary>The same text for equal contexts, and another for any two that differ: part of what an answer is remembered by.</summary>
    public string Key => string.Concat(
        MasksPersonal ? "masked " : "",
        Many(Groups.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
        Many(Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => One(a.Key) + Many(a.Value))));

    // Each text behind its length, each list behind its count, so that no text can stand for two.
    private static string One(string text) => string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text}");

    private static string Many(IEnumerable<string> texts)
    {
        var all = texts.ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{all.Count}[{string.Concat(all.Select(One))}]");
    }
}
