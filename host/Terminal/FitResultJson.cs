using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Models.Kinds;

namespace Crm.Analytics.Host.Terminal;

/// <summary>Writes a fit as one JSON object. Numbers that do not exist are null.</summary>
internal static class FitResultJson
{
    public static void Write(Utf8JsonWriter json, FitResult result)
    {
        json.WriteStartObject();
        json.WriteString("model", result.Kind);
        json.WriteString("title", result.Title);
        json.WriteStartObject("conventions");
        foreach (var (name, value) in result.Conventions)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteStartObject("parameters");
        foreach (var parameter in result.Parameters)
        {
            json.WriteStartObject(parameter.Name);
            Number(json, "value", parameter.Value);
            Number(json, "standardError", parameter.StandardError);
            Number(json, "low95", parameter.Low);
            Number(json, "high95", parameter.High);
            json.WriteString("meaning", parameter.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (result.Likelihood is { } likelihood)
        {
            Number(json, "logLikelihood", likelihood.LogLikelihood);
            Number(json, "aic", likelihood.Aic);
            Number(json, "bic", likelihood.Bic);
        }

        Figures(json, "counts", result.Counts);
        Figures(json, "holdout", result.Holdout);
        Figures(json, "figures", result.Figures);
        json.WriteStartObject("tables");
        foreach (var table in result.Tables)
        {
            Table(json, table);
        }

        json.WriteEndObject();
        json.WriteStartArray("warnings");
        foreach (var warning in result.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Figures(Utf8JsonWriter json, string name, IReadOnlyList<Figure> figures)
    {
        json.WriteStartObject(name);
        foreach (var figure in figures)
        {
            Number(json, figure.Name, figure.Value);
        }

        json.WriteEndObject();
    }

    private static void Table(Utf8JsonWriter json, FitTable table)
    {
        json.WriteStartArray(table.Name);
        foreach (var row in table.Rows)
        {
            json.WriteStartObject();
            foreach (var (column, value) in table.Columns.Zip(row))
            {
                json.WritePropertyName(column);
                Value(json, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        Value(json, value);
    }

    private static void Value(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case null or double:
                json.WriteNullValue();
                break;
            case int or long or short or byte:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case DateOnly day:
                json.WriteStringValue(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
