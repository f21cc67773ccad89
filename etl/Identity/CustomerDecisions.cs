using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>
/// Records what people decide about customers, by their records, so that a decision outlives ids. The last decision about two records counts; all of them
/// stay in the log. Runs follow them.
/// </summary>
/// <param name="session">The warehouse.</param>
/// <param name="by">Who decides.</param>
/// <param name="note">Why; null for nothing.</param>
/// <param name="at">When, UTC.</param>
public sealed class CustomerDecisions(ISession session, string by, string? note, DateTime at)
{
    private static readonly SqlFile Sql = SqlFile.Beside<CustomerDecisions>();

    /// <summary>Customers are one: their first records are, and no record of one is kept apart from one of another any longer.</summary>
    /// <param name="ids">Two or more different current customers.</param>
    /// <exception cref="CrmException">Fewer than two different customers.</exception>
    public void Merge(IReadOnlyList<string> ids)
    {
        var customers = ids.Distinct().Select(RecordsOf).ToList();
        if (customers.Count < 2)
        {
            throw new CrmException(FailureKind.WrongUse, $"customer {string.Join(", ", ids.Distinct())} alone", "ID", "two or more different customers", "Name another one");
        }

        var apart = session.Query<(string Left, string Right)>(Sql.Fill("apart")).ToHashSet();
        var pairs = new List<(string Left, string Right)>();
        for (var i = 0; i < customers.Count; i++)
        {
            pairs.AddRange(i == 0 ? [] : [Ordered(customers[0][0], customers[i][0])]);
            for (var j = 0; j < i; j++)
            {
                pairs.AddRange(customers[i].SelectMany(_ => customers[j], Ordered).Where(apart.Contains));
            }
        }

        Write(true, pairs);
    }

    /// <summary>Records of a customer are another one: apart from every record that stays.</summary>
    /// <param name="id">A current customer.</param>
    /// <param name="records">Those of its records that leave it together.</param>
    /// <exception cref="CrmException">A record is not the customer's, or none would stay.</exception>
    public void Split(string id, IReadOnlyList<string> records)
    {
        var all = RecordsOf(id);
        var leaving = records.Distinct().ToList();
        if (leaving.Find(r => !all.Contains(r)) is { } stranger)
        {
            throw new CrmException(FailureKind.WrongUse, $"'{stranger}', which is no record of customer {id}", "RECORD", NearestName.Expected("one of its records", stranger, [.. all]), "Correct it; `crm customer show` lists them");
        }

        var staying = all.Except(leaving).ToList();
        if (staying.Count == 0)
        {
            throw new CrmException(FailureKind.WrongUse, $"all {all.Count} record(s) of customer {id}", "RECORD", "fewer, so that one stays", "Name only those that are another customer");
        }

        // Those that leave together stay together.
        Write(false, [.. leaving.SelectMany(_ => staying, Ordered)]);
        Write(true, [.. leaving.Skip(1).Select(r => Ordered(leaving[0], r))]);
    }

    private List<string> RecordsOf(string id) => [.. session.Query<string>(Sql.Fill("records"), new { id })];

    private void Write(bool merge, IReadOnlyList<(string Left, string Right)> pairs)
    {
        if (pairs.Count > 0)
        {
            session.Execute(Sql.Fill("write"), new { merge, lefts = pairs.Select(p => p.Left).ToList(), rights = pairs.Select(p => p.Right).ToList(), at, by, note });
        }
    }

    private static (string Left, string Right) Ordered(string one, string other) => string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
