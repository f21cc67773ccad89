using System.Globalization;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers tables.</summary>
internal sealed class TableFiller(Questions questions, ValueText text, Words words)
{
    /// <summary>The block, answered.</summary>
    public BlockContent Fill(TablePlan plan)
    {
        var answer = questions.Ask(plan.Query, plan.Total || plan.Columns.Any(c => c.Share) ? Totals.Grand : Totals.None);
        var rows = answer.Rows.Where(r => r.TotalLevel == 0).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var total = answer.Rows.FirstOrDefault(r => r.TotalLevel == answer.Query.Dimensions.Count && r.TotalLevel > 0);
        var beside = plan.Lookup is { } lookup ? new Beside(lookup, questions.Ask(lookup.Query), answer) : null;
        var columns = plan.Columns.Select(c => Column(c, answer, beside, rows, total)).ToList();
        var lines = rows.Select(r => new TableRow([.. columns.Select(c => c.Cell(r))], IsTotal: false) { Origin = Origin.Of(answer, r) }).ToList();
        if (plan.Total && total is not null)
        {
            lines.Add(new TableRow([.. columns.Select((c, i) => i == 0 ? new TableCell(words.AllRows, null) { Value = words.AllRows } : c.Cell(total))], IsTotal: true) { Origin = Origin.Of(answer, total) });
        }

        return new TableContent(plan.Frame, new TableView([.. columns.Select(c => c.Heading)], lines));
    }

    private Column Column(ColumnPlan plan, CubeResult answer, Beside? beside, List<ResultRow> rows, ResultRow? total)
    {
        var own = answer.Columns.Any(c => c.Member == plan.Member);
        var source = own ? answer : beside!.Answer;
        var at = source.IndexOf(plan.Member);
        var column = source.Columns[at];
        var value = own ? (Func<ResultRow, object?>)(r => r.Values[at]) : r => beside!.Of(r)?.Values[at];
        var title = plan.Label ?? (plan.Share ? string.Format(CultureInfo.InvariantCulture, words.ShareTitle, column.Title.ToLowerInvariant()) : column.Title);
        if (plan.Per is { } per)
        {
            var below = Column(new ColumnPlan(per, null, Share: false, Bar: false, null), answer, beside, rows, total);
            return new Column(
                new TableColumn(title, column.Description, IsNumber: true) { Member = plan.Member, Format = "percent", Type = new ColumnType(TypeKind.Double), IsMeasure = own },
                row => Number(value(row)) is { } above && Number(below.Cell(row).Value) is { } under && under != 0
                    ? new TableCell(text.Percent(above / under), null) { Value = above / under } : new TableCell(ValueText.Missing, null));
        }

        var largest = rows.Max(r => Math.Abs(Number(value(r)) ?? 0));
        var whole = plan.Share && total is not null ? Number(value(total)) : null;
        var isNumber = column.IsMeasure || column.Type.Kind is not (TypeKind.Text or TypeKind.Date);
        return new Column(
            new TableColumn(title, column.Description, isNumber)
            {
                Member = plan.Member,
                Format = plan.Share ? "percent" : plan.Format ?? column.Format,
                Type = plan.Share ? new ColumnType(TypeKind.Double) : column.Type,
                IsMeasure = own && column.IsMeasure,
            },
            Cell);

        TableCell Cell(ResultRow row)
        {
            var number = Number(value(row));
            var words = plan.Share
                ? number is { } part && whole is { } all && all != 0 ? text.Percent(part / all) : ValueText.Missing
                : row.TotalLevel > 0 && !column.IsMeasure ? "" : text.Of(value(row), plan.Format ?? column.Format, largest);
            return new TableCell(words, plan.Bar && row.TotalLevel == 0 && number is { } n && largest > 0 ? Math.Max(0, n / largest) : null)
            {
                Value = plan.Share ? number is { } share && whole is { } of && of != 0 ? share / of : null : value(row),
            };
        }
    }

    private static double? Number(object? value) =>
        value is null or string or bool or DateOnly or DateTime ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    /// <summary>The second question's rows by the value that joins them to the first's.</summary>
    private sealed class Beside(LookupPlan plan, CubeResult answer, CubeResult first)
    {
        private readonly int from = first.IndexOf(plan.From);

        private readonly Dictionary<object, ResultRow> rows = answer.Rows
            .Where(r => r.TotalLevel == 0 && r.Values[answer.IndexOf(plan.To)] is not null)
            .GroupBy(r => r.Values[answer.IndexOf(plan.To)]!).ToDictionary(g => g.Key, g => g.First());

        public CubeResult Answer { get; } = answer;

        public ResultRow? Of(ResultRow row) => row.Values[from] is { } key ? rows.GetValueOrDefault(key) : null;
    }
}

/// <summary>A column of a table that is being filled.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Cell">Its cell in a row.</param>
internal sealed record Column(TableColumn Heading, Func<ResultRow, TableCell> Cell);
