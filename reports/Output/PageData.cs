using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Reports.Output;

/// <summary>What the page's script reads: locale, currency and the option of every chart.</summary>
internal static class PageData
{
    // The encoder writes < > & and quotes as escapes, so that no text from the data ends the script element.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>True when a chart draws the map of the world, whose shapes the page then brings along.</summary>
    public static bool NeedsWorld(ReportContent content) => content.Plan.Blocks.Any(b => b is WorldMapPlan);

    /// <summary>The data as one line of JSON, safe inside a script element.</summary>
    /// <param name="content">The report.</param>
    /// <param name="bringsMaps">False when the shapes of maps are a file of their own.</param>
    public static string Json(ReportContent content, bool bringsMaps = true)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("locale", content.Locale);
            json.WriteString("currency", content.Currency);
            if (NeedsWorld(content))
            {
                json.WriteStartObject("maps");
                if (bringsMaps)
                {
                    json.WritePropertyName("world");
                    Countries.World.WriteTo(json);
                }

                json.WriteEndObject();
            }

            json.WriteStartObject("charts");
            foreach (var chart in content.Blocks.OfType<ChartContent>())
            {
                json.WriteStartArray(chart.Frame.Name);
                foreach (var view in chart.Views)
                {
                    json.WriteRawValue(view.Option);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
