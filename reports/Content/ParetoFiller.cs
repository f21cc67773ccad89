using System.Globalization;
using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers Pareto curves. Everything is asked, however many there are: a curve over a part would start again at the wrong height.</summary>
internal sealed class ParetoFiller(Questions questions, ValueText text)
{
    /// <summary>Members that can be told apart as columns; of more only the curve is drawn.</summary>
    private const int MostColumns = 30;

    /// <summary>Points of a curve, evenly over the members.</summary>
    private const int Points = 100;

    /// <summary>Rows of the table beside it; files of figures hold all.</summary>
    private const int MostRows = 200;

    /// <summary>The block, answered.</summary>
    public BlockContent Fill(ParetoPlan plan)
    {
        var answer = questions.Ask(plan.Query with { Order = [new CubeOrder(plan.Query.Measures[0], Descending: true)], Limit = plan.Query.Limit ?? 10_000_000 });
        var rows = answer.Rows.Where(r => r.TotalLevel == 0 && AnswerTable.Number(r.Values[1]) is > 0).ToList();
        var total = rows.Sum(r => AnswerTable.Number(r.Values[1]) ?? 0);
        if (rows.Count == 0 || total <= 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var cumulative = new double[rows.Count];
        var sum = 0.0;
        for (var i = 0; i < rows.Count; i++)
        {
            sum += AnswerTable.Number(rows[i].Values[1])!.Value;
            cumulative[i] = sum / total;
        }

        var (words, measure) = (questions.Words, answer.Columns[1]);
        var chart = rows.Count <= MostColumns ? Columns(answer, rows, cumulative) : Curve(rows.Count, cumulative);
        return new ChartContent(
            plan.Frame, [new ChartView(measure.Title, EChartsOption.Write(chart))], 320, Wide: false, Callout(answer, rows.Count, cumulative), null, Table(answer, rows, cumulative, words));
    }

    private CategoryChart Columns(CubeResult answer, List<ResultRow> rows, double[] cumulative)
    {
        var axis = answer.Columns[1].Format == "currency" ? AxisFormat.Currency : AxisFormat.Number;
        return new CategoryChart(
            [.. rows.Select(r => text.Of(r.Values[0], answer.Columns[0].Format))],
            [
                new(answer.Columns[1].Title, Line: false, SecondAxis: false, axis, [.. rows.Select((r, i) => new ChartPoint(AnswerTable.Number(r.Values[1]), text.Of(r.Values[1], answer.Columns[1].Format)) { Row = i })]) { Column = 2 },
                new(questions.Words.CumulativeShare, Line: true, SecondAxis: true, AxisFormat.Percent, [.. cumulative.Select(c => new ChartPoint(c, text.Percent(c)))]) { Whole = true },
            ],
            Horizontal: false);
    }

    private CategoryChart Curve(int count, double[] cumulative)
    {
        var places = Enumerable.Range(1, Math.Min(Points, count)).Select(p => (int)Math.Ceiling((double)p * count / Math.Min(Points, count)) - 1).Distinct().ToList();
        return new CategoryChart(
            [.. places.Select(p => string.Format(CultureInfo.InvariantCulture, questions.Words.TopShare, text.Rounded((p + 1.0) / count)))],
            [new(questions.Words.CumulativeShare, Line: true, SecondAxis: false, AxisFormat.Percent, [.. places.Select(p => new ChartPoint(cumulative[p], text.Percent(cumulative[p])))]) { Area = true, Plain = true, Whole = true }],
            Horizontal: false);
    }

    /// <summary>How many of them make 80 % of the whole, in words.</summary>
    private string Callout(CubeResult answer, int count, double[] cumulative)
    {
        var needed = Array.FindIndex(cumulative, c => c >= 0.8) + 1;
        return string.Format(
            CultureInfo.InvariantCulture, questions.Words.ParetoCallout, text.Of((long)needed, "number"), text.Of((long)count, "number"),
            text.Percent((double)needed / count), text.Percent(cumulative[needed - 1]), answer.Columns[1].Title.ToLowerInvariant());
    }

    private TableView Table(CubeResult answer, List<ResultRow> rows, double[] cumulative, Words words)
    {
        var shown = questions.Complete ? rows.Count : Math.Min(rows.Count, MostRows);
        var largest = AnswerTable.Number(rows[0].Values[1]) ?? 0;
        return new TableView(
            [
                AnswerTable.Heading(answer.Columns[0]) with { IsNumber = false }, new(words.Rank, null, true) { Format = "number", Type = new(TypeKind.Integer) },
                AnswerTable.Heading(answer.Columns[1]), new(words.CumulativeShare, null, true) { Format = "percent", Type = new(TypeKind.Double) },
            ],
            [.. Enumerable.Range(0, shown).Select(i => new TableRow(
                [
                    AnswerTable.Cell(rows[i].Values[0], answer.Columns[0].Format, text), AnswerTable.Cell((long)(i + 1), "number", text),
                    AnswerTable.Cell(rows[i].Values[1], answer.Columns[1].Format, text, largest), new TableCell(text.Percent(cumulative[i]), null) { Value = cumulative[i] },
                ],
                IsTotal: false)
            { Origin = Origin.Of(answer, rows[i]) })]);
    }
}
