namespace Crm.Analytics.Warehouse.Query;

/// <summary>Which stored coarser grain serves a question, and why the others do not.</summary>
/// <param name="Served">The rollup that serves it, as <c>cube.rollup</c>; null: the facts themselves.</param>
/// <param name="Refused">Every other candidate with the reason.</param>
public sealed record RollupChoice(string? Served, IReadOnlyList<RefusedRollup> Refused)
{
    /// <summary>No rollup, and no candidate.</summary>
    public static RollupChoice None { get; } = new(null, []);
}

/// <summary>A rollup that does not serve a question.</summary>
/// <param name="Rollup">Its name, as <c>cube.rollup</c>.</param>
/// <param name="Reason">Why not, as a sentence for people.</param>
public sealed record RefusedRollup(string Rollup, string Reason);
