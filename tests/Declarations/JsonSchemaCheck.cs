using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Crm.Analytics.Tests.Declarations;

/// <summary>Tells whether a value meets a JSON Schema, as an editor does; knows the words that the schemas in docs/formats use, and no other.</summary>
internal static class JsonSchemaCheck
{
    public static bool Accepts(JsonObject schema, JsonNode? value) => schema.All(rule => rule.Key switch
    {
        "$schema" or "title" or "description" => true,
        "properties" or "patternProperties" or "additionalProperties" => rule.Key != "additionalProperties" || Properties(schema, value),
        "propertyNames" => value is not JsonObject named || named.All(p => Accepts(rule.Value!.AsObject(), JsonValue.Create(p.Key))),
        "type" => rule.Value is JsonArray any ? any.Any(t => Is(value, (string)t!)) : Is(value, (string)rule.Value!),
        "enum" => rule.Value!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
        "anyOf" => rule.Value!.AsArray().Any(one => Accepts(one!.AsObject(), value)),
        "items" => value is not JsonArray list || list.All(item => Accepts(rule.Value!.AsObject(), item)),
        "minItems" => value is not JsonArray list || list.Count >= (int)rule.Value!,
        "required" => value is not JsonObject map || rule.Value!.AsArray().All(key => map.ContainsKey((string)key!)),
        "minProperties" => value is not JsonObject map || map.Count >= (int)rule.Value!,
        "minLength" => !Is(value, "string") || ((string)value!).Length >= (int)rule.Value!,
        "maxLength" => !Is(value, "string") || ((string)value!).Length <= (int)rule.Value!,
        "pattern" => !Is(value, "string") || Matches((string)rule.Value!, (string)value!),
        "minimum" => !Is(value, "number") || Number(value!) >= Number(rule.Value!),
        "maximum" => !Is(value, "number") || Number(value!) <= Number(rule.Value!),
        _ => throw new ArgumentException($"unknown word '{rule.Key}' in a schema", nameof(schema)),
    });

    private static bool Properties(JsonObject schema, JsonNode? value) => value is not JsonObject map || map.All(entry =>
    {
        var rules = new List<JsonNode>();
        if (schema["properties"]?[entry.Key] is { } known)
        {
            rules.Add(known);
        }

        rules.AddRange((schema["patternProperties"]?.AsObject() ?? []).Where(p => Matches(p.Key, entry.Key)).Select(p => p.Value!));
        return rules.Count > 0 ? rules.TrueForAll(rule => Accepts(rule.AsObject(), entry.Value))
            : schema["additionalProperties"] is JsonObject other && Accepts(other, entry.Value);
    });

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, pattern, RegexOptions.ECMAScript | RegexOptions.CultureInvariant) && !text.EndsWith('\n');

    private static decimal Number(JsonNode value) => decimal.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool Is(JsonNode? value, string type) => value?.GetValueKind() switch
    {
        null => type == "null",
        System.Text.Json.JsonValueKind.Object => type == "object",
        System.Text.Json.JsonValueKind.Array => type == "array",
        System.Text.Json.JsonValueKind.String => type == "string",
        System.Text.Json.JsonValueKind.Number => type == "number" || (type == "integer" && decimal.IsInteger(Number(value))),
        _ => type == "boolean",
    };
}
