using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>Contract rows that say something of records.</summary>
/// <param name="Numbering">The source whose numbering their keys are of.</param>
/// <param name="Relation">The contract's columns, <c>_file</c>, <c>_record</c> and <c>_deleted</c>.</param>
/// <param name="Filled">Contract columns that the rows can fill.</param>
public sealed record SaidRows(string Numbering, string Relation, IReadOnlySet<string> Filled);

/// <summary>Rows of facts that speak of records.</summary>
/// <param name="Numbering">The source whose numbering their keys are of.</param>
/// <param name="Relation">The rows.</param>
/// <param name="Column">Their column with the key.</param>
public sealed record SpokenRows(string Numbering, string Relation, string Column);

/// <summary>
/// What each record said last of each column, with the moment, file and record that said it; whatever order deliveries come in. A record is known by
/// <c>SOURCE:ID</c>. Temporary tables: <c>identity_now</c> holds the records that are other than they were known, view <c>identity_known_now</c> all of them.
/// </summary>
/// <param name="session">A session on a warehouse that has <see cref="IdentityTables"/>.</param>
/// <param name="contract">The contract that describes members.</param>
/// <param name="dimension">Their dimension.</param>
public sealed class KnownRecords(ISession session, Contract contract, Dimension dimension)
{
    private static readonly SqlFile Sql = SqlFile.Beside<KnownRecords>();
    private readonly IReadOnlyList<string> values = IdentityTables.ValuesOf(contract, dimension);

    /// <summary>Takes in what rows say; outside a transaction, writes temporary tables only. Answers the records that are other than they were known.</summary>
    /// <param name="said">Rows of the contract.</param>
    /// <param name="spoken">Rows of facts.</param>
    /// <param name="replaced">Numbers of files whose earlier content no longer counts.</param>
    /// <param name="cancellation">Stops the work.</param>
    public long Hear(IReadOnlyList<SaidRows> said, IReadOnlyList<SpokenRows> spoken, IReadOnlyList<int> replaced, CancellationToken cancellation)
    {
        string[] all = [.. values, "_deleted"];
        var columns = all.Select(SqlName.Quote).ToList();
        session.Execute(Sql.Fill("said_none", ("columns", SqlName.List(columns))));
        foreach (var rows in said)
        {
            session.Execute(
                Sql.Fill(
                    "said", ("source", SqlName.Literal(rows.Numbering)), ("key", SqlName.Quote(dimension.Key!)), ("rows", rows.Relation), ("time", Time),
                    ("values", string.Concat(all.Where(c => c == "_deleted" || rows.Filled.Contains(c)).Select(c => Sql.Fill("said_value", ("column", SqlName.Quote(c))).TrimEnd())))),
                null, cancellation);
        }

        foreach (var rows in spoken)
        {
            session.Execute(Sql.Fill("spoken", ("source", SqlName.Literal(rows.Numbering)), ("key", SqlName.Quote(rows.Column)), ("rows", rows.Relation)), null, cancellation);
        }

        var files = replaced.Count == 0 ? "-1" : SqlName.List(replaced.Select(f => f.ToString(CultureInfo.InvariantCulture)));
        session.Execute(
            Sql.Fill(
                "now", ("columns", SqlName.List(columns)), ("latest", SqlName.List(columns.Select(c => Sql.Fill("latest", ("column", c)).Trim()))),
                ("kept", SqlName.List(columns.Select(c => Sql.Fill("kept", ("column", c), ("files", files)).Trim()))),
                ("outdated", replaced.Count == 0 ? "false" : string.Join(" OR ", columns.Select(c => $"{c}.f IN ({files})")))),
            null, cancellation);
        session.Execute(Sql.Fill("forget_same", ("same", string.Join(" AND ", columns.Select(c => $"n.{c} IS NOT DISTINCT FROM k.{c}")))));
        session.Execute(Sql.Fill("sources"));
        session.Execute(Sql.Fill("current", ("columns", SqlName.List(columns))));
        return session.Scalar<long>(Sql.Fill("count"));
    }

    /// <summary>True when a record is new, or other than it was in what it is compared by.</summary>
    /// <param name="compared">The compared columns.</param>
    public bool AnyToMatch(IReadOnlyList<string> compared) => session.Scalar<bool>(Sql.Fill(
        "to_match", ("other", string.Join(" OR ", compared.Select(SqlName.Quote).Select(c => $"n.{c}.v IS DISTINCT FROM k.{c}.v")))));

    /// <summary>A relation of all records as <see cref="IdentityRun.Resolve"/> wants it.</summary>
    public static string Relation(IReadOnlyList<string> compared) => Sql.Fill(
        "relation", ("columns", SqlName.List(compared.Select(SqlName.Quote).Select(c => $"k.{c}.v AS {c}"))));

    /// <summary>Writes what is known now; inside the run's transaction.</summary>
    public void Publish() => session.Execute(Sql.Fill("publish"));

    private string Time => dimension.Effective is { } effective ? SqlName.Quote(effective) : contract.Time is { } time ? SqlName.Quote(time) : "NULL";
}
