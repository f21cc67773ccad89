using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>A declaration with the YAML it was read from, so that checks can point at any part of it.</summary>
/// <param name="Value">The declaration.</param>
/// <param name="Node">The YAML.</param>
/// <param name="Standard">True when it comes with the program, false when the project declares it.</param>
internal sealed record Declared<T>(T Value, YamlMap Node, bool Standard);

/// <summary>Everything that was declared, before it is checked as a whole.</summary>
internal sealed class Model
{
    public Dictionary<string, Declared<Contract>> Contracts { get; } = [];

    public Dictionary<string, Declared<Dimension>> Dimensions { get; } = [];

    public Dictionary<string, Declared<Fact>> Facts { get; } = [];

    public Dictionary<string, Declared<Cube>> Cubes { get; } = [];

    /// <summary>The identity declaration; a project has one at most.</summary>
    public Dictionary<string, Declared<IdentityDeclaration>> Identities { get; } = [];

    /// <summary>Stems of files that could not be read: what they declare is unknown, so references to such names are not complained about.</summary>
    public HashSet<string> Unreadable { get; } = [];

    /// <summary>
    /// Adds a declaration. One of the project replaces the standard one of the same name; two of the project are a problem, and the first stays.
    /// </summary>
    public static void Add<T>(Dictionary<string, Declared<T>> into, string kind, string name, YamlScalar? at, Declared<T> declared, List<Problem> problems)
        where T : notnull
    {
        if (name.Length == 0)
        {
            return;
        }

        if (into.TryGetValue(name, out var other) && other.Standard == declared.Standard)
        {
            problems.Add(new(at?.Where ?? declared.Node.Where, $"{kind} '{name}' for the second time",
                $"each {kind} once (the first is at {other.Node.Scalar(kind is "cube" ? "name" : kind)?.Where ?? other.Node.Where})", "rename or remove one of the two"));
            return;
        }

        into[name] = declared;
    }

    public Catalogue ToCatalogue() => new(Values(Contracts), Values(Dimensions), Values(Facts), Values(Cubes))
    {
        Identity = Identities.Values.FirstOrDefault()?.Value,
    };

    private static Dictionary<string, T> Values<T>(Dictionary<string, Declared<T>> declared)
    {
        var values = new Dictionary<string, T>(declared.Count);
        foreach (var (name, item) in declared)
        {
            values.Add(name, item.Value);
        }

        return values;
    }
}
