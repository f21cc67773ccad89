using System.Globalization;
using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers maps of the world.</summary>
internal sealed class WorldMapFiller(Questions questions, ValueText text)
{
    private const int Classes = 5;

    /// <summary>The block, answered. Countries that the map has no shape for are named above it, and stand in the table.</summary>
    public BlockContent Fill(WorldMapPlan plan)
    {
        var answer = questions.Ask(plan.Query);
        var colour = answer.IndexOf(plan.Colour);
        var rows = answer.Rows.Where(r => r.TotalLevel == 0 && AnswerTable.Number(r.Values[colour]) is not null).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var measure = answer.Columns[colour];
        var placed = rows.Select(r => (Row: r, Name: text.Of(r.Values[0], null), Shape: Countries.Shape(r.Values[0] as string))).ToList();
        var drawn = placed.Where(p => p.Shape is not null).GroupBy(p => p.Shape!).Select(g => g.First()).ToList();
        if (drawn.Count == 0)
        {
            return new TableContent(plan.Frame, AnswerTable.Of(answer, rows, text));
        }

        var values = drawn.Select(p => AnswerTable.Number(p.Row.Values[colour])!.Value).Distinct().Order().ToList();
        var count = Math.Min(Classes, values.Count);
        var items = drawn.Select(p =>
        {
            var value = AnswerTable.Number(p.Row.Values[colour])!.Value;
            return new MapItem(p.Shape!, p.Name, value, text.Of(p.Row.Values[colour], measure.Format), Palette.Class(values.IndexOf(value) * count / values.Count, count), Detail(answer, p.Row, colour)) { Row = rows.IndexOf(p.Row) };
        }).ToList();
        var scale = new ColourScale(
            measure.Title,
            [.. Enumerable.Range(0, count).Select(k => (Low: values[First(k)], High: values[First(k + 1) - 1]))
                .Select((c, k) => new ColourStep(Palette.Class(k, count), Label(c.Low, c.High, measure.Format)))],
            Gradual: false);
        var missing = placed.Where(p => p.Shape is null).Select(p => p.Name).ToList();
        var callout = missing.Count == 0 ? null : string.Format(CultureInfo.InvariantCulture, questions.Words.NotOnMap, string.Join(questions.Words.List, missing));
        return new ChartContent(
            plan.Frame, [new ChartView(measure.Title, EChartsOption.Write(new WorldMapChart(measure.Title, items)))], 420, Wide: false, callout, scale, AnswerTable.Of(answer, rows, text));

        // The first value of class k: those whose class by rank is k or more.
        int First(int k) => (int)Math.Ceiling((double)k * values.Count / count);
    }

    private string Label(double low, double high, string? format) => low == high ? text.Compact(low, format) : $"{text.Compact(low, format)}–{text.Compact(high, format)}";

    private string Detail(CubeResult answer, ResultRow row, int colour) => string.Join(
        " · ", answer.Columns.Select((c, i) => (c, i)).Where(p => p.c.IsMeasure && p.i != colour).Select(p => $"{p.c.Title}: {text.Of(row.Values[p.i], p.c.Format)}"));
}
