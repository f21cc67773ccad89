using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>
/// Chooses, for each column of a customer of several records, the record whose value stands, and keeps from which run to which it did. Temporary tables:
/// <c>identity_winner</c> (customer_id, column_name, record_key, value, said_at, source_file, source_record) of the customers of this run,
/// <c>identity_take</c> (customer_id, column_name, record_key) of all customers for the columns that are not simply said last.
/// </summary>
/// <param name="session">The warehouse, after <see cref="KnownRecords.Hear"/> and with <c>identity_map</c>.</param>
/// <param name="identity">The declaration.</param>
/// <param name="contract">The contract that describes members.</param>
/// <param name="dimension">Their dimension.</param>
/// <param name="run">The run.</param>
public sealed class SurvivingValues(ISession session, IdentityDeclaration identity, Contract contract, Dimension dimension, int run)
{
    private const string Recent = "said_at DESC, source_file DESC, source_record DESC, record_key";
    private const string First = "said_at, source_file, source_record, record_key";

    private static readonly SqlFile Sql = SqlFile.Beside<SurvivingValues>();
    private readonly IReadOnlyList<string> values = IdentityTables.ValuesOf(contract, dimension);

    /// <summary>Columns whose value is not simply the one said last.</summary>
    public IReadOnlyList<string> Declared { get; } = [.. identity.Survivorship.Where(s => s.Value.Take != SurvivorshipKind.MostRecent).Select(s => s.Key).Order(StringComparer.Ordinal)];

    /// <summary>Chooses; outside a transaction, writes temporary tables only.</summary>
    /// <param name="all">True to choose for all customers, not only for those that this run heard of.</param>
    /// <param name="cancellation">Stops the work.</param>
    public void Choose(bool all, CancellationToken cancellation)
    {
        var filled = string.Join(" + ", values.Select(c => $"CAST(k.{SqlName.Quote(c)} IS NOT NULL AS INTEGER)"));
        session.Execute(Sql.Fill("several", ("filled", filled), ("all", all ? "true" : "false")), null, cancellation);
        var winners = values.Select(c => Sql.Fill("winner", ("name", SqlName.Literal(c)), ("column", SqlName.Quote(c)), ("order", Order(c))).TrimEnd());
        session.Execute(Sql.Fill("winners", ("winners", string.Join(Sql.Fill("union"), winners))), null, cancellation);
        session.Execute(Sql.Fill("take", ("declared", Declared.Count == 0 ? "NULL" : SqlName.List(Declared.Select(SqlName.Literal)))));
    }

    /// <summary>Adds to <c>identity_touched</c> the known customers whose value now comes from another record.</summary>
    public void NoteTouched()
    {
        if (Declared.Count > 0)
        {
            session.Execute(Sql.Fill("touched", ("declared", SqlName.List(Declared.Select(SqlName.Literal)))));
        }
    }

    /// <summary>Writes whose values stand; inside the run's transaction.</summary>
    public void Publish() => session.Execute(Sql.Fill("publish", ("run", run.ToString(CultureInfo.InvariantCulture))));

    private string Order(string column)
    {
        var choice = identity.Survivorship.GetValueOrDefault(column);
        return choice?.Take switch
        {
            null => dimension.Attributes.Any(a => a.Column == column && a.Scd == ScdType.Fixed) ? First : Recent,
            SurvivorshipKind.MostTrusted => $"coalesce(list_position([{SqlName.List(choice.Sources.Select(SqlName.Literal))}], source), 1000), {Recent}",
            SurvivorshipKind.MostFrequent => $"records DESC, {Recent}",
            SurvivorshipKind.MostComplete => $"filled DESC, {Recent}",
            _ => Recent,
        };
    }
}
