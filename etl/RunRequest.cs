using Crm.Analytics.Etl.Connectors;

namespace Crm.Analytics.Etl;

/// <summary>What a run is asked to do; the default is to load what is new in every stream.</summary>
public sealed record RunRequest
{
    /// <summary>Only this source; null for all.</summary>
    public string? Source { get; init; }

    /// <summary>Only this stream of it; null for all.</summary>
    public string? Stream { get; init; }

    /// <summary>
    /// A range to load again: of the cursor when it is read from the source, of the time of files and deliveries (UTC) when it is replayed from the landing.
    /// </summary>
    public CursorRange Range { get; init; }

    /// <summary>True to take the records from the landing instead of the source: after a map, a rule or a type was corrected.</summary>
    public bool Replays { get; init; }

    /// <summary>Only the records in the quarantine are replayed, those of this choice; null for all records.</summary>
    public QuarantineChoice? Quarantined { get; init; }

    /// <summary>True to read nothing: only what people decided of identities is followed.</summary>
    public bool IsDecided { get; init; }

    /// <summary>True to do everything but the commit, and to leave nothing behind: the summary tells what a run would change.</summary>
    public bool IsDry { get; init; }

    /// <summary>True when nothing in particular is asked for.</summary>
    public bool IsPlain => Source is null && Range.IsAll && !Replays && !IsDecided;
}

/// <summary>Which records of the quarantine.</summary>
/// <param name="Rule">Those that this rule put aside; null for any.</param>
public sealed record QuarantineChoice(string? Rule);
