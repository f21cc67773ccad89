namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>A cell that is not empty.</summary>
/// <param name="Column">Its column, from 0.</param>
/// <param name="Text">Its value as text: numbers in their shortest form, moments in ISO 8601, booleans as true and false, errors as #N/A and so on.</param>
/// <param name="IsError">Whether it holds an error.</param>
internal readonly record struct SheetCell(int Column, string Text, bool IsError);

/// <summary>Cells that are shown as one; the value stands in the first.</summary>
internal readonly record struct MergedCells(int FirstRow, int LastRow, int FirstColumn, int LastColumn);

/// <summary>Reads one sheet of a workbook, row by row. What is no workbook is an <see cref="InvalidDataException"/>.</summary>
internal abstract class SheetReader : IDisposable
{
    /// <summary>Name of the sheet.</summary>
    public abstract string Sheet { get; }

    /// <summary>The row, from 1.</summary>
    public int Row { get; protected set; }

    /// <summary>Its cells that are not empty, by column.</summary>
    public List<SheetCell> Cells { get; } = [];

    /// <summary>Merged cells of the sheet; none when there are too many to know.</summary>
    public abstract IReadOnlyList<MergedCells> Merged { get; }

    /// <summary>Opens the sheet that the options name.</summary>
    /// <param name="path">Full path of the workbook.</param>
    /// <param name="head">Its first bytes.</param>
    /// <param name="options">The options.</param>
    public static SheetReader Open(string path, ReadOnlySpan<byte> head, FilesOptions options) =>
        head.StartsWith("PK"u8) ? new XlsxSheet(path, options) : new XlsSheet(path, options);

    /// <summary>Cells met so far that are empty or hold an error, where the reader cannot tell which.</summary>
    public long Unclear { get; protected set; }

    /// <summary>Goes to the next row that the sheet has.</summary>
    /// <returns>False when there is none.</returns>
    public abstract bool Read();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>The place of the sheet that is meant among the names.</summary>
    protected static int Choose(IReadOnlyList<string> names, string? wanted)
    {
        if (wanted is null && names.Count > 0)
        {
            return 0;
        }

        var named = names.Index().Where(n => n.Item.Equals(wanted, StringComparison.OrdinalIgnoreCase)).Select(n => n.Index + 1).FirstOrDefault();
        named = named == 0 && int.TryParse(wanted, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : named;
        return named > 0 && named <= names.Count ? named - 1
            : throw new InvalidDataException($"it has no sheet '{wanted}'; its sheets are {string.Join(", ", names.Select(n => $"'{n}'"))}");
    }
}
