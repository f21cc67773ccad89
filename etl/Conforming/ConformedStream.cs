using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Conforming;

/// <summary>The rows that a stream makes of one contract.</summary>
/// <param name="Map">The map.</param>
/// <param name="Contract">Its contract.</param>
/// <param name="Rules">The quality rules that speak of the contract.</param>
/// <param name="View">
/// Temporary view of the good rows: all columns of the contract, <c>_file</c>, <c>_record</c>, <c>_deleted</c> (the record says that its key is deleted) and
/// <c>_current</c> (no other record has taken its place). For histories.
/// </param>
public sealed record ConformedRows(ContractMap Map, Contract Contract, IReadOnlyList<QualityRule> Rules, string View)
{
    /// <summary>Temporary view of the rows that hold now: without deleted ones and those that another record has replaced. For facts.</summary>
    public string CurrentView { get; init; } = View;

    /// <summary>True when records can be deleted.</summary>
    public bool TellsDeletes => CurrentView != View;

    /// <summary>True when the map fills the whole key of its contract, so that rows are known by it.</summary>
    public bool IsKeyed => Contract.Key.Count > 0 && Contract.Key.All(Map.Columns.ContainsKey);
}

/// <summary>
/// Turns raw records of one stream into rows of contracts, in one pass for all of them: typed, mapped, cast to the contracts' types and held against
/// what is required. Of bad records every reason is told, with the raw record, in a table of their own.
/// </summary>
/// <param name="shape">The stream.</param>
/// <param name="rows">What it makes.</param>
/// <param name="target">Name of the temporary table of conformed records.</param>
public sealed class ConformedStream(StreamShape shape, IReadOnlyList<ConformedRows> rows, string target)
{
    private static readonly SqlFile Sql = SqlFile.Beside<ConformedStream>();

    /// <summary>The temporary table of bad records, one row per reason.</summary>
    public const string BadTable = "bad_record";

    /// <summary>The temporary table (file_id, source_record) of the bad records that <see cref="Lined"/> is asked for.</summary>
    public const string AskedTable = "asked_record";

    /// <summary>The raw relation's column with the line a record begins on, where its connector knows it.</summary>
    public const string LineColumn = "_line";

    private const string GatheredTable = "gathered_record";
    private string from = "";

    /// <summary>What it makes.</summary>
    public IReadOnlyList<ConformedRows> Rows => rows;

    /// <summary>
    /// Relation of the raw records with <see cref="LineColumn"/>, at least of those in <see cref="AskedTable"/>; null for the relation they are filled from.
    /// </summary>
    public string? Lined { get; init; }

    /// <summary>Empties (and makes) the table of bad records.</summary>
    public static void MakeBadTable(ISession session)
    {
        session.Execute(Sql.Fill("bad_table", ("bad", BadTable)));
        session.Execute(Sql.Fill("ask_untold", ("asked", AskedTable), ("bad", BadTable)));
    }

    /// <summary>Conforms the records and makes the views; bad records go to <see cref="BadTable"/>.</summary>
    /// <param name="session">The warehouse; outside a transaction, since a failing expression would end it.</param>
    /// <param name="raw">Relation with the raw columns, <c>_file</c>, <c>_record</c> and <c>_modified</c>.</param>
    /// <param name="cancellation">Stops the work.</param>
    public void Fill(ISession session, string raw, CancellationToken cancellation)
    {
        from = raw;
        var evaluation = Evaluation.Strict;
        try
        {
            session.Execute(Part("fill", raw, rows, evaluation), null, cancellation);
        }
        catch (EngineException)
        {
            evaluation = Evaluation.Guarded;
            session.Execute(Part("fill", raw, rows, evaluation), null, cancellation);
        }

        foreach (var row in rows)
        {
            session.Execute(Sql.Fill("view", ("view", row.View), ("rows", Good(row, target, Expressions(rows, evaluation)))));
            if (row.CurrentView != row.View)
            {
                session.Execute(Sql.Fill("view", ("view", row.CurrentView), ("rows", Sql.Fill("current", ("view", row.View)))));
            }
        }

        var bad = session.Scalar<long>(Sql.Fill("count_bad", ("target", target)));
        var badRows = bad > 0 ? BadRows(session, raw, cancellation) : "";
        foreach (var row in rows.Where(_ => bad > 0))
        {
            session.Execute(Part("reasons", badRows, [row], evaluation), null, cancellation);
        }

        if (badRows == GatheredTable)
        {
            Tell(session, badRows, cancellation);
        }

        // Records can have been found bad before their values were looked at.
        if (bad + session.Scalar<long>(Sql.Fill("count_told", ("bad", BadTable))) > 0)
        {
            Withdraw(session, cancellation);
        }
    }

    /// <summary>
    /// Takes every record that stands in <see cref="BadTable"/> out of the good rows, whatever contract it is bad for, and keeps it there as it came, with
    /// its line where the stream knows lines.
    /// </summary>
    public void Withdraw(ISession session, CancellationToken cancellation)
    {
        session.Execute(Sql.Fill("withdraw", ("target", target), ("bad", BadTable)));
        session.Execute(Sql.Fill("ask_untold", ("asked", AskedTable), ("bad", BadTable)));
        if (session.Scalar<bool>(Sql.Fill("is_asked", ("asked", AskedTable))))
        {
            Tell(session, Lined ?? from, cancellation);
        }
    }

