using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Network;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>What a delivery needs of the program it runs in.</summary>
/// <param name="Project">The project.</param>
/// <param name="Reader">Who answers.</param>
/// <param name="Load">How loading stands.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Clock">The clock, and delays between two tries.</param>
/// <param name="Resolve">A text with every <c>${NAME}</c> in it replaced; the place is for errors.</param>
/// <param name="Redact">A text with every secret in it hidden.</param>
public sealed record DeliveryEnvironment(
    Project Project, ICubeReader Reader, LoadState Load, string Version, TimeProvider Clock, Func<string, SourceLocation, string> Resolve, Func<string, string> Redact)
{
    /// <summary>Where deliveries are recorded.</summary>
    public DeliveryLog Log => new(Path.Combine(Project.Folder, DeliveryLog.Folder));

    /// <summary>Which addresses may be connected to.</summary>
    public AddressGuard Guard => new(Project.Settings.Security.AllowPrivateAddresses);

    /// <summary>The moment it is, in the project's time zone.</summary>
    public DateTime Now => TimeZoneInfo.ConvertTime(Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(Project.Settings.TimeZone)).DateTime;
}

/// <summary>How loading stands.</summary>
/// <param name="Published">When the newest data was published, UTC; null when there is none.</param>
/// <param name="FailedAt">When a run failed after that, UTC; null when none did.</param>
public sealed record LoadState(DateTimeOffset? Published, DateTimeOffset? FailedAt);

/// <summary>How a delivery ended.</summary>
public enum DeliveryState
{
    /// <summary>It went everywhere it was to go.</summary>
    Delivered,

    /// <summary>Its condition does not hold.</summary>
    NotDue,

    /// <summary>Its condition holds still, and was told already.</summary>
    ToldAlready,

    /// <summary>What it waits for is not there yet; trying again later can help.</summary>
    Waiting,

    /// <summary>It could not be made, or did not go everywhere.</summary>
    Failed,
}

/// <summary>The outcome of one delivery, or of one recipient's part of it.</summary>
/// <param name="Report">The report.</param>
/// <param name="Delivery">The delivery.</param>
/// <param name="Value">The recipient's member; null without a burst.</param>
/// <param name="State">How it ended.</param>
/// <param name="Said">One line for people.</param>
/// <param name="Id">Number in the record of deliveries; null when nothing was made.</param>
/// <param name="Files">Names of the files with their hashes.</param>
public sealed record DeliveryOutcome(
    string Report, string Delivery, string? Value, DeliveryState State, string Said, int? Id, IReadOnlyList<DeliveredFile> Files);

/// <summary>A file of a delivery.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Hash of its bytes, lower-case hexadecimal.</param>
/// <param name="Rows">Rows of figures in it; null for pictures and pages.</param>
public sealed record DeliveredFile(string Format, string Name, long Bytes, string Sha256, long? Rows);
