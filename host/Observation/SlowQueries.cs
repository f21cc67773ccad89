namespace Crm.Analytics.Host.Observation;

/// <summary>The slowest questions that this process answered. Safe for use from several threads.</summary>
internal static class SlowQueries
{
    private const int Kept = 10;
    private static readonly Lock guard = new();
    private static readonly List<SlowQuery> slowest = [];

    /// <summary>The slowest first.</summary>
    public static IReadOnlyList<SlowQuery> Slowest
    {
        get
        {
            lock (guard)
            {
                return [.. slowest];
            }
        }
    }

    /// <summary>Notes a question if it is one of the slowest.</summary>
    public static void Note(SlowQuery query)
    {
        lock (guard)
        {
            var place = slowest.FindIndex(q => q.Took < query.Took);
            if (place < 0 && slowest.Count == Kept)
            {
                return;
            }

            slowest.Insert(place < 0 ? slowest.Count : place, query);
            if (slowest.Count > Kept)
            {
                slowest.RemoveAt(Kept);
            }
        }
    }
}

/// <summary>A question and the time it took.</summary>
/// <param name="Question">Its measures and dimensions; never values, which may be personal.</param>
/// <param name="At">When it was answered, UTC.</param>
/// <param name="Took">How long it took.</param>
internal sealed record SlowQuery(string Question, DateTime At, TimeSpan Took);
