using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Analytics.Warehouse.Declarations.Shapes;

namespace Crm.Analytics.Tests.Declarations;

/// <summary>Writes a shape as a JSON Schema (draft 2020-12).</summary>
internal static class JsonSchema
{
    public static JsonObject Of(MapShape shape, string title)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (key, value) in Of(shape).ToArray())
        {
            schema[key] = value?.DeepClone();
        }

        return schema;
    }

    private static JsonObject Of(Shape shape) => shape switch
    {
        ScalarShape scalar => Of(scalar),
        ListShape list => new() { ["type"] = "array", ["minItems"] = list.AtLeast, ["items"] = Of(list.Item) },
        EitherShape either => new() { ["anyOf"] = new JsonArray(Of(either.Short), Of(either.Long)) },
        MapShape map => Of(map),
        AnythingShape => [],
        _ => throw new ArgumentException($"no schema for {shape.GetType().Name}", nameof(shape)),
    };

    private static JsonObject Of(ScalarShape scalar) => scalar.Kind switch
    {
        ScalarKind.Boolean => new() { ["type"] = "boolean" },
        ScalarKind.Integer => Number(scalar),
        _ when scalar.Choices.Count > 0 => new() { ["enum"] = new JsonArray([.. scalar.Choices.SelectMany(Spellings)]) },
        _ => Text(scalar),
    };

    private static IEnumerable<JsonNode> Spellings(string choice)
        => int.TryParse(choice, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? [number, choice] : [choice];

    private static JsonObject Number(ScalarShape scalar)
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (scalar.Min != int.MinValue)
        {
            schema["minimum"] = scalar.Min;
        }

        if (scalar.Max != int.MaxValue)
        {
            schema["maximum"] = scalar.Max;
        }

        return schema;
    }

    /// <summary>Numbers and true/false count as the text they are written with, unless a pattern says how the text looks.</summary>
    private static JsonObject Text(ScalarShape scalar)
    {
        var schema = new JsonObject { ["type"] = scalar.Pattern is null ? new JsonArray("string", "number", "boolean") : "string" };
        if (!scalar.MayBeEmpty)
        {
            schema["minLength"] = 1;
        }

        if (scalar.MaxLength != int.MaxValue)
        {
            schema["maxLength"] = scalar.MaxLength;
        }

        if (scalar.Pattern is not null)
        {
            schema["pattern"] = scalar.Pattern;
        }

        return schema;
    }

    private static JsonObject Of(MapShape map)
    {
        var properties = new JsonObject();
        foreach (var key in map.Keys)
        {
            var value = map.HoldsSecrets && Secret.IsName(key.Name)
                ? new JsonObject { ["type"] = "string", ["pattern"] = Secret.ReferencePattern } : Of(key.Value);
            value.Insert(0, "description", key.Description);
            properties[key.Name] = value;
        }

        var schema = new JsonObject { ["type"] = map.MayBeMissing ? new JsonArray("object", "null") : "object" };
        if (properties.Count > 0)
        {
            schema["properties"] = properties;
        }

        var required = map.Keys.Where(k => k.Required).Select(k => (JsonNode)k.Name).ToArray();
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        if (map.Free is { } free)
        {
            schema["minProperties"] = required.Length + free.AtLeast;
        }

        Free(map, schema);
        return schema;
    }

    private static void Free(MapShape map, JsonObject schema)
    {
        switch (map.Free)
        {
            case null:
                schema["additionalProperties"] = false;
                break;
            case { AnyName: true } free:
                schema["propertyNames"] = new JsonObject { ["minLength"] = 1 };
                schema["additionalProperties"] = Of(free.Value);
                break;
            case var free:
                var pattern = Crm.Analytics.Warehouse.Declarations.Identifier.Pattern;
                var others = map.Keys.Count == 0 ? pattern : pattern.Insert(1, $"(?!({string.Join('|', map.Keys.Select(k => k.Name))})$)");
                schema["patternProperties"] = new JsonObject { [others] = Of(free.Value) };
                schema["additionalProperties"] = false;
                break;
        }
    }
}
