using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Generate.Company;

/// <summary>Draws persons, their lives as customers, and what each source system knows of them, and writes them as the source systems would.</summary>
internal static class CustomerBase
{
    /// <summary>The statements.</summary>
    public static SqlFile Sql { get; } = SqlFile.Beside(typeof(CustomerBase));

    /// <summary>The files they fill.</summary>
    public static IReadOnlyList<CompanyFile> Files { get; } =
    [
        new(Sql, "write_accounts", "data/webshop/accounts"),
        new(Sql, "write_cards", "data/till/cards"),
        new(Sql, "write_accounts_of_sales", "data/sales/accounts"),
        new(Sql, "write_callers", "data/servicedesk/callers"),
        new(Sql, "truth_records", "truth/records"),
        new(Sql, "truth_lifetimes", "truth/lifetimes"),
    ];
}
