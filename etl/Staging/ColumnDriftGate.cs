using System.Text.Json;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>How a column of a stream is other than it was.</summary>
/// <param name="Column">The column.</param>
/// <param name="Was">Its type before; null when it was not there.</param>
/// <param name="Is">Its type now; null when it is not there any more.</param>
public sealed record ColumnChange(string Column, string? Was, string? Is)
{
    /// <summary>The change in words.</summary>
    public override string ToString() => (Was, Is) switch
    {
        (null, _) => $"column {Column} ({Is}) is new",
        (_, null) => $"column {Column} is missing",
        _ => $"column {Column} was {Was} and is {Is}",
    };
}

/// <summary>Compares the columns of a stream with those it had, and does what the stream says of changes: takes them, refuses them, or puts records aside.</summary>
public static class ColumnDriftGate
{
    /// <summary>What changed.</summary>
    /// <param name="before">The columns before, as <see cref="Merged"/> wrote them; null when they are not known.</param>
    /// <param name="now">The columns now.</param>
    public static IReadOnlyList<ColumnChange> Compare(string? before, IReadOnlyList<LandedColumn> now)
    {
        if (before is null)
        {
            return [];
        }

        var was = Types(before);
        var present = now.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        return [.. now.Where(c => !was.TryGetValue(c.Name, out var type) || type != c.Type).Select(c => new ColumnChange(c.Name, was.GetValueOrDefault(c.Name), c.Type))
            .Concat(was.Where(c => !present.ContainsKey(c.Key)).Select(c => new ColumnChange(c.Key, c.Value, null)))];
    }

    /// <summary>The columns to remember: those there are, and those there were.</summary>
    public static string Merged(string? before, IReadOnlyList<LandedColumn> now)
    {
        var columns = before is null ? new(StringComparer.OrdinalIgnoreCase) : Types(before);
        foreach (var column in now)
        {
            columns[column.Name] = column.Type;
        }

        return JsonSerializer.Serialize(columns.OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary());
    }

    /// <summary>What the stream says of a changed column.</summary>
    public static DriftPolicy PolicyOf(SourceStream stream, string column) =>
        stream.Columns.FirstOrDefault(c => string.Equals(c.Name, column, StringComparison.OrdinalIgnoreCase))?.Drift ?? stream.Sync.Drift;

    /// <summary>Refuses changes that the stream forbids, and answers warnings of the others.</summary>
    /// <exception cref="CrmException">A column changed that the stream says is frozen.</exception>
    internal static IEnumerable<string> Judge(string source, SourceStream stream, IReadOnlyList<ColumnChange> changes)
    {
        var frozen = changes.Where(c => PolicyOf(stream, c.Column) == DriftPolicy.Freeze).ToList();
        return frozen.Count == 0
            ? changes.Select(c => $"{source}/{stream.Name}: {c}")
            : throw new CrmException(
                FailureKind.CheckFailed, string.Join("; ", frozen), $"{source}/{stream.Name}", "the columns it had, since the stream says schema: freeze",
                "Correct the source, or let the stream say schema: evolve; nothing that readers see has changed");
    }

    /// <summary>Conditions over raw records that put them aside, with their reasons: a value in a new column, any record when a column is missing, a value that is not of the type that was.</summary>
    internal static IEnumerable<(string Column, string Condition, string Reason)> Conditions(SourceStream stream, IReadOnlyList<ColumnChange> changes) =>
        changes.Where(c => PolicyOf(stream, c.Column) == DriftPolicy.Quarantine).Select(c => (c.Column, c switch
        {
            { Was: null } => $"{SqlName.Quote(c.Column)} IS NOT NULL",
            { Is: null } => "true",
            _ => $"{SqlName.Quote(c.Column)} IS NOT NULL AND TRY_CAST({SqlName.Quote(c.Column)} AS {c.Was}) IS NULL",
        }, c.ToString()));

    /// <summary>The columns that <see cref="Merged"/> wrote; none when they are not known.</summary>
    public static IReadOnlyList<DescribedColumn> Read(string? columns) =>
        columns is null ? [] : [.. Types(columns).Select(c => new DescribedColumn(c.Key, c.Value))];

    private static Dictionary<string, string> Types(string columns) =>
        new(JsonSerializer.Deserialize<Dictionary<string, string>>(columns)!, StringComparer.OrdinalIgnoreCase);
}
