namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Adds up how far several files are, read side by side and some of them twice, into one number that only grows.</summary>
internal sealed class ReadingProgress(IProgress<ExtractProgress>? progress)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Bytes, long Records)> files = new(StringComparer.Ordinal);
    private ExtractProgress told;

    public void Begin(IReadOnlyList<SourceItem> items) => told = new ExtractProgress(0, items.Count, 0, items.Sum(i => i.Size), 0);

    /// <summary>Takes a file's bytes and records so far.</summary>
    public Action<long, long> Of(SourceItem item) => progress is null ? (_, _) => { }
    : (bytes, records) =>
    {
        lock (gate)
        {
            var before = files.GetValueOrDefault(item.Path);
            if (bytes <= before.Bytes)
            {
                return;
            }

            files[item.Path] = (bytes, records);
            told = told with
            {
                Files = told.Files + (bytes >= item.Size ? 1 : 0),
                Bytes = told.Bytes + bytes - before.Bytes,
                Records = told.Records + records - before.Records,
            };
            progress.Report(told);
        }
    };

    /// <summary>All is read.</summary>
    public void End(long records) => progress?.Report(told with { Files = told.FilesTotal, Bytes = told.BytesTotal, Records = records });
}
