using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Reports.Definitions;

/// <summary>Where a report goes, in which forms, for whom and under which condition. When it goes is a schedule's business.</summary>
/// <param name="Name">Name in snake_case, unique in the report.</param>
/// <param name="Formats">Names of formats, e.g. <c>html</c>; at least one.</param>
/// <param name="Language">BCP 47 language; null: the project's.</param>
/// <param name="Parameters">Values of the report's parameters.</param>
/// <param name="Folder">A folder, relative to the project; null for none.</param>
/// <param name="Email">E-mail; null for none.</param>
/// <param name="Webhook">A web address that is told; null for none.</param>
/// <param name="Burst">One report for each of several recipients; null: one for all.</param>
/// <param name="OnlyIf">What has to hold; null: nothing.</param>
/// <param name="Wait">What it waits for; null: nothing.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record DeliveryPlan(
    string Name, IReadOnlyList<string> Formats, string? Language, IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters,
    string? Folder, EmailTarget? Email, WebhookTarget? Webhook, BurstPlan? Burst, ConditionPlan? OnlyIf, WaitPlan? Wait, SourceLocation Where);

/// <summary>An e-mail.</summary>
/// <param name="To">Addresses; empty when the burst names them.</param>
/// <param name="Copy">Addresses that get a copy.</param>
/// <param name="Subject">Subject; null: the report's title. <c>{title}</c>, <c>{value}</c> (the recipient's) and <c>{date}</c> (of the data) stand for what they say.</param>
/// <param name="Body">Text; null: a sentence with the title and the date of the data.</param>
public sealed record EmailTarget(IReadOnlyList<string> To, IReadOnlyList<string> Copy, string? Subject, string? Body);

/// <summary>A web address that gets the files as JSON.</summary>
/// <param name="Url">Address; may hold <c>${NAME}</c>.</param>
/// <param name="Secret">Key of the signature, as <c>${NAME}</c>; null: not signed.</param>
public sealed record WebhookTarget(string Url, string? Secret);

/// <summary>One report per member of a dimension; each holds that member's rows alone.</summary>
/// <param name="By">The dimension.</param>
/// <param name="Recipients">Its members with their addresses; empty: every member that the data holds, without addresses.</param>
public sealed record BurstPlan(string By, IReadOnlyList<BurstRecipient> Recipients);

/// <summary>A recipient of a burst.</summary>
/// <param name="Value">The member.</param>
/// <param name="To">E-mail addresses.</param>
public sealed record BurstRecipient(string Value, IReadOnlyList<string> To);

/// <summary>A condition on a measure.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Filters">Only what meets these counts.</param>
/// <param name="Over">The time dimension of its history; null: over everything, for thresholds only.</param>
/// <param name="Kind">How it is judged.</param>
/// <param name="Value">The threshold; the share it changes by; or the deviations from its history.</param>
/// <param name="Again">True: deliver each time it holds. False: once, until it held no more in between.</param>
public sealed record ConditionPlan(string Measure, IReadOnlyList<FilterPlan> Filters, string? Over, ConditionKind Kind, double Value, bool Again);

/// <summary>How a condition is judged.</summary>
public enum ConditionKind
{
    /// <summary>Above a threshold.</summary>
    Above,

    /// <summary>Below a threshold.</summary>
    Below,

    /// <summary>Up on the period before by at least a share.</summary>
    RisesBy,

    /// <summary>Down on the period before by at least a share.</summary>
    FallsBy,

    /// <summary>
    /// Away from the median of its own history by more than so many deviations (median absolute deviation × 1.4826; Iglewicz and Hoaglin 1993 take 3.5).
    /// </summary>
    Unusual,
}

/// <summary>What a delivery waits for.</summary>
/// <param name="TodaysLoad">Data loaded today, in the project's time zone.</param>
/// <param name="Until">Time of day from which it goes without it, and says so; null: never.</param>
public sealed record WaitPlan(bool TodaysLoad, TimeOnly? Until);
