using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors;

/// <summary>Options that are mappings.</summary>
internal static class OptionJson
{
    private static readonly JsonSerializerOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The mapping as JSON with every <c>${NAME}</c> in its texts replaced.</summary>
    public static string Resolve(OptionValue option, Secrets secrets) => Resolve(JsonNode.Parse(option.Text), option, secrets)!.ToJsonString(plain);

    private static JsonNode? Resolve(JsonNode? node, OptionValue option, Secrets secrets) => node switch
    {
        JsonObject map => new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, Resolve(e.Value, option, secrets)))),
        JsonArray list => new JsonArray([.. list.Select(i => Resolve(i, option, secrets))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => secrets.Resolve(new([value.GetValue<string>()], option.Where)),
        _ => node?.DeepClone(),
    };
}
