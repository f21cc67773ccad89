using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>
/// The match log, schema <c>identity</c>: which record was which customer's from which run to which (<c>run_to</c> NULL: still), what each record said last,
/// the links with their evidence, what people decided, whose value stood for which column, which record each fact row speaks of, and the parameters of
/// each estimation.
/// </summary>
public static class IdentityTables
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(IdentityTables));

    /// <summary>True when the tables are there.</summary>
    public static bool Exist(ISession session) => session.Scalar<bool>(Sql.Fill("exist"));

    /// <summary>True when records were resolved in this warehouse.</summary>
    public static bool HaveRecords(ISession session) => Exist(session) && session.Scalar<bool>(Sql.Fill("have_records"));

    /// <summary>Makes the tables that are missing; outside a transaction.</summary>
    public static void Make(ISession session) => session.InTransaction(() => session.Execute(Sql.Fill("make")));

    /// <summary>Makes the tables, and a column of <c>identity.known</c> for every column of the contract but its key and time; outside a transaction.</summary>
    /// <returns>True when anything was made.</returns>
    public static bool Make(ISession session, Contract contract, Dimension dimension)
    {
        var existed = Exist(session);
        if (!existed)
        {
            Make(session);
        }

        var known = session.Query<string>(Sql.Fill("columns")).ToHashSet(StringComparer.Ordinal);
        var missing = ValuesOf(contract, dimension).Where(c => !known.Contains(c)).ToList();
        if (missing.Count > 0)
        {
            session.InTransaction(() => missing.ForEach(c => session.Execute(Sql.Fill("add", ("column", SqlName.Quote(c))))));
        }

        return !existed || missing.Count > 0;
    }

    /// <summary>The contract's columns that say something of a member.</summary>
    public static IReadOnlyList<string> ValuesOf(Contract contract, Dimension dimension) =>
        [.. contract.Columns.Select(c => c.Name).Where(c => !dimension.Keys.Contains(c) && c != (dimension.Effective ?? contract.Time))];
}
