using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>
/// The match log, schema <c>identity</c>: which record was which customer's from which run to which (<c>run_to</c> NULL: still), the links with their evidence,
/// what people decided, and the parameters of each estimation.
/// </summary>
public static class IdentityTables
{
    /// <summary>Makes the tables that are missing; outside a transaction.</summary>
    public static void Make(ISession session) => session.InTransaction(() => session.Execute(SqlFile.Beside(typeof(IdentityTables)).Fill("")));
}
