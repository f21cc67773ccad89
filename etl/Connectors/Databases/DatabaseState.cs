using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Where the reading of a table ended, as it is kept in <see cref="Landing.LandedBatch.State"/>.</summary>
internal sealed record DatabaseState
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The cursor that the mark is of.</summary>
    public string? Cursor { get; init; }

    /// <summary>The type the cursor lands in.</summary>
    public string? Type { get; init; }

    /// <summary>The greatest cursor landed, as the engine spells it; it never decreases.</summary>
    public string? Mark { get; init; }

    /// <summary>Within a load in chunks: the place of the last record landed, in the columns that it is ordered by.</summary>
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>A full load: what the records were. An incremental one: what those were that the next run reads again.</summary>
    public string? Hash { get; init; }

    /// <summary>A full load in chunks that is complete: the delivery that ended it.</summary>
    public string? Read { get; init; }

    /// <summary>A log of changes: everything up to here has landed.</summary>
    public string? Lsn { get; init; }

    /// <summary>A log of changes: the slot that the place is in.</summary>
    public string? Slot { get; init; }

    /// <summary>A log of changes: the transactions that the first load saw, so that they are not read again.</summary>
    public string? Snapshot { get; init; }

    /// <summary>A log of changes: behind here the log has no transaction that the first load saw.</summary>
    public string? Until { get; init; }

    /// <summary>Reads a state; one that is not there, or not ours, is as if nothing had been read.</summary>
    public static DatabaseState Of(string? text)
    {
        try
        {
            return text is null ? new() : JsonSerializer.Deserialize<DatabaseState>(text, Json) ?? new();
        }
        catch (JsonException)
        {
            return new();
        }
    }

    /// <summary>The text that is kept.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Json);
}
