using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Writes answers as Cube's REST format has them, with typed numbers: rows by member name, a time dimension under its own name too, moments with
/// milliseconds; <c>annotation</c>, <c>total</c>; and ours: <c>dataAsOf</c>, <c>run</c>, <c>truncated</c>, <c>totals</c>, and which rollup served.
/// </summary>
/// <param name="json">Where to.</param>
/// <param name="zone">The project's time zone.</param>
/// <param name="numbersAsText">True for clients that want numbers as text.</param>
internal sealed class LoadAnswer(Utf8JsonWriter json, string zone, bool numbersAsText)
{
    /// <summary>1 with 28 decimals: dividing by it takes trailing zeros from a decimal without changing its value.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.fff";

    /// <summary>Writes the whole answer.</summary>
    public void Write(LoadRequest request, IReadOnlyList<CubeResult> results)
    {
        if (!request.IsMulti)
        {
            WriteResult(request.Questions[0], results[0]);
            return;
        }

        json.WriteStartObject();
        json.WriteString("queryType", request.Kind);
        json.WriteStartArray("results");
        foreach (var (question, result) in request.Questions.Zip(results))
        {
            WriteResult(question, result);
        }

        json.WriteEndArray();
        json.WritePropertyName("pivotQuery");
        WriteQuery(request.Questions[0], request.Kind);
        json.WriteBoolean("slowQuery", false);
        json.WriteEndObject();
    }

