using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>Draws opportunities and visits to the web site, and writes them as the source systems would.</summary>
internal static class SalesForce
{
    /// <summary>The statements.</summary>
    public static SqlFile Sql { get; } = SqlFile.Beside(typeof(SalesForce));

    /// <summary>The files they fill.</summary>
    public static IReadOnlyList<CompanyFile> Files { get; } =
    [
        new(Sql, "write_opportunities", "data/sales/opportunities"),
        new(Sql, "write_events", "data/webshop/events"),
    ];
}
