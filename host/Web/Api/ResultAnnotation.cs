using System.Text.Json;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>What an answer says about its columns, as Cube's REST format has it: titles, types, formats, granularities and where one may drill to.</summary>
internal static class ResultAnnotation
{
    /// <summary>Writes <c>annotation</c> as the next key of an answer.</summary>
    public static void Write(Utf8JsonWriter json, CubeResult result)
    {
        json.WriteStartObject("annotation");
        WriteColumns(json, "measures", result.Columns.Where(c => c.IsMeasure));
        WriteColumns(json, "dimensions", result.Columns.Where(c => !c.IsMeasure && c.Granularity is null));
        json.WriteStartObject("segments");
        json.WriteEndObject();
        WriteColumns(json, "timeDimensions", result.Columns.Where(c => c.Granularity is not null));
        json.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter json, string name, IEnumerable<ResultColumn> columns)
    {
        json.WriteStartObject(name);
        foreach (var column in columns)
        {
            foreach (var member in Names(column))
            {
                json.WriteStartObject(member);
                json.WriteString("title", column.Group.Length == 0 ? column.Title : $"{column.Group} {column.Title}");
                json.WriteString("shortTitle", column.Title);
                json.WriteString("description", column.Description);
                json.WriteString("type", MemberTypes.Of(column.Type));
                json.WriteString("format", column.Format);
                if (column.Granularity is not null)
                {
                    json.WriteStartObject("granularity");
                    json.WriteString("name", column.Granularity);
                    json.WriteString("title", column.Granularity);
                    json.WriteString("interval", $"1 {column.Granularity}");
                    json.WriteEndObject();
                }

                if (column.IsMeasure)
                {
                    json.WriteTexts("drillMembers", column.DrillMembers);
                    json.WriteStartObject("drillMembersGrouped");
                    json.WriteTexts("measures", []);
                    json.WriteTexts("dimensions", column.DrillMembers);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The keys a column is written under: a period under its dimension's own name too, as clients of Cube read it.</summary>
    public static IEnumerable<string> Names(ResultColumn column)
    {
        yield return column.Member;
        if (column.Granularity is { } granularity && column.Member.EndsWith("." + granularity, StringComparison.Ordinal))
        {
            yield return column.Member[..^(granularity.Length + 1)];
        }
    }
}
