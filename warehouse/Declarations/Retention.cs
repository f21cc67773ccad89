namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>How long rows are kept.</summary>
/// <param name="Table">Name of the fact, or <see cref="Quarantine"/>.</param>
/// <param name="Months">Months.</param>
/// <param name="Days">Days beside them.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Retention(string Table, int Months, int Days, SourceLocation Where)
{
    /// <summary>What the records that were set aside go by.</summary>
    public const string Quarantine = "quarantine";

    /// <summary>The moment before which rows go.</summary>
    public DateTime Before(DateTime now) => now.AddMonths(-Months).AddDays(-Days);
}
