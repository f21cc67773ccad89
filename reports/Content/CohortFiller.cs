using System.Globalization;
using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers cohort triangles: a row for each cohort, a column for each period since, shaded by size.</summary>
internal sealed class CohortFiller(Questions questions, ValueText text)
{
    private const int MostAges = 13;

    private const int MostCohorts = 24;

    /// <summary>The block, answered.</summary>
    public BlockContent Fill(CohortPlan plan)
    {
        var answer = questions.Ask(plan.Query);
        var (cohort, period, measure) = (answer.IndexOf(plan.Cohort), answer.IndexOf(plan.Period), answer.IndexOf(plan.Measure));
        var cells = answer.Rows.Where(r => r.TotalLevel == 0 && r.Values[cohort] is not null)
            .Select(r => (Cohort: Month(r.Values[cohort]!, answer.Columns[cohort].Format), Age: Age(Month(r.Values[cohort]!, answer.Columns[cohort].Format), r.Values[period], answer.Columns[cohort].Format), Value: r.Values[measure]))
            .Where(c => c.Age is >= 0).ToList();

        // A page shows what can be read on it: the newest cohorts and their first year. Files of figures hold all.
        if (!questions.Complete)
        {
            var shown = cells.Select(c => c.Cohort).Distinct().OrderDescending(Comparer<object>.Default).Take(MostCohorts).ToHashSet();
            cells = [.. cells.Where(c => c.Age < MostAges && shown.Contains(c.Cohort))];
        }

        if (cells.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        // Moments that were gathered by month are no values of the dimension, so one cannot go on from them.
        var raw = answer.Rows.Select(r => r.Values[cohort]).First(v => v is not null)!.GetType();
        var ages = Enumerable.Range(0, cells.Max(c => c.Age!.Value) + 1).ToList();
        var format = plan.Share ? "percent" : answer.Columns[measure].Format;
        var columns = new List<TableColumn>
        {
            AnswerTable.Heading(answer.Columns[cohort]) with { IsNumber = false },
            AnswerTable.Heading(answer.Columns[measure]) with { Title = answer.Columns[measure].Title },
        };
        columns.AddRange(ages.Select(a => AnswerTable.Heading(answer.Columns[measure]) with { Title = a.ToString(CultureInfo.InvariantCulture), Format = format }));
        var rows = cells.GroupBy(c => c.Cohort).OrderBy(g => g.Key, Comparer<object>.Default)
            .Select(g => Row(g.Key, g.GroupBy(c => c.Age!.Value).ToDictionary(c => c.Key, c => c.Count() == 1 ? c.First().Value : c.Sum(v => AnswerTable.Number(v.Value))))).ToList();
        Shade(rows);
        return new TableContent(plan.Frame, new TableView(columns, rows));

        TableRow Row(object key, Dictionary<int, object?> byAge)
        {
            var first = byAge.GetValueOrDefault(0);
            var whole = AnswerTable.Number(first);
            var line = new List<TableCell> { AnswerTable.Cell(key, answer.Columns[cohort].Format ?? "month", text), AnswerTable.Cell(first, answer.Columns[measure].Format, text) };
            foreach (var age in ages)
            {
                var value = byAge.GetValueOrDefault(age);
                var shown = plan.Share ? AnswerTable.Number(value) is { } part && whole is > 0 ? part / whole : null : value;
                line.Add(shown is null ? new TableCell("", null) : AnswerTable.Cell(shown, format, text));
            }

            return new TableRow(line, IsTotal: false) { Origin = key is string or long or DateOnly && key.GetType() == raw ? new Origin(answer.Query, [KeyValuePair.Create(plan.Cohort, (object?)key)]) : null };
        }
    }

    /// <summary>Shades cells beyond the first period by their size; in the first one of a share all are alike.</summary>
    private static void Shade(List<TableRow> rows)
    {
        var values = rows.SelectMany(r => r.Cells.Skip(3)).Select(c => AnswerTable.Number(c.Value)).OfType<double>().Distinct().Order().ToList();
        const int classes = 6;
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i] = rows[i] with
            {
                Colours = [.. rows[i].Cells.Select((c, at) => at > 2 && AnswerTable.Number(c.Value) is { } value
                    ? Palette.Class(values.BinarySearch(value) * classes / values.Count, classes) : null)],
            };
        }
    }

    /// <summary>Moments gathered by month: those who began within it are one cohort. Each customer is in one, so their numbers add up.</summary>
    private static object Month(object cohort, string? format) => cohort is DateTime moment && format is null ? new DateOnly(moment.Year, moment.Month, 1) : cohort;

    /// <summary>Periods from the cohort on: counted already, or from one date to the other.</summary>
    private static int? Age(object? cohort, object? period, string? format)
    {
        if (Questions.Day(period) is not { } now || Questions.Day(cohort) is not { } then)
        {
            return AnswerTable.Number(period) is { } counted ? (int)counted : null;
        }

        var months = ((now.Year - then.Year) * 12) + now.Month - then.Month;
        return format switch
        {
            "year" => now.Year - then.Year,
            "quarter" => months / 3,
            "week" => (now.DayNumber - then.DayNumber) / 7,
            "day" => now.DayNumber - then.DayNumber,
            _ => months,
        };
    }
}
