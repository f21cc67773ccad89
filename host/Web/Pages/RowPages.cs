using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>The rows behind a figure, each with the file and the record it came from: <c>/rows</c>; all of them: <c>/rows.csv</c>.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class RowPages(Site site)
{
    private const int Shown = 200;

    /// <summary>The page.</summary>
    public byte[] Page(PageRequest request, CancellationToken cancellation)
    {
        var (question, members) = Asked(request);
        var frame = site.Dated(request.Frame) with { Part = "reports" };
        var culture = CultureInfo.GetCultureInfo(frame.Locale);
        var lines = new List<FactLine>();
        IReadOnlyList<ResultColumn> columns = [];
        var summary = site.Rows.Read(
            Query(question, request), Shown, begin => columns = [.. begin.Select(c => new ResultColumn(c.Name, members.Find(c.Name)?.Title ?? c.Title, null, c.Type, null, false))],
            row => lines.Add(new([.. row.Select((v, i) => ResultTable.Text(v, columns[i], culture))])), cancellation);
        var labels = new PageLabels(frame);
        return SitePages.Render<RowsPage>(new Dictionary<string, object?>
        {
            [nameof(RowsPage.Frame)] = frame,
            [nameof(RowsPage.Title)] = labels.RowsBehind(members.Find(question.Measures[0])?.Title ?? question.Measures[0]),
            [nameof(RowsPage.Crumbs)] = DrillPages.Crumbs(question, members, frame, labels.Rows),
            [nameof(RowsPage.Rows)] = new FactLines([.. columns.Select(c => (c.Title, IsNumber(c.Type)))], lines, summary.Left),
            [nameof(RowsPage.Csv)] = frame.Link(DrillPages.Rows + ".csv", question.Text()),
        });
    }

    /// <summary>All rows as CSV, sent while they are read; the last line says how many there are.</summary>
    public async Task Csv(HttpContext context, PageRequest request)
    {
        var (question, _) = Asked(request);
        await using var file = new FileStream(
            Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });

        // Written whole before the first byte is sent: a question that fails half-way is an error, not a shorter file.
        await Task.Run(() => Write(file, Query(question, request), context.RequestAborted), context.RequestAborted);
        PageFiles.Begin(context, "csv", $"rows-of-{question.Measures[0].Replace('.', '-')}.csv");
        context.Response.ContentLength = file.Length;
        file.Position = 0;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private void Write(Stream to, CubeQuery query, CancellationToken cancellation)
    {
        using var rows = new CsvRows(to);
        site.Exported.Read(query, null, columns => rows.Head(columns.Select(c => c.Name)), rows.Write, cancellation);
        rows.End();
    }

    private (PageQuestion Question, CubeMembers Members) Asked(PageRequest request)
    {
        var question = PageQuestion.Parse(request.Query);
        return (question, site.MembersOf(question, request));
    }

    private static CubeQuery Query(PageQuestion question, PageRequest request) => question.Query() with { Security = request.Security };

    private static bool IsNumber(ColumnType type) => type.Kind is TypeKind.Integer or TypeKind.Decimal or TypeKind.Double;
}
