using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Takes the records of a read, value by value, and counts them; a record that cannot be landed is put aside with its reason.</summary>
/// <param name="append">Where they go; its column 0 is the number of the record.</param>
/// <param name="delivery">What the delivery is called.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="cancellation">Stops it between records.</param>
internal sealed class RowSink(ColumnAppend append, string delivery, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
{
    private const int Pace = 1 << 14;
    private readonly Dictionary<string, long> warnings = new(StringComparer.Ordinal);
    private readonly List<RejectedRecord> rejects = [];

    /// <summary>Records met, rejected ones counted.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes received, as far as known.</summary>
    public long Bytes { get; set; }

    /// <summary>Records that could not be landed.</summary>
    public IReadOnlyList<RejectedRecord> Rejects => rejects;

    /// <summary>What was odd, with how often.</summary>
    public IReadOnlyList<string> Warnings => [.. warnings.Select(w => $"{w.Key} ({w.Value} times)")];

    /// <summary>The writer of a selected column, from 0.</summary>
    /// <remarks>A log of changes has one more behind the last: whether the record was deleted.</remarks>
    public ColumnWriter this[int column] => append[column + 1];

    /// <summary>Ends a record whose columns are all written.</summary>
    public void EndRow()
    {
        append[0].Long(++Records);
        append.EndRow();
        if (Records % Pace == 0)
        {
            Tell();
        }
    }

    /// <summary>Puts the record aside whose columns are being written.</summary>
    /// <param name="column">The column at fault, from 0.</param>
    /// <param name="name">Its name.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="raw">The value as it stands.</param>
    public void RejectRow(int column, string name, string reason, string raw)
    {
        append.AbandonRow();
        Records++;
        raw = raw.Length > RejectedRecord.RawTextLimit ? raw[..RejectedRecord.RawTextLimit] : raw;
        rejects.Add(new(delivery, Records, Records, column + 1, name, reason, raw));
    }

    /// <summary>Puts a record aside that was ended already and has been taken out since.</summary>
    public void Reject(long record, int column, string name, string reason, string raw) =>
        rejects.Add(new(delivery, record, record, column + 1, name, reason, raw.Length > RejectedRecord.RawTextLimit ? raw[..RejectedRecord.RawTextLimit] : raw));

    /// <summary>Counts something odd that did not stop it.</summary>
    public void Warn(string what) => warnings[what] = warnings.GetValueOrDefault(what) + 1;

    /// <summary>What the rejected records are, whatever their order; empty when there are none.</summary>
    public string RejectsHash() => rejects.Count == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', rejects.Select(r => $"{r.ColumnName}\u001f{r.Reason}\u001f{r.RawText}").Order(StringComparer.Ordinal)))))[..16];

    private void Tell()
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new(0, 1, Bytes, 0, Records));
    }
}
