using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>Draws orders, their lines, and contacts by campaigns, and writes them as the source systems would.</summary>
internal static class Purchases
{
    /// <summary>The statements.</summary>
    public static SqlFile Sql { get; } = SqlFile.Beside(typeof(Purchases));

    /// <summary>The files they fill.</summary>
    public static IReadOnlyList<CompanyFile> Files { get; } =
    [
        new(Sql, "write_web_orders", "data/webshop/orders"),
        new(Sql, "write_reasons", "data/webshop/reasons"),
        new(Sql, "write_receipts", "data/till/receipts"),
        new(Sql, "write_sales_orders", "data/sales/orders"),
        new(Sql, "write_contacts", "data/marketing/contacts"),
        new(Sql, "truth_contacts", "truth/contacts"),
    ];
}
