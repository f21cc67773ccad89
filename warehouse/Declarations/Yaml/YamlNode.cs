namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>A piece of a YAML text that knows its place.</summary>
/// <param name="where">Where it begins.</param>
public abstract class YamlNode(SourceLocation where)
{
    /// <summary>Where it begins.</summary>
    public SourceLocation Where { get; } = where;

    /// <summary>What it is, for the "found" part of an error; never its content.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value.</summary>
/// <param name="where">Where it begins, its quote included.</param>
/// <param name="text">The value with quotes and escapes resolved.</param>
/// <param name="quoted">True when it stands in quotes or is a block scalar, so that it is text whatever it looks like.</param>
/// <param name="textColumn">The column where <paramref name="text"/> stands letter by letter on one line; 0 when it does not.</param>
public sealed class YamlScalar(SourceLocation where, string text, bool quoted, int textColumn) : YamlNode(where)
{
    /// <summary>The value with quotes and escapes resolved.</summary>
    public string Text { get; } = text;

    /// <summary>True when it is text whatever it looks like.</summary>
    public bool Quoted { get; } = quoted;

    /// <summary>True for a key with nothing after it, <c>~</c> and <c>null</c>.</summary>
    public bool IsMissing => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Kind => IsMissing ? "no value" : Quoted && Text.Length == 0 ? "an empty text" : "a single value";

    /// <summary>The place of one character of the text; the scalar's own place when the text is folded or escaped.</summary>
    public SourceLocation At(int offset) => textColumn == 0 ? Where : Where with { Column = textColumn + offset };
}

/// <summary>A list.</summary>
/// <param name="where">Where it begins.</param>
/// <param name="items">Its items.</param>
public sealed class YamlList(SourceLocation where, List<YamlNode> items) : YamlNode(where)
{
    /// <summary>Its items.</summary>
    public List<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>Keys with values, in the order they are written; no key twice.</summary>
/// <param name="where">Where it begins.</param>
/// <param name="entries">Its keys with their values.</param>
public sealed class YamlMap(SourceLocation where, List<KeyValuePair<YamlScalar, YamlNode>> entries) : YamlNode(where)
{
    /// <summary>Its keys with their values.</summary>
    public List<KeyValuePair<YamlScalar, YamlNode>> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Kind => "a mapping of keys";

    /// <summary>The value of a key, or null.</summary>
    public YamlNode? this[string key]
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.Key.Text == key)
                {
                    return entry.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The value of a key when it is a single value that is there, else null.</summary>
    public YamlScalar? Scalar(string key) => this[key] is YamlScalar { IsMissing: false } scalar ? scalar : null;

    /// <summary>The text of a key whose value is a single one, else null.</summary>
    public string? Text(string key) => Scalar(key)?.Text;

    /// <summary>The entries of a key whose value is a mapping, else none.</summary>
    public List<KeyValuePair<YamlScalar, YamlNode>> MapOf(string key) => this[key] is YamlMap map ? map.Entries : [];

    /// <summary>The single values of a key whose value is a list or one of them, else none.</summary>
    public IEnumerable<YamlScalar> ScalarsOf(string key) => this[key] switch
    {
        YamlScalar { IsMissing: false } one => [one],
        YamlList list => list.Items.OfType<YamlScalar>(),
        _ => [],
    };

    /// <summary>The mappings in the list of a key, else none.</summary>
    public IEnumerable<YamlMap> MapsOf(string key) => this[key] is YamlList list ? list.Items.OfType<YamlMap>() : [];
}
