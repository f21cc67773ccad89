using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>Draws the company's countries, products, employees, campaigns and exchange rates, and writes them as the source systems would.</summary>
internal static class HouseTables
{
    /// <summary>The statements.</summary>
    public static SqlFile Sql { get; } = SqlFile.Beside(typeof(HouseTables));

    /// <summary>The files they fill.</summary>
    public static IReadOnlyList<CompanyFile> Files { get; } =
    [
        new(Sql, "write_geography", "data/masterdata/geography"),
        new(Sql, "write_channels", "data/masterdata/channels"),
        new(Sql, "write_products", "data/masterdata/products"),
        new(Sql, "write_employees", "data/hr/employees"),
        new(Sql, "write_campaigns", "data/marketing/campaigns"),
        new(Sql, "write_rates", "data/masterdata/rates"),
        new(Sql, "write_targets", "data/hr/targets"),
    ];
}
