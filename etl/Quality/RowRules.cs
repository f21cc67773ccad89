using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Judges rows one by one: what every row rule finds and what is missing in every column, counted in one pass over the rows of a contract.</summary>
internal sealed class RowRules(RuleFindings findings)
{
    private static readonly SqlFile Sql = SqlFile.Beside<RowRules>();
    private readonly List<(JudgedStream Stream, string View, RowCheck Check, long Rows)> told = [];

    /// <summary>Rows of each view before any rule took some out.</summary>
    public Dictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Judges a stream: notes results, and puts what quarantine rules find into the table of bad records.</summary>
    public void Judge(JudgedStream stream)
    {
        var ids = stream.Files.Select(f => f.FileId).ToList();
        var bad = findings.Session.Query<BadCount>(Sql.Fill("bad", ("bad", ConformedStream.BadTable)), new { ids }, findings.Cancellation);
        var (records, rejected) = (stream.Files.Sum(f => f.Records), stream.Files.Sum(f => f.Rejected));
        if (!stream.IsRecalled)
        {
            findings.Add(new(
                stream.Source.Name, stream.Stream.Name, null, QualityAspect.Accuracy, "readable", null, RuleSeverity.Quarantine, records, records - rejected, rejected));
        }

        foreach (var rows in stream.Conformed.Rows)
        {
            Judge(stream, rows, [.. bad.Where(b => b.Contract == rows.Contract.Name)]);
        }
    }

    /// <summary>Notes which rules that warn or fail are broken by rows that are still there; after everything that must be put aside is.</summary>
    public void Tell()
    {
        foreach (var (stream, view, check, rows) in told)
        {
            // Records that were put aside for another reason are no longer this rule's business.
            findings.Break(check.Rule, findings.Lost.Contains(stream)
                ? findings.Session.Scalar<long>(Sql.Fill("count", ("view", view), ("broken", check.Broken)), null, findings.Cancellation)
                : rows);
        }
    }

    private void Judge(JudgedStream stream, ConformedRows rows, IReadOnlyList<BadCount> bad)
    {
        var checks = rows.Rules.SelectMany(r => RowCheck.Of(r, rows.Contract)).ToList();
        var columns = rows.Contract.Columns.Where(c => rows.Map.Columns.ContainsKey(c.Name)).ToList();
        var counts = findings.Session.Query<List<long>>(Sql.Fill("tally", ("view", rows.View), ("counts", SqlName.List(
            columns.Select(c => $"count({SqlName.Quote(c.Name)})").Concat(checks.Select(c => $"count(*) FILTER (WHERE {c.Broken})")).Prepend("count(*)")))),
            null, findings.Cancellation)[0];
        var good = Rows[rows.View] = counts[0];
        var unreadable = bad.Where(b => b.Rule is "type" or "time" or "expression").Sum(b => b.Records);
        Add(stream, rows, QualityAspect.Accuracy, "type", null, RuleSeverity.Quarantine, good + unreadable, good, unreadable);
        var asked = checks.Where(c => c.Rule.Test is NotNullTest).Select(c => c.Column).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, column) in columns.Index().Where(c => !asked.Contains(c.Item.Name)))
        {
            var missing = bad.Where(b => b.Rule == "required" && b.ColumnName == column.Name).Sum(b => b.Records);
            Add(stream, rows, QualityAspect.Completeness, "filled", column.Name, column.Required ? RuleSeverity.Quarantine : RuleSeverity.Warn, good + missing, counts[1 + index], missing);
        }

        foreach (var (index, check) in checks.Index())
        {
            Judge(stream, rows, check, good, counts[1 + columns.Count + index]);
        }
    }

    private void Judge(JudgedStream stream, ConformedRows rows, RowCheck check, long good, long broken)
    {
        var quarantines = check.Rule.Severity == RuleSeverity.Quarantine;
        Add(stream, rows, check.Rule.Test.Aspect, check.Rule.Name, check.Column, check.Rule.Severity, good, good - broken, quarantines ? broken : 0);
        if (broken == 0)
        {
            return;
        }

        if (!quarantines)
        {
            told.Add((stream, rows.View, check, broken));
            return;
        }

        var raw = check.Column is { } column && rows.Map.Columns.TryGetValue(column, out var mapped) ? stream.Conformed.PositionOf(mapped.Sql) : null;
        findings.Session.Execute(Sql.Fill(
            "break", ("bad", ConformedStream.BadTable), ("contract", SqlName.Literal(rows.Contract.Name)), ("name", SqlName.Literal(check.Rule.Name)),
            ("column", check.Column is null ? "NULL" : SqlName.Literal(check.Column)), ("reason", check.Reason), ("view", rows.View), ("broken", check.Broken)),
            new { number = raw }, findings.Cancellation);
        findings.Lose(stream);
    }

    private void Add(
        JudgedStream stream, ConformedRows rows, QualityAspect aspect, string rule, string? column, RuleSeverity severity, long checkedRows, long passed, long quarantined) =>
        findings.Add(new(stream.Source.Name, stream.Stream.Name, rows.Contract.Name, aspect, rule, column, severity, checkedRows, passed, quarantined));

    private sealed record BadCount(string? Contract, string Rule, string? ColumnName, long Records);
}
