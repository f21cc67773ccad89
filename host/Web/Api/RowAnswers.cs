using System.Globalization;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Answers that stream: the rows go to the asker while the engine finds them, so that memory stays bounded whatever their number. A fault in the middle cuts
/// the connection; what has its end is whole.
/// </summary>
/// <param name="questions">Answers questions.</param>
/// <param name="folder">A folder that the warehouse may write to, for answers that are files.</param>
internal sealed class RowAnswers(Questions questions, string folder)
{
    private const int Buffer = 1 << 16;

    // Each holds a thread and a snapshot of the warehouse for as long as its asker reads.
    private readonly SemaphoreSlim _turns = new(4 * Environment.ProcessorCount);

    /// <summary>Streams the answer to a question.</summary>
    public Task Load(HttpContext context, RowFormat format, CubeQuery query)
        => format == RowFormat.Parquet
            ? File(context, path => End(questions.Answers.WriteParquet(query, path, context.RequestAborted)))
            : Rows(context, format, null, (begin, row) => End(questions.Answers.Stream(query, begin, row, context.RequestAborted)));

    /// <summary>Streams the rows behind a cell.</summary>
    /// <param name="context">The request.</param>
    /// <param name="format">The form.</param>
    /// <param name="query">The question narrowed to the cell; its limit is that of the rows, and without one all are answered.</param>
    public Task Through(HttpContext context, RowFormat format, CubeQuery query)
        => format == RowFormat.Parquet
            ? File(context, path => End(questions.Rows.WriteParquet(query, query.Limit, path, context.RequestAborted)))
            : Rows(context, format, Drill.Breadcrumb(query), (begin, row) => End(questions.Rows.Read(query, query.Limit, columns => begin(ColumnsOf(columns)), row, context.RequestAborted)));

    private static RowsEnd End(RowsSummary summary) => new(summary.Rows, summary.Left, summary.AsOf, summary.Rollup);

    private static RowsEnd End(DrillSummary summary) => new(summary.Rows, summary.Left, summary.AsOf, null);

    private static List<ResultColumn> ColumnsOf(IReadOnlyList<DrillColumn> columns) => [.. columns.Select(c => new ResultColumn(c.Name, c.Title, null, c.Type, null, false))];

    private async Task Rows(
        HttpContext context, RowFormat format, IReadOnlyList<string>? breadcrumb, Func<Action<IReadOnlyList<ResultColumn>>, Action<IReadOnlyList<object?>>, RowsEnd> read)
    {
        await InTurn(context, () =>
        {
            // Faults before the first bytes leave are answered with their status: nothing is said before the buffer is full or the answer at its end. It is
            // not disposed of, which would send what stands in it.
            var body = new BufferedStream(context.Response.BodyWriter.AsStream(leaveOpen: true), Buffer);
            var rows = RowStream.Of(format, body, breadcrumb);
            rows.End(read(
                columns =>
                {
                    Say(context, format);
                    rows.Begin(columns);
                },
                rows.Row));
            body.Flush();
        });
    }

    private async Task File(HttpContext context, Func<string, RowsEnd> write)
    {
        var path = Path.Combine(folder, $".answer-{Guid.NewGuid():N}.parquet");
        try
        {
            Directory.CreateDirectory(folder);
            var end = await InTurn(context, () => write(path));
            Say(context, RowFormat.Parquet);
            context.Response.Headers["Rows"] = end.Rows.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["Rows-Left"] = end.Left.ToString(CultureInfo.InvariantCulture);
            context.Response.ContentLength = new FileInfo(path).Length;
            await context.Response.SendFileAsync(path, context.RequestAborted);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private static void Say(HttpContext context, RowFormat format)
    {
        context.Response.ContentType = format == RowFormat.Parquet ? format.MediaType : $"{format.MediaType}; charset=utf-8";
        if (format == RowFormat.Csv || format == RowFormat.Parquet)
        {
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"answer.{format.Name}\"";
        }
    }

    private Task InTurn(HttpContext context, Action work) => InTurn(context, () =>
    {
        work();
        return true;
    });

    private async Task<T> InTurn<T>(HttpContext context, Func<T> work)
    {
        await _turns.WaitAsync(context.RequestAborted);
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _turns.Release();
        }
    }
}
