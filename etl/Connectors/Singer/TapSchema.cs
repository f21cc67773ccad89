using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors.Singer;

/// <summary>The columns that a JSON Schema of a tap declares, in its order.</summary>
/// <param name="Columns">Columns with the engine's types. Text, moments (which carry their zone) and nested values are VARCHAR.</param>
internal sealed record TapSchema(IReadOnlyList<LandedColumn> Columns)
{
    /// <summary>Reads a schema; what it does not say is VARCHAR.</summary>
    public static TapSchema Of(JsonElement schema) => new(
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? [.. properties.EnumerateObject().Select(p => new LandedColumn(p.Name, TypeOf(p.Value)))] : []);

    private static string TypeOf(JsonElement property)
    {
        var types = Types(property).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var format = property.ValueKind == JsonValueKind.Object && property.TryGetProperty("format", out var f) && f.ValueKind == JsonValueKind.String ? f.GetString() : null;
        return types switch
        {
            ["integer"] => "BIGINT",
            ["number"] or ["integer", "number"] or ["number", "integer"] => Number(property),
            ["boolean"] => "BOOLEAN",
            ["string"] when format == "date" => "DATE",
            _ => "VARCHAR",
        };
    }

    /// <summary>The types a value may have, null left out.</summary>
    private static IEnumerable<string> Types(JsonElement property)
    {
        if (property.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        if (property.TryGetProperty("anyOf", out var any) && any.ValueKind == JsonValueKind.Array)
        {
            return any.EnumerateArray().SelectMany(Types);
        }

        return !property.TryGetProperty("type", out var type) ? ["any"]
            : (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.ToString()) : [type.ToString()])
                .Select(t => t.ToLowerInvariant()).Where(t => t != "null");
    }

    /// <summary>A number of so many digits behind the point is exact; others are as exact as a double.</summary>
    private static string Number(JsonElement property) =>
        property.TryGetProperty("multipleOf", out var step) && step.ValueKind == JsonValueKind.Number && step.TryGetDecimal(out var unit) && unit > 0
            ? string.Create(CultureInfo.InvariantCulture, $"DECIMAL(38,{(decimal.GetBits(unit)[3] >> 16) & 0x7F})") : "DOUBLE";
}
