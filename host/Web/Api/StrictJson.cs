using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// A value of a request with its place in it. It is read as what it must be and as nothing else: a list where a text belongs is told with its place and
/// never becomes text, so that no shape of a request reaches what stands behind.
/// </summary>
/// <param name="Element">The value.</param>
/// <param name="Place">Where it stands, e.g. <c>query.filters[0].values</c>.</param>
internal readonly record struct StrictJson(JsonElement Element, string Place)
{
    /// <summary>How a request is parsed: no key twice, no deep nesting.</summary>
    public static JsonDocumentOptions Options { get; } = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>True for an object.</summary>
    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    /// <summary>True for null.</summary>
    public bool IsNull => Element.ValueKind == JsonValueKind.Null;

    /// <summary>True for an array.</summary>
    public bool IsArray => Element.ValueKind == JsonValueKind.Array;

    /// <summary>The value as an object that has no other keys than these.</summary>
    public StrictJson Object(params ReadOnlySpan<string> keys)
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        foreach (var (name, _) in Properties())
        {
            if (!keys.Contains(name))
            {
                throw ApiErrors.Wrong($"the key '{Short(name)}'", Place.Length == 0 ? "the request" : Place, NearestName.Expected("one of the keys", name, keys.ToArray()), "Correct or remove it");
            }
        }

        return this;
    }

    /// <summary>The keys of an object with their values.</summary>
    public IReadOnlyList<(string Name, StrictJson Value)> Properties()
    {
        var properties = new List<(string, StrictJson)>();
        foreach (var property in Element.EnumerateObject())
        {
            try
            {
                properties.Add((property.Name, new(property.Value, Place.Length == 0 ? property.Name : $"{Place}.{property.Name}")));
            }
            catch (InvalidOperationException)
            {
                throw ApiErrors.Wrong("a key that is no Unicode", Place.Length == 0 ? "the request" : Place, "whole characters", "Correct the key");
            }
        }

        return properties;
    }

    /// <summary>The value of a key; null when it is not there or null.</summary>
    public StrictJson? Find(string key)
        => Element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? new(value, Place.Length == 0 ? key : $"{Place}.{key}") : null;

    /// <summary>The items of an array; none when it is not there.</summary>
    /// <param name="most">How many there may be.</param>
    public IEnumerable<StrictJson> Items(int most)
    {
        if (!IsArray)
        {
            throw Wrong("an array");
        }

        var (element, place) = (Element, Place);
        return element.GetArrayLength() > most
            ? throw ApiErrors.Wrong(string.Create(CultureInfo.InvariantCulture, $"{element.GetArrayLength()} items"), place, string.Create(CultureInfo.InvariantCulture, $"at most {most}"), "Ask for less at once")
            : element.EnumerateArray().Select((item, i) => new StrictJson(item, string.Create(CultureInfo.InvariantCulture, $"{place}[{i}]")));
    }

    /// <summary>The value as text.</summary>
    public string Text()
    {
        try
        {
            return Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Wrong("a text");
        }
        catch (InvalidOperationException)
        {
            throw ApiErrors.Wrong("text that is no Unicode", Place, "whole characters", "Correct the text");
        }
    }

    /// <summary>The value as text, true, false or a number, written as text.</summary>
    public string Scalar() => Element.ValueKind switch
    {
        JsonValueKind.String => Text(),
        JsonValueKind.Number => Element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw Wrong("a text, a number, true or false"),
    };

    /// <summary>The value as a whole number.</summary>
    public int Whole(int least, int most)
        => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>The value as true or false.</summary>
    public bool Truth() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    /// <summary>The error that the value is not what it must be.</summary>
    public CrmException Wrong(string expected) => ApiErrors.Wrong(Found(), Place.Length == 0 ? "the request" : Place, expected, "Correct the request");

    private string Found() => Element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String or JsonValueKind.Number => Short(Element.GetRawText()),
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