    private void WriteResult(LoadQuestion question, CubeResult result)
    {
        json.WriteStartObject();
        if (question.Drilled is { } drilled)
        {
            WriteDrilled(drilled);
        }

        json.WritePropertyName("query");
        WriteQuery(question, "regularQuery");
        json.WritePropertyName("data");
        WriteData(question, result);
        if (result.Query.Totals != Totals.None)
        {
            WriteTotals(result);
        }

        json.WriteString("lastRefreshTime", result.AsOf.Published?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        ResultAnnotation.Write(json, result);
        if (result.Total is { } total)
        {
            json.WriteNumber("total", total);
        }

        json.WriteString("dataAsOf", result.AsOf.Newest?.ToString(Moment, CultureInfo.InvariantCulture));
        if (result.AsOf.Run is { } run)
        {
            json.WriteNumber("run", run);
        }

        json.WriteBoolean("truncated", result.HasMore);
        json.WriteBoolean("slowQuery", false);
        WriteRollup(result.Rollup);
        json.WriteEndObject();
    }

    private void WriteDrilled(DrilledTo drilled)
    {
        json.WriteTexts("breadcrumb", drilled.Breadcrumb);
        json.WriteStartArray("steps");
        foreach (var step in drilled.Steps)
        {
            json.WriteStartObject();
            json.WriteString("member", step.Member);
            json.WriteString("path", step.Path);
            json.WriteString("up", step.Up);
            json.WriteString("down", step.Down);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The question as it was understood; a client of Cube draws its axes from it.</summary>
    private void WriteQuery(LoadQuestion question, string kind)
    {
        var query = question.Query;
        json.WriteStartObject();
        json.WriteTexts("measures", query.Measures);
        json.WriteTexts("dimensions", kind == LoadRequest.Comparing ? query.Dimensions.Prepend("compareDateRange") : query.Dimensions);
        json.WriteStartArray("timeDimensions");
        foreach (var time in query.TimeDimensions)
        {
            json.WriteStartObject();
            json.WriteString("dimension", time.Dimension);
            if (time.Granularity is not null)
            {
                json.WriteString("granularity", time.Granularity);
            }

            if (time.Range is { } range)
            {
                json.WriteTexts("dateRange", range.To is null ? [range.From] : [range.From, range.To]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteTexts("segments", query.Segments);
        json.WritePropertyName("filters");
        if (question.Asked.TryGetProperty("filters", out var filters) && filters.ValueKind == JsonValueKind.Array)
        {
            filters.WriteTo(json);
        }
        else
        {
            json.WriteStartArray();
            json.WriteEndArray();
        }

        json.WriteStartArray("order");
        foreach (var key in query.Order ?? [])
        {
            json.WriteStartObject();
            json.WriteString("id", key.Member);
            json.WriteBoolean("desc", key.Descending);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        // What goes on from here may be the rows of a fact, which no limit of this answer cuts.
        if (query.Limit is not null || question.Drilled is null)
        {
            json.WriteNumber("limit", query.Limit ?? CubePlan.DefaultLimit);
        }

        json.WriteNumber("offset", query.Offset);
        json.WriteString("timezone", zone);
        json.WriteString("responseFormat", question.Format);
        json.WriteString("queryType", kind);
        QueryJson.WriteOwn(json, query);
        json.WriteEndObject();
    }

    private void WriteData(LoadQuestion question, CubeResult result)
    {
        var members = result.Columns.SelectMany((column, index) => ResultAnnotation.Names(column).Select(name => (Name: name, Index: index))).DistinctBy(m => m.Name).ToList();
        var rows = result.Rows.Where(r => r.TotalLevel == 0);
        var range = question.Range is { } r ? $"{r.From} - {r.To ?? r.From}" : null;
        switch (question.Format)
        {
            case "compact":
                json.WriteStartObject();
                json.WriteTexts("members", range is null ? members.Select(m => m.Name) : members.Select(m => m.Name).Append("compareDateRange"));
                json.WriteStartArray("dataset");
                foreach (var row in rows)
                {
                    json.WriteStartArray();
                    foreach (var (_, index) in members)
                    {
                        WriteValue(row.Values[index]);
                    }

                    WriteText(range);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case "columnar":
                WriteColumns(members, [.. rows], range);
                break;
            default:
                json.WriteStartArray();
                foreach (var row in rows)
                {
                    WriteRow(members, row, range);
                }

                json.WriteEndArray();
                break;
        }
    }

    private void WriteColumns(List<(string Name, int Index)> members, List<ResultRow> rows, string? range)
    {
        json.WriteStartObject();
        json.WriteTexts("members", range is null ? members.Select(m => m.Name) : members.Select(m => m.Name).Append("compareDateRange"));
        json.WriteStartArray("columns");
        foreach (var (_, index) in members)
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                WriteValue(row.Values[index]);
            }

            json.WriteEndArray();
        }

        if (range is not null)
        {
            json.WriteStartArray();
            foreach (var _ in rows)
            {
                json.WriteStringValue(range);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteRow(List<(string Name, int Index)> members, ResultRow row, string? range)
    {
        json.WriteStartObject();
        foreach (var (name, index) in members)
        {
            json.WritePropertyName(name);
            WriteValue(row.Values[index]);
        }

        if (range is not null)
        {
            json.WriteString("compareDateRange", range);
        }

        json.WriteEndObject();
    }

    private void WriteTotals(CubeResult result)
    {
        var dimensions = result.Columns.TakeWhile(c => !c.IsMeasure).ToList();
        json.WriteStartArray("totals");
        foreach (var row in result.Rows.Where(r => r.TotalLevel > 0))
        {
            var grouped = dimensions.Count - row.TotalLevel;
            json.WriteStartObject();
            json.WriteTexts("groupedBy", dimensions.Take(grouped).Select(d => d.Member));
            for (var i = 0; i < result.Columns.Count; i++)
            {
                if (i < grouped || i >= dimensions.Count)
                {
                    json.WritePropertyName(result.Columns[i].Member);
                    WriteValue(row.Values[i]);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteRollup(RollupChoice choice)
    {
        json.WriteStartObject("rollup");
        json.WriteString("served", choice.Served);
        json.WriteStartArray("refused");
        foreach (var refused in choice.Refused)
        {
            json.WriteStartObject();
            json.WriteString("rollup", refused.Rollup);
            json.WriteString("reason", refused.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteText(string? text)
    {
        if (text is not null)
        {
            json.WriteStringValue(text);
        }
    }

    private void WriteValue(object? value)
    {
        switch (value)
        {
            case null or double.NaN or double.PositiveInfinity or double.NegativeInfinity:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case DateOnly day:
                json.WriteStringValue(day.ToDateTime(TimeOnly.MinValue).ToString(Moment, CultureInfo.InvariantCulture));
                break;
            case DateTime moment:
                json.WriteStringValue(moment.ToString(Moment, CultureInfo.InvariantCulture));
                break;
            case long or decimal or double when numbersAsText:
                json.WriteStringValue(Convert.ToString(value is decimal exact ? exact / One : value, CultureInfo.InvariantCulture));
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number / One);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
