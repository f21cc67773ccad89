using System.Text;
using System.Text.Json;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>An element of a record of XML, or an attribute, with what it holds.</summary>
/// <param name="Name">Its name without a prefix.</param>
/// <param name="IsAttribute">Whether it is an attribute.</param>
internal sealed record XmlPart(string Name, bool IsAttribute)
{
    /// <summary>Its text; empty when it holds elements and nothing but blanks between them.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Attributes, then elements, in their order.</summary>
    public List<XmlPart> Parts { get; } = [];

    /// <summary>Whether it says that it has no value (xsi:nil).</summary>
    public bool IsNil { get; set; }

    /// <summary>Whether it has a text of its own: an element that holds others has none but what stands between them.</summary>
    public bool HasText => !IsNil && (Parts.TrueForAll(p => p.IsAttribute) ? Text.Length > 0 || Parts.Count == 0 : !string.IsNullOrWhiteSpace(Text.ToString()));

    /// <summary>Its values: path from the record, name of the column, text. Attributes and elements within become <c>a_b</c>, repeated ones a JSON list.</summary>
    public IEnumerable<(string Path, string Column, string Value)> Values(IReadOnlyCollection<string> lists)
    {
        if (Parts.Count == 0 && HasText)
        {
            yield return (Name, Name, Text.ToString());
            yield break;
        }

        foreach (var value in Within("", "", lists))
        {
            yield return value;
        }

        if (HasText)
        {
            yield return (Name, Name, Text.ToString());
        }
    }

    private IEnumerable<(string Path, string Column, string Value)> Within(string path, string column, IReadOnlyCollection<string> lists)
    {
        foreach (var group in Parts.GroupBy(p => (p.Name, p.IsAttribute)))
        {
            var (first, its) = (group.First(), $"{path}{(group.Key.IsAttribute ? "@" : "")}{group.Key.Name}");
            var name = column + group.Key.Name;
            if (!group.Key.IsAttribute && (group.Skip(1).Any() || lists.Contains(group.Key.Name)))
            {
                yield return (its, name, Json(group));
                continue;
            }

            if (first.HasText)
            {
                yield return (its, name, first.Text.ToString());
            }

            foreach (var value in first.Within($"{its}/", $"{name}_", lists))
            {
                yield return value;
            }
        }
    }

    private static string Json(IEnumerable<XmlPart> parts)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 1000 }))
        {
            Write(json, parts);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<XmlPart> list)
    {
        json.WriteStartArray();
        foreach (var part in list)
        {
            part.Write(json);
        }

        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json)
    {
        if (Parts.Count == 0)
        {
            if (IsNil)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteStringValue(Text.ToString());
            }

            return;
        }

        json.WriteStartObject();
        foreach (var group in Parts.GroupBy(p => (p.Name, p.IsAttribute)))
        {
            json.WritePropertyName(group.Key.IsAttribute && Parts.Exists(p => !p.IsAttribute && p.Name == group.Key.Name) ? $"@{group.Key.Name}" : group.Key.Name);
            if (group.Skip(1).Any())
            {
                Write(json, group);
            }
            else
            {
                group.First().Write(json);
            }
        }

        if (HasText)
        {
            json.WriteString("#text", Text.ToString());
        }

        json.WriteEndObject();
    }
}
