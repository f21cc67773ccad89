using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>Draws support cases, surveys and points, and writes them as the source systems would.</summary>
internal static class AfterSales
{
    /// <summary>The statements.</summary>
    public static SqlFile Sql { get; } = SqlFile.Beside(typeof(AfterSales));

    /// <summary>The files they fill.</summary>
    public static IReadOnlyList<CompanyFile> Files { get; } =
    [
        new(Sql, "write_members", "data/loyalty/members"),
        new(Sql, "write_points", "data/loyalty/points"),
        new(Sql, "write_cases", "data/servicedesk/cases"),
        new(Sql, "write_ratings", "data/servicedesk/ratings"),
        new(Sql, "write_opinions", "data/survey/opinions"),
        new(Sql, "write_talks", "data/servicedesk/talks"),
        new(Sql, "write_visits", "data/sales/visits"),
    ];
}
