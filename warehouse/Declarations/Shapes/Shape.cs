namespace Crm.Analytics.Warehouse.Declarations.Shapes;

/// <summary>
/// What a piece of a declaration may look like. Shapes are data: the reader checks YAML against them, and the JSON Schemas in docs/formats are
/// written from them, so what an editor allows is what the program reads.
/// </summary>
internal abstract record Shape;

/// <summary>A list.</summary>
/// <param name="Item">Shape of each item.</param>
/// <param name="AtLeast">Fewest items.</param>
internal sealed record ListShape(Shape Item, int AtLeast = 1) : Shape;

/// <summary>A single value for short, or something longer.</summary>
/// <param name="Short">The single value.</param>
/// <param name="Long">A list or mapping.</param>
internal sealed record EitherShape(ScalarShape Short, Shape Long) : Shape;

/// <summary>Anything at all: what it may hold, somebody else's program says. Keys named like secrets only take <c>${NAME}</c>, however deep they stand.</summary>
internal sealed record AnythingShape : Shape;

/// <summary>A mapping.</summary>
/// <param name="Noun">What it declares, with its article: <c>a column</c>.</param>
/// <param name="Keys">The keys it may have.</param>
/// <param name="Free">Keys that the user names; null when there are none.</param>
internal sealed record MapShape(string Noun, IReadOnlyList<Key> Keys, FreeKeys? Free = null) : Shape
{
    /// <summary>Keys named like secrets only take <c>${NAME}</c>; see <see cref="Secret"/>.</summary>
    public bool HoldsSecrets { get; init; }

    /// <summary>True when a key with nothing after it will do: all it could hold is optional.</summary>
    public bool MayBeMissing => Free is null && Keys.All(static k => !k.Required);

    /// <summary>The key of that name, or null.</summary>
    public Key? Find(string name)
    {
        foreach (var key in Keys)
        {
            if (key.Name == name)
            {
                return key;
            }
        }

        return null;
    }
}

/// <summary>A key of a mapping.</summary>
/// <param name="Name">The key.</param>
/// <param name="Value">Shape of its value.</param>
/// <param name="Description">What it means; editors show it.</param>
/// <param name="Required">The mapping is wrong without it.</param>
internal sealed record Key(string Name, Shape Value, string Description, bool Required = false);

/// <summary>Keys that the user names.</summary>
/// <param name="Noun">What a key names, with its article: <c>a column</c>.</param>
/// <param name="Value">Shape of each value.</param>
/// <param name="AtLeast">Fewest such keys.</param>
/// <param name="AnyName">The names are the source's own, so any text will do; otherwise snake_case.</param>
internal sealed record FreeKeys(string Noun, Shape Value, int AtLeast = 1, bool AnyName = false);
