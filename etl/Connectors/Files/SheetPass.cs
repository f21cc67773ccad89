using System.Globalization;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Reads a sheet of a workbook into the spool. A record's line is its row. Rows without a value are passed over; a row with an error cell, or with a value
/// beside the columns that the header names, is rejected and says which cell.
/// </summary>
internal sealed class SheetPass(FileFacts file, FilesOptions options, IReadOnlyList<string> declaredNames, RowSpool spool) : RecordPass(file, options, spool)
{
    private const int MostMergedInARow = 256;
    private readonly List<(MergedCells Cells, string? Value)> merged = [];
    private int nextMerged;
    private MergedCells[] pending = [];
    private IReadOnlyList<string> header = [];
    private IReadOnlyList<int> places = [];

    protected override void Read(Stream text, HashedFile hashed)
    {
        // Where the parts of a workbook stand is told at its end, so it is read from its file, and the stream that hashes it only follows.
        using var sheet = SheetReader.Open(File.ReadsFrom, File.Probe.Head, Options);
        pending = [.. sheet.Merged.Where(m => m.FirstColumn == m.LastColumn && m.LastRow > m.FirstRow).OrderBy(m => m.FirstRow)];
        if (sheet.Merged.Count > pending.Length)
        {
            Warnings.Add(string.Create(
                CultureInfo.InvariantCulture, $"{sheet.Merged.Count - pending.Length} cells of the sheet '{sheet.Sheet}' are merged over columns; their value stands in the first"));
        }

        var isNamed = false;
        while (!IsEnough && sheet.Read())
        {
            Cancellation.ThrowIfCancellationRequested();
            FillMerged(sheet);
            if (sheet.Row <= Options.SkipLines || sheet.Cells.TrueForAll(c => c.Text.Length == 0))
            {
                continue;
            }

            if (!isNamed)
            {
                isNamed = true;
                NameColumns(sheet);
                if (Options.Header)
                {
                    continue;
                }
            }

            Take(sheet);
        }

        if (sheet.Unclear > 0)
        {
            Warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{sheet.Unclear} cells of the sheet '{sheet.Sheet}' are empty or hold an error such as #N/A, which cannot be told apart in an old workbook; they are missing values; save it as xlsx to have errors rejected"));
        }
    }

    private void NameColumns(SheetReader sheet)
    {
        var names = new string[sheet.Cells[^1].Column + 1];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Options.Header ? "" : declaredNames.ElementAtOrDefault(i) ?? $"column_{i + 1}";
        }

        foreach (var cell in sheet.Cells.Where(_ => Options.Header))
        {
            names[cell.Column] = cell.Text;
        }

        places = Name(names);
        header = names;
    }

    private void Take(SheetReader sheet)
    {
        foreach (var cell in sheet.Cells)
        {
            if (cell.IsError || cell.Column >= places.Count)
            {
                var where = $"{sheet.Sheet}!{Reference(cell.Column, sheet.Row)}";
                Reject(
                    sheet.Row, cell.IsError ? $"the cell {where} holds the error {cell.Text}" : $"the cell {where} stands beside the {places.Count} columns of the header",
                    RawText(sheet), cell.Column + 1, header.ElementAtOrDefault(cell.Column));
                return;
            }
        }

        foreach (var cell in sheet.Cells)
        {
            if (!Options.NullValues.Contains(cell.Text))
            {
                Spool.Set(places[cell.Column], Encoding.UTF8.GetBytes(cell.Text));
            }
        }

        Land(sheet.Row);
    }

    /// <summary>Cells merged over rows of one column hold one value for all these rows.</summary>
    private void FillMerged(SheetReader sheet)
    {
        merged.RemoveAll(m => m.Cells.LastRow < sheet.Row);
        for (; nextMerged < pending.Length && pending[nextMerged].FirstRow <= sheet.Row; nextMerged++)
        {
            var cells = pending[nextMerged];
            if (cells.LastRow >= sheet.Row && merged.Count < MostMergedInARow)
            {
                merged.Add((cells, cells.FirstRow == sheet.Row ? sheet.Cells.Find(c => c.Column == cells.FirstColumn && !c.IsError).Text : null));
            }
        }

        // A row without any value of its own stays empty: merged cells often run on behind the data.
        if (sheet.Cells.Count == 0)
        {
            return;
        }

        foreach (var (cells, value) in merged)
        {
            if (value is not null && cells.FirstRow != sheet.Row && !sheet.Cells.Exists(c => c.Column == cells.FirstColumn))
            {
                var place = sheet.Cells.FindIndex(c => c.Column > cells.FirstColumn);
                sheet.Cells.Insert(place < 0 ? sheet.Cells.Count : place, new(cells.FirstColumn, value, false));
            }
        }
    }

    private static string Reference(int column, int row)
    {
        var letters = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26)
        {
            letters = (char)('A' + ((rest - 1) % 26)) + letters;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{letters}{row}");
    }

    private static string RawText(SheetReader sheet) => FileFacts.RawText(Encoding.UTF8.GetBytes(string.Join('\t', sheet.Cells.Select(c => c.Text))));
}
