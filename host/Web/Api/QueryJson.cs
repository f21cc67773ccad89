using System.Text.Json;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>Writes a question as requests have it, so that what one answer says was asked can be sent as the next request.</summary>
internal static class QueryJson
{
    private static readonly Dictionary<FilterOperator, string> operators = OperatorNames.All.Reverse().GroupBy(n => OperatorNames.Of(n)!.Value)
        .ToDictionary(g => g.Key, g => g.Last());

    /// <summary>The question as a document of its own.</summary>
    public static JsonElement Element(CubeQuery query)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName("filters");
            WriteFilters(json, query.Filters);
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>What a question asks beyond Cube's keys; nothing of what it leaves as it is.</summary>
    public static void WriteOwn(Utf8JsonWriter json, CubeQuery query)
    {
        if (query.Totals != Totals.None)
        {
            json.WriteString("totals", query.Totals.ToString().ToLowerInvariant());
        }

        if (query.Reading == AttributeReading.AsIs)
        {
            json.WriteBoolean("asIs", true);
        }

        if (query.AsOfRun is { } run)
        {
            json.WriteNumber("asOf", run);
        }

        if (query.Missing == MissingPeriods.Show)
        {
            json.WriteBoolean("missing", true);
        }

        if (query.Rollups == RollupUse.Refused)
        {
            json.WriteBoolean("rollups", false);
        }
    }

    private static void WriteFilters(Utf8JsonWriter json, IReadOnlyList<CubeFilter> filters)
    {
        json.WriteStartArray();
        foreach (var filter in filters)
        {
            json.WriteStartObject();
            if (filter is FilterGroup group)
            {
                json.WritePropertyName(group.Any ? "or" : "and");
                WriteFilters(json, group.Filters);
            }
            else if (filter is MemberFilter member)
            {
                json.WriteString("member", member.Member);
                json.WriteString("operator", operators[member.Operator]);
                if (member.Values.Count > 0)
                {
                    json.WriteStartArray("values");
                    foreach (var value in member.Values)
                    {
                        json.WriteStringValue(value);
                    }

                    json.WriteEndArray();
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