    /// <summary>The raw records of what was found bad. Those of a stream without keys are gathered with their lines, so that the landing is read once for all.</summary>
    private string BadRows(ISession session, string raw, CancellationToken cancellation)
    {
        if (Lined is null || shape.TellsDeletes)
        {
            return Sql.Fill("bad_of", ("raw", raw), ("target", target));
        }

        session.Execute(Sql.Fill("ask_bad", ("asked", AskedTable), ("target", target)));
        session.Execute(Sql.Fill("gather", ("gathered", GatheredTable), ("lined", Lined)), null, cancellation);
        return GatheredTable;
    }

    private void Tell(ISession session, string relation, CancellationToken cancellation)
    {
        var line = session.Describe(Sql.Fill("raw_columns", ("raw", relation)), cancellation).Any(c => c.Name == LineColumn) ? LineColumn : "NULL";
        session.Execute(
            Sql.Fill("raw", ("bad", BadTable), ("raw", relation), ("record", shape.Record()), ("line", line)), null, cancellation);
    }

    /// <summary>The number of the raw column that an expression is; null when it is more than a column.</summary>
    public int? PositionOf(string expression) => shape.PositionOf(expression);

    /// <summary>The good rows of one contract as a query, for records that landed in earlier runs; rules are not asked again.</summary>
    /// <param name="row">The rows.</param>
    /// <param name="other">The stream as it was then.</param>
    /// <param name="raw">The raw relation of then.</param>
    public static string Landed(ConformedRows row, StreamShape other, string raw)
    {
        var then = new ConformedStream(other, [row], "");
        return then.Good(row, $"(\n{then.Part("conformed", raw, [row], Evaluation.Guarded)}\n)", then.Expressions([row], Evaluation.Guarded));
    }

    /// <summary>A select of one expression over the stream's typed columns and no rows, for checking it.</summary>
    public static string DescribeExpression(StreamShape shape, string expression) =>
        Sql.Fill("expression", ("expression", shape.Sql(expression)), ("stage", Stage(shape, shape.Empty())));

    private string Good(ConformedRows row, string from, StreamExpressions expressions) => Sql.Fill(
        "rows", ("passed", shape.TellsDeletes ? Passed(shape) : "false AS _deleted, true AS _current, "), ("columns", expressions.ContractColumns(row.Map, row.Contract)), ("target", from), ("filter", expressions.Filter(row.Map)));

    private StreamExpressions Expressions(IReadOnlyList<ConformedRows> of, Evaluation evaluation) =>
        new(shape, [.. of.Select(r => (r.Map, r.Contract))], evaluation);

    private static string Stage(StreamShape shape, string raw) => Sql.Fill("stage", ("passed", Passed(shape)), ("typed", shape.TypedColumns()), ("raw", raw));

    private static string Passed(StreamShape shape) => shape.TellsDeletes ? "_deleted, _current, " : "";

    private string Part(string part, string raw, IReadOnlyList<ConformedRows> of, Evaluation evaluation)
    {
        var expressions = Expressions(of, evaluation);
        var checks = of.SelectMany(r => expressions.Checks(r.Map, r.Contract)).ToList();
        var always = checks.Where(c => c.Within is null).Select(c => c.Condition).ToHashSet(StringComparer.Ordinal);
        var conditions = checks.Where(c => c.Within is null || !always.Contains(c.Condition)).Select(c => c.Applied).Distinct().ToList();
        var isBad = conditions.Count == 0 ? "false" : string.Join("\n   OR ", conditions);

        // What is deleted need not be described: its record often holds the key alone.
        isBad = shape.TellsDeletes ? $"NOT _deleted AND ({isBad})" : isBad;
        var flags = shape.TellsDeletes ? $"{shape.IsDeleted()} AS _deleted, _current, " : "";
        var values = Sql.Fill(
            "values", ("passed", Passed(shape)), ("flags", flags), ("probes", expressions.Probes()), ("values", expressions.Values()), ("mapped", expressions.Mapped()), ("stage", Stage(shape, raw)));
        var modified = of.Any(r => r.Contract.Time is { } time && r.Contract.Columns.Any(c => c.Name == time && !c.Required)) ? "_modified, " : "";
        var conformed = Sql.Fill(
            "conformed", ("passed", Passed(shape)), ("modified", modified), ("kept", expressions.Kept()), ("is_bad", $"({isBad})"), ("all_values", values));
        return part == "conformed" ? conformed : Sql.Fill(
            part, ("target", target), ("conformed", conformed), ("bad", BadTable), ("contract", of.Count == 0 ? "NULL" : SqlName.Literal(of[0].Contract.Name)),
            ("reasons", $"[{SqlName.List(checks.Select(c => c.AsReason()))}]"), ("all_values", values), ("is_bad", isBad));
    }
}
