using System.Text.RegularExpressions;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// The SQL beside a class: the embedded <c>.sql</c> file with the class's name. A file holds one text, or several parts that each begin with a line
/// <c>-- part: name</c>. Placeholders are written <c>{name}</c> and are filled from declared identifiers and generated expressions, never from data.
/// </summary>
public sealed partial class SqlFile
{
    private readonly string name;
    private readonly Dictionary<string, string> parts = new(StringComparer.Ordinal);

    private SqlFile(string name, string text)
    {
        this.name = name;
        var part = "";
        var start = 0;
        const string mark = "-- part: ";
        for (var at = text.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(mark, start, StringComparison.Ordinal))
        {
            parts[part] = text[start..at];
            var end = text.IndexOf('\n', at);
            part = text[(at + mark.Length)..end].Trim();
            start = end + 1;
        }

        parts[part] = text[start..];
    }

    /// <summary>Reads the file beside <typeparamref name="T"/>.</summary>
    public static SqlFile Beside<T>() => Beside(typeof(T));

    /// <summary>Reads the file beside a type; static classes cannot be type arguments.</summary>
    public static SqlFile Beside(Type type)
    {
        var resource = $"{type.FullName}.sql";
        using var stream = type.Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"no embedded file {resource} in {type.Assembly.GetName().Name}");
        using var reader = new StreamReader(stream);
        return new SqlFile(resource, reader.ReadToEnd());
    }

    /// <summary>The text of a part (or of the whole file, for <c>""</c>) with its placeholders filled.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="values">Placeholder names and what stands for them.</param>
    public string Fill(string part, params ReadOnlySpan<(string Name, string Value)> values)
    {
        if (!parts.TryGetValue(part, out var text))
        {
            throw new InvalidOperationException($"{name} has no part '{part}'");
        }

        var filled = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (placeholder, value) in values)
        {
            filled[placeholder] = value;
        }

        // One pass: a value that happens to hold "{name}" (a file's name, a column's) is never taken for a placeholder.
        return Placeholder().Replace(text, m => filled.GetValueOrDefault(m.Groups[1].Value, m.Value));
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
