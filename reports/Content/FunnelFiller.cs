using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers funnels.</summary>
internal sealed class FunnelFiller(Questions questions, ValueText text)
{
    private static readonly ColumnType share = new(TypeKind.Double);

    /// <summary>The block, answered.</summary>
    public BlockContent Fill(FunnelPlan plan)
    {
        var answer = questions.Ask(plan.Query);
        var steps = answer.Query.Dimensions.Count == 0 ? Measures(plan, answer) : Members(plan, answer);
        if (steps.Count == 0 || steps.TrueForAll(s => AnswerTable.Number(s.Value) is null or 0))
        {
            return new EmptyContent(plan.Frame);
        }

        var words = questions.Words;
        var measure = answer.Columns[answer.IndexOf(plan.Steps[0].Measure)];
        var first = AnswerTable.Number(steps[0].Value) ?? 0;
        var rows = new List<TableRow>();
        var items = new List<FunnelItem>();
        for (var i = 0; i < steps.Count; i++)
        {
            var value = AnswerTable.Number(steps[i].Value) ?? 0;
            double? ofFirst = first != 0 ? value / first : null;
            double? ofPrevious = i > 0 && AnswerTable.Number(steps[i - 1].Value) is { } before and not 0 ? value / before : null;
            var said = text.Of(steps[i].Value, measure.Format);
            rows.Add(new TableRow(
                [AnswerTable.Cell(steps[i].Name, null, text), AnswerTable.Cell(steps[i].Value, measure.Format, text), Percent(ofFirst), Percent(ofPrevious)], IsTotal: false)
            { Origin = steps[i].Origin });
            items.Add(new FunnelItem(
                steps[i].Name, Math.Max(0, value), ofFirst is { } part && i > 0 ? $"{said} · {text.Percent(part)}" : said,
                ofPrevious is { } step ? $"{words.OfPrevious}: {text.Percent(step)}" : "")
            { Row = i });
        }

        var table = new TableView(
            [new(words.Step, null, false), AnswerTable.Heading(measure), new(words.OfFirst, null, true) { Format = "percent", Type = share }, new(words.OfPrevious, null, true) { Format = "percent", Type = share }],
            rows);
        return new ChartContent(
            plan.Frame, [new ChartView(measure.Title, EChartsOption.Write(new FunnelChart(measure.Title, items)))], 40 + (steps.Count * 52), Wide: false, null, null, table);
    }

    private TableCell Percent(double? part) => part is { } value ? new TableCell(text.Percent(value), null) { Value = value } : new TableCell(ValueText.Missing, null);

    private static List<Passed> Measures(FunnelPlan plan, CubeResult answer) => answer.Rows.Count == 0 ? [] :
        [.. plan.Steps.Select(s => new Passed(
            s.Label ?? answer.Columns[answer.IndexOf(s.Measure)].Title, answer.Rows[0].Values[answer.IndexOf(s.Measure)], new Origin(answer.Query with { Measures = [s.Measure] }, [])))];

    private List<Passed> Members(FunnelPlan plan, CubeResult answer)
    {
        var at = answer.IndexOf(plan.Steps[0].Measure);
        var members = answer.Rows.Where(r => r.TotalLevel == 0).Select(r => new Passed(text.Of(r.Values[0], answer.Columns[0].Format), r.Values[at], Origin.Of(answer, r))).ToList();
        return plan.Order.Count == 0 ? members
            : [.. members.OrderBy(m => plan.Order.ToList().FindIndex(o => o.Equals(m.Name, StringComparison.OrdinalIgnoreCase)) is var place and >= 0 ? place : int.MaxValue)];
    }

    private sealed record Passed(string Name, object? Value, Origin Origin);
}
