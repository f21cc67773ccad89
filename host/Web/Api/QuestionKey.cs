using System.Buffers;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>Questions in a plain form: the same text for the same question, however it was sent. Every part of a question that changes its answer stands in it.</summary>
internal static class QuestionKey
{
    /// <summary>The plain form of a request.</summary>
    public static string Of(LoadRequest request, bool numbersAsText)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartArray();
            json.WriteBooleanValue(numbersAsText);
            json.WriteBooleanValue(request.IsMulti);
            json.WriteStringValue(request.Kind);
            foreach (var question in request.Questions)
            {
                json.WriteStringValue(question.Format);
                json.WriteBooleanValue(question.Drilled is not null);
                Range(json, question.Range);
                Question(json, question.Query);

                // The answer repeats the filters as they were sent.
                if (question.Asked.TryGetProperty("filters", out var filters))
                {
                    filters.WriteTo(json);
                }
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Question(Utf8JsonWriter json, CubeQuery query)
    {
        json.WriteStartArray();
        Texts(json, query.Measures);
        Texts(json, query.Dimensions);
        json.WriteStartArray();
        foreach (var time in query.TimeDimensions)
        {
            json.WriteStringValue(time.Dimension);
            json.WriteStringValue(time.Granularity);
            Range(json, time.Range);
        }

        json.WriteEndArray();
        Filters(json, query.Filters);
        Texts(json, query.Segments);
        json.WriteStartArray();
        foreach (var key in query.Order ?? [])
        {
            json.WriteStringValue(key.Member);
            json.WriteBooleanValue(key.Descending);
        }

        json.WriteEndArray();
        json.WriteBooleanValue(query.Order is null);
        json.WriteNumberValue(query.Limit ?? -1);
        json.WriteNumberValue(query.Offset);
        json.WriteNumberValue(query.AsOfRun ?? -1);
        json.WriteNumberValue((int)query.Totals);
        json.WriteNumberValue((int)query.Reading);
        json.WriteNumberValue((int)query.Missing);
        json.WriteNumberValue((int)query.Counting);
        json.WriteNumberValue((int)query.Rollups);
        json.WriteEndArray();
    }

    private static void Filters(Utf8JsonWriter json, IReadOnlyList<CubeFilter> filters)
    {
        json.WriteStartArray();
        foreach (var filter in filters)
        {
            if (filter is FilterGroup group)
            {
                json.WriteBooleanValue(group.Any);
                Filters(json, group.Filters);
            }
            else if (filter is MemberFilter member)
            {
                json.WriteStringValue(member.Member);
                json.WriteNumberValue((int)member.Operator);
                Texts(json, member.Values);
            }
        }

        json.WriteEndArray();
    }

    private static void Range(Utf8JsonWriter json, DateRange? range)
    {
        json.WriteStringValue(range?.From);
        json.WriteStringValue(range?.To);
    }

    private static void Texts(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
