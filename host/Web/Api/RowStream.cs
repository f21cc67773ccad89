using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Query;
using CsvHelper;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>What is said when the last row of a streamed answer is written.</summary>
/// <param name="Rows">Rows written.</param>
/// <param name="Left">Rows that the limit left out; 0: it is complete.</param>
/// <param name="AsOf">What data they stand on.</param>
/// <param name="Rollup">Which stored coarser grain served them; null for rows of facts.</param>
internal sealed record RowsEnd(long Rows, long Left, DataAsOf AsOf, RollupChoice? Rollup);

/// <summary>Writes rows while they come, and at the end how many there were: an answer without its end is not whole.</summary>
internal abstract class RowStream
{
    private const int MostPending = 1 << 15;
    private static readonly JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Takes the columns, before the first row.</summary>
    public abstract void Begin(IReadOnlyList<ResultColumn> columns);

    /// <summary>Takes a row.</summary>
    public abstract void Row(IReadOnlyList<object?> values);

    /// <summary>Takes the end.</summary>
    public abstract void End(RowsEnd end);

    /// <summary>The writer of a form.</summary>
    /// <param name="format">The form; not Parquet, which the engine writes.</param>
    /// <param name="to">Where to.</param>
    /// <param name="breadcrumb">Where the rows stand; null for none.</param>
    public static RowStream Of(RowFormat format, Stream to, IReadOnlyList<string>? breadcrumb)
        => format == RowFormat.Csv ? new CsvRows(to) : format == RowFormat.Lines ? new LineRows(to) : new DocumentRows(to, breadcrumb ?? []);

    private static void WriteEnd(Utf8JsonWriter json, RowsEnd end)
    {
        json.WriteNumber("rows", end.Rows);
        json.WriteNumber("left", end.Left);
        json.WriteString("dataAsOf", end.AsOf.Newest?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture));
        if (end.AsOf.Run is { } run)
        {
            json.WriteNumber("run", run);
        }

        if (end.Rollup is { } rollup)
        {
            json.WriteString("rollup", rollup.Served);
        }
    }

    private sealed class LineRows(Stream to) : RowStream
    {
        private readonly Utf8JsonWriter _json = new(to, plain);
        private IReadOnlyList<ResultColumn> _columns = [];

        public override void Begin(IReadOnlyList<ResultColumn> columns) => _columns = columns;

        public override void Row(IReadOnlyList<object?> values)
        {
            ResultJson.WriteObject(_json, _columns, values);
            Next();
        }

        public override void End(RowsEnd end)
        {
            _json.WriteStartObject();
            _json.WriteStartObject("end");
            WriteEnd(_json, end);
            _json.WriteEndObject();
            _json.WriteEndObject();
            Next();
        }

        // The writer puts commas between values of one document; each line is a document of its own.
        private void Next()
        {
            _json.Flush();
            to.WriteByte((byte)'\n');
            _json.Reset(to);
        }
    }

    private sealed class DocumentRows(Stream to, IReadOnlyList<string> breadcrumb) : RowStream
    {
        private readonly Utf8JsonWriter _json = new(to, plain);
        private IReadOnlyList<ResultColumn> _columns = [];

        public override void Begin(IReadOnlyList<ResultColumn> columns)
        {
            _columns = columns;
            _json.WriteStartObject();
            _json.WriteStartArray("breadcrumb");
            foreach (var step in breadcrumb)
            {
                _json.WriteStringValue(step);
            }

            _json.WriteEndArray();
            _json.WriteStartArray("columns");
            foreach (var column in columns)
            {
                _json.WriteStartObject();
                _json.WriteString("name", column.Member);
                _json.WriteString("title", column.Title);
                _json.WriteString("type", MemberTypes.Of(column.Type));
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteStartArray("data");
        }

        public override void Row(IReadOnlyList<object?> values)
        {
            ResultJson.WriteObject(_json, _columns, values);
            if (_json.BytesPending > MostPending)
            {
                _json.Flush();
            }
        }

        public override void End(RowsEnd end)
        {
            _json.WriteEndArray();
            WriteEnd(_json, end);
            _json.WriteEndObject();
            _json.Flush();
        }
    }

    private sealed class CsvRows(Stream to) : RowStream
    {
        private CsvWriter? _csv;

        public override void Begin(IReadOnlyList<ResultColumn> columns) => _csv = ResultCsv.Open(columns, to);

        public override void Row(IReadOnlyList<object?> values) => ResultCsv.WriteRow(_csv!, values);

        public override void End(RowsEnd end)
        {
            _csv!.Dispose();
            to.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"# rows: {end.Rows}; left out: {end.Left}; data as of {end.AsOf.Newest:yyyy-MM-dd'T'HH:mm:ss}; run {end.AsOf.Run}\n")));
        }
    }
}
