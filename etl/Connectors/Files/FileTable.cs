using System.Globalization;
using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>How a file was read as a table.</summary>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Layout">How the file is laid out, for people: <c>CSV, comma between values, with a header</c>.</param>
/// <param name="Rejected">Lines that could not be read and are left out.</param>
public sealed record FileTable(IReadOnlyList<string> Columns, long Rows, string Layout, long Rejected)
{
    private static readonly SqlFile Sql = SqlFile.Beside<FileTable>();

    /// <summary>
    /// Reads a file (CSV of any delimiter, text with blanks between values, with or without a header, JSON, Parquet, a workbook) as a temporary table of
    /// texts. Columns without a name are called column_1, column_2 …
    /// </summary>
    /// <param name="session">A session that may read files outside.</param>
    /// <param name="file">The file.</param>
    /// <param name="table">The temporary table to make.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="CrmException">The file is missing, empty or cannot be read.</exception>
    public static FileTable Load(ISession session, string file, string table, CancellationToken cancellation)
    {
        if (!File.Exists(file))
        {
            throw new CrmException(FailureKind.WrongUse, Directory.Exists(file) ? "a folder" : "no such file", file, "a file of records", "Correct the path");
        }

        var probe = FileProbe.Look(file, Options);
        if (probe.IsEmpty)
        {
            throw new CrmException(FailureKind.Failed, "the file is empty", file, "records", "Give another file");
        }

        if (probe.Refusal is { } refusal && probe.Format != FileFormat.Sheet)
        {
            throw new CrmException(FailureKind.Failed, refusal, file, "CSV, text, JSON, Parquet or a workbook", "Give another file");
        }

        try
        {
            return probe.Format switch
            {
                FileFormat.Sheet => Sheet(session, file, probe, table, cancellation),
                FileFormat.Parquet => Typed(session, Sql.Fill("parquet", ("path", SqlName.Literal(file))), table, "Parquet", cancellation),
                FileFormat.Json => Typed(session, Sql.Fill("json", ("path", SqlName.Literal(file))), table, "JSON", cancellation),
                _ => Lines(session, file, probe, table, cancellation),
            };
        }
        catch (Exception e) when (e is EngineException or InvalidDataException)
        {
            throw new CrmException(FailureKind.Failed, $"the file cannot be read ({e.Message.Split('\n')[0]})", file, "records in columns", "Correct the file", e);
        }
    }

    private static FileTable Typed(ISession session, string rows, string table, string layout, CancellationToken cancellation)
    {
        var columns = session.Describe(Sql.Fill("columns", ("rows", rows)), cancellation).Select(c => c.Name).ToList();
        session.Execute(Sql.Fill("table", ("table", table), ("rows", rows), ("columns", SqlName.List(columns.Select(AsText)))), null, cancellation);
        return new(columns, session.Scalar<long>(Sql.Fill("count", ("table", table))), layout, 0);
    }

    private static FileTable Lines(ISession session, string file, FileProbe probe, string table, CancellationToken cancellation)
    {
        var layout = TextLayout.Of(probe.Head);
        var encoding = probe.Encoding is UnicodeEncoding ? "utf-16" : probe.Gzip || TextLayout.IsUtf8(file) ? "utf-8" : "latin-1";
        (string, string)[] values = [("path", SqlName.Literal(file)), ("encoding", SqlName.Literal(encoding)), ("header", layout.HasHeader ? "true" : "false"), ("none", SqlName.Literal("\u0001"))];
        if (layout.Delimiter is not { } delimiter)
        {
            var cells = layout.Columns.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"_cells[{i + 1}] AS {SqlName.Quote(c)}"));
            session.Execute(Sql.Fill("table", ("table", table), ("rows", Sql.Fill("lines", values)), ("columns", SqlName.List(cells))), null, cancellation);
            return new(layout.Columns, session.Scalar<long>(Sql.Fill("count", ("table", table))), layout.Said, 0);
        }

        var rows = Sql.Fill("csv", [.. values, ("delimiter", SqlName.Literal(delimiter.ToString())), ("names", SqlName.List(layout.Columns.Select(SqlName.Literal)))]);
        session.Execute(Sql.Fill("table", ("table", table), ("rows", rows), ("columns", SqlName.List(layout.Columns.Select(SqlName.Quote)))), null, cancellation);
        return new(layout.Columns, session.Scalar<long>(Sql.Fill("count", ("table", table))), layout.Said, session.Scalar<long>(Sql.Fill("rejects")));
    }

    private static FileTable Sheet(ISession session, string file, FileProbe probe, string table, CancellationToken cancellation)
    {
        using var sheet = SheetReader.Open(file, probe.Head, Options);
        var rows = new List<string?[]>();
        while (sheet.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (sheet.Cells.Count > 0)
            {
                var row = new string?[sheet.Cells[^1].Column + 1];
                sheet.Cells.ForEach(c => row[c.Column] = c.IsError ? null : c.Text);
                rows.Add(row);
            }
        }

        if (rows.Count == 0)
        {
            throw new CrmException(FailureKind.Failed, $"the sheet '{sheet.Sheet}' is empty", file, "records", "Give another file");
        }

        var width = rows.Max(r => r.Length);
        var hasHeader = TextLayout.IsHeader(rows[0]);
        var columns = TextLayout.Names(Enumerable.Range(0, width).Select(i => hasHeader ? rows[0].ElementAtOrDefault(i) : null));
        session.Execute(Sql.Fill("empty", ("table", table), ("columns", SqlName.List(columns.Select(c => $"{SqlName.Quote(c)} VARCHAR")))), null, cancellation);
        session.InTransaction(() =>
        {
            using var append = session.Append("temp", table);
            foreach (var row in rows.Skip(hasHeader ? 1 : 0))
            {
                append.Row([.. Enumerable.Range(0, width).Select(i => (object?)row.ElementAtOrDefault(i))]);
            }

            append.Complete();
        });
        return new(columns, rows.Count - (hasHeader ? 1 : 0), $"sheet '{sheet.Sheet}', {(hasHeader ? "with" : "without")} a header", 0);
    }

    private static string AsText(string column) => $"CAST({SqlName.Quote(column)} AS VARCHAR) AS {SqlName.Quote(column)}";

    private static FilesOptions Options { get; } = new(
        new Warehouse.Declarations.OptionValue([], default), null, null, (byte)'"', (byte)'"', null, null, true, 0, [], 2_000_000);
}
