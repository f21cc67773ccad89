using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers flows.</summary>
internal sealed class FlowFiller(Questions questions, ValueText text)
{
    /// <summary>The block, answered. Members stand by size on each side; those of no name at the end.</summary>
    public BlockContent Fill(FlowPlan plan)
    {
        var answer = questions.Ask(plan.Query);
        var measure = answer.IndexOf(plan.Measure);
        var rows = answer.Rows.Where(r => r.TotalLevel == 0 && AnswerTable.Number(r.Values[measure]) is > 0).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var format = answer.Columns[measure].Format;
        var nodes = new List<FlowNode>();
        var places = new Dictionary<(int Side, string Name), int>();
        for (var side = 0; side < 2; side++)
        {
            foreach (var member in rows.GroupBy(r => Name(r.Values[side], side)).OrderByDescending(g => g.Sum(r => AnswerTable.Number(r.Values[measure]))).ThenBy(g => g.Key, StringComparer.Ordinal))
            {
                places[(side, member.Key)] = nodes.Count;
                nodes.Add(new FlowNode(side, member.Key, text.Of(member.Sum(r => AnswerTable.Number(r.Values[measure])), format)));
            }
        }

        var links = rows.Select(r => new FlowLink(
            places[(0, Name(r.Values[0], 0))], places[(1, Name(r.Values[1], 1))], AnswerTable.Number(r.Values[measure])!.Value, text.Of(r.Values[measure], format))
        { Row = rows.IndexOf(r) }).ToList();
        var table = AnswerTable.Of(answer, rows, text);
        table = table with { Columns = [.. table.Columns.Select((c, i) => c with { Title = (i == 0 ? plan.FromTitle : i == 1 ? plan.ToTitle : null) ?? c.Title })] };
        var tallest = Math.Max(nodes.Count(n => n.Side == 0), nodes.Count(n => n.Side == 1));
        return new ChartContent(
            plan.Frame, [new ChartView(answer.Columns[measure].Title, EChartsOption.Write(new FlowChart(answer.Columns[measure].Title, nodes, links)))],
            Math.Max(260, 40 + (tallest * 40)), Wide: true, null, null, table);

        string Name(object? value, int side) => text.Of(value, answer.Columns[side].Format);
    }
}
