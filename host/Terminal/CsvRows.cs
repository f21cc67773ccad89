using System.Globalization;
using CsvHelper;

namespace Crm.Analytics.Host.Terminal;

/// <summary>Rows that come one by one, as CSV; the last line says how many there were, so that a file that was cut shows it.</summary>
/// <param name="to">Where to; stays open.</param>
internal sealed class CsvRows(Stream to) : IDisposable
{
    private readonly CsvWriter _csv = CsvWriter.Create(to, CsvWriterOptions.Default with { Injection = CsvInjection.Escape, NewLine = "\n" }, leaveOpen: true);
    private bool _ended;

    /// <summary>Rows written.</summary>
    public long Count { get; private set; }

    /// <summary>Writes the header.</summary>
    public void Head(IEnumerable<string> names) => _csv.WriteHeader([.. names]);

    /// <summary>Writes a row.</summary>
    public void Write(IReadOnlyList<object?> values)
    {
        foreach (var value in values)
        {
            ResultCsv.WriteCell(_csv, value);
        }

        _csv.EndRecord();
        Count++;
    }

    /// <summary>Writes the last line.</summary>
    public void End()
    {
        Close();
        using var note = new StreamWriter(to, leaveOpen: true) { NewLine = "\n" };
        note.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# rows: {Count}"));
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Close()
    {
        if (!_ended)
        {
            _ended = true;
            _csv.Dispose();
        }
    }
}
