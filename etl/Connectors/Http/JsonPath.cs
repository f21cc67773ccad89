using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>A way into a JSON value: names between points, places in brackets, counted from 0 or, when negative, from the end. <c>.</c> is the value itself.</summary>
internal sealed class JsonPath
{
    private readonly List<object> steps = [];
    private readonly string text;

    private JsonPath(string text) => this.text = text;

    /// <summary>Reads a path; false when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path)
    {
        path = new(text);
        if (text == ".")
        {
            return true;
        }

        foreach (var part in text.Split('.'))
        {
            var name = part.Split('[');
            var places = name.Skip(1).ToList();
            if ((name[0].Length == 0 && places.Count == 0)
                || !places.TrueForAll(p => p.EndsWith(']') && int.TryParse(p.AsSpan(0, p.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            {
                path = null;
                return false;
            }

            if (name[0].Length > 0)
            {
                path.steps.Add(name[0]);
            }

            path.steps.AddRange(places.Select(p => (object)int.Parse(p.AsSpan(0, p.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)));
        }

        return true;
    }

    /// <summary>What stands there; null when nothing does.</summary>
    public JsonElement? Find(JsonElement value)
    {
        foreach (var step in steps)
        {
            if (step is string name)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                {
                    return null;
                }

                continue;
            }

            var length = value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;
            var place = (int)step < 0 ? length + (int)step : (int)step;
            if (place < 0 || place >= length)
            {
                return null;
            }

            value = value[place];
        }

        return value;
    }

    /// <summary>The text or number that stands there; null for nothing, null, an empty text and false.</summary>
    public string? Text(JsonElement value) => Find(value) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } found && found.ToString() is { Length: > 0 } t ? t : null;

    /// <inheritdoc/>
    public override string ToString() => text;
}
