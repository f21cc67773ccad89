using System.Text;
using ExcelDataReader;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Reads a sheet of an old Excel workbook (BIFF 2 to 8). The library gives error cells as missing values, which are counted.</summary>
internal sealed class XlsSheet : SheetReader
{
    private const int MostColumns = 256;
    private readonly IExcelDataReader reader;

    public XlsSheet(string path, FilesOptions options)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var file = new PatientFile(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        reader = Guard(() => ExcelReaderFactory.CreateReader(file));
        Guard(() =>
        {
            var names = new List<string>();
            do
            {
                names.Add(reader.Name ?? "");
            }
            while (reader.NextResult());
            var chosen = Choose(names, options.Sheet);
            reader.Reset();
            for (var i = 0; i < chosen; i++)
            {
                reader.NextResult();
            }

            return true;
        });
        Sheet = reader.Name ?? "";
        Merged = Guard(() => reader.MergeCells?.Select(m => new MergedCells(m.FromRow + 1, m.ToRow + 1, m.FromColumn, m.ToColumn)).ToArray() ?? []);
    }

    public override string Sheet { get; }

    public override IReadOnlyList<MergedCells> Merged { get; }

    public override bool Read() => Guard(() =>
    {
        if (!reader.Read())
        {
            return false;
        }

        Cells.Clear();
        Row = reader.Depth + 1;
        for (var column = 0; column < Math.Min(reader.FieldCount, MostColumns); column++)
        {
            if (Text(reader.GetValue(column)) is { } text)
            {
                Cells.Add(new(column, text, false));
            }
            else
            {
                Unclear += string.IsNullOrEmpty(reader.GetNumberFormatString(column)) ? 0 : 1;
            }
        }

        return true;
    });

    protected override void Dispose(bool disposing) => reader.Dispose();

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        double number => SheetValue.Plain(number),
        bool truth => truth ? "true" : "false",
        DateTime moment => SheetValue.Text(moment),
        TimeSpan time => SheetValue.Time(time),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>The library tells damage by whatever its code trips over.</summary>
    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ExcelDataReader.Exceptions.InvalidPasswordException e)
        {
            throw new InvalidDataException("it is encrypted; save it without a password", e);
        }
        catch (Exception e) when (e is not (InvalidDataException or OutOfMemoryException or UnauthorizedAccessException))
        {
            throw new InvalidDataException($"it is not a workbook that is whole: {e.Message}", e);
        }
    }

    /// <summary>A file whose reader goes round in circles is damaged: nobody needs to read it fifty times.</summary>
    private sealed class PatientFile(FileStream file) : Stream
    {
        private const int ReadCosts = 16;
        private long left = (file.Length * 50) + (4 << 20);

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position { get => file.Position; set => file.Position = value; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = file.Read(buffer, offset, count);
            left -= read + ReadCosts;
            return left > 0 ? read : throw new InvalidDataException("its parts refer to each other in a circle");
        }

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
