using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// Spooled rows that are never in the clear on disk: they gather in an instance of the engine of their own, which sets down only ciphertext when memory is short, and are handed over as an
/// encrypted Parquet file of <c>_file, _record, _line, v</c>, a list of the values by their places.
/// </summary>
internal sealed class SealedRows : IDisposable
{
    private const int MostWaiting = 4 << 20;

    private static readonly SqlFile sql = SqlFile.Beside<SealedRows>();
    private readonly OwnScratch own;
    private readonly List<object?[]> waiting = [];
    private int bytes;

    /// <summary>Begins.</summary>
    /// <param name="like">A session of the instance that limits and key are taken from.</param>
    public SealedRows(ISession like)
    {
        own = new(like);
        own.Session.Execute(sql.Fill("make"));
    }

    /// <summary>Takes a row.</summary>
    /// <param name="file">Number of its file.</param>
    /// <param name="record">Number of its record.</param>
    /// <param name="line">The line it begins on.</param>
    /// <param name="values">Its values by place, in UTF-8; null for none.</param>
    public void Add(int file, long record, long line, byte[]?[] values)
    {
        waiting.Add([file, record, line, values]);
        bytes += 64 + values.Sum(v => 32 + (v?.Length ?? 0));
        if (bytes > MostWaiting)
        {
            Send();
        }
    }

    /// <summary>Takes the rows of a file out again.</summary>
    public void Remove(int file)
    {
        Send();
        own.Session.Execute(sql.Fill("remove"), new { file });
    }

    /// <summary>Writes all rows so far, in their order.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What reads it.</returns>
    public string Write(string path)
    {
        Send();
        own.Session.Execute(sql.Fill("write", ("target", SqlName.Literal(path)), ("sealed", Landing.EnginePath.Sealed(own.Session))));
        return Landing.EnginePath.Written(own.Session, path);
    }

    public void Dispose() => own.Dispose();

    private void Send()
    {
        if (waiting.Count == 0)
        {
            return;
        }

        own.Session.InTransaction(() =>
        {
            using var append = own.Session.Append("main", "spooled");
            waiting.ForEach(row => append.Row(row));
            append.Complete();
        });
        waiting.Clear();
        bytes = 0;
    }
}
