using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Notes on which line each record of a file begins, as long as that can be told in few runs.</summary>
internal sealed class LineRuns
{
    /// <summary>More runs are no shorter than the lines themselves, which then stand in the rows.</summary>
    private const int Most = 4000;

    private readonly List<LineRun> runs = [];

    /// <summary>The runs; none when there are too many.</summary>
    public IReadOnlyList<LineRun> Runs => IsFull ? [] : runs;

    /// <summary>Whether the lines follow no rule that is short.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Takes a record that landed.</summary>
    public void Add(long record, long line)
    {
        if (IsFull || (runs.Count > 0 && line - runs[^1].Line == record - runs[^1].Record))
        {
            return;
        }

        IsFull = runs.Count == Most;
        if (!IsFull)
        {
            runs.Add(new(record, line));
        }
    }
}
