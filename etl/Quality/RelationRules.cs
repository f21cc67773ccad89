using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Judges how rows fit others: those that are there twice, and those that speak of what is not there; within the run and against the warehouse.</summary>
/// <param name="findings">Where results go.</param>
/// <param name="catalogue">The declarations.</param>
/// <param name="streams">All streams of the run.</param>
internal sealed class RelationRules(RuleFindings findings, Catalogue catalogue, IReadOnlyList<JudgedStream> streams)
{
    private static readonly SqlFile Sql = SqlFile.Beside<RelationRules>();

    /// <summary>Judges the rules of one kind for every source and contract of the run.</summary>
    public void Judge<T>()
        where T : RuleTest
    {
        foreach (var source in streams.GroupBy(s => s.Source.Name).Select(g => g.ToList()))
        {
            foreach (var contract in source.SelectMany(s => s.Conformed.Rows).Select(r => r.Contract.Name).Distinct())
            {
                var rows = RuleFindings.RowsOf(source, contract);
                foreach (var rule in rows.SelectMany(r => r.Rows.Rules).Where(r => r.Test is T).Distinct())
                {
                    Judge(rule, rows);
                }
            }
        }
    }

    private void Judge(QualityRule rule, IReadOnlyList<(JudgedStream Stream, ConformedRows Rows)> rows)
    {
        var contract = rows[0].Rows.Contract;
        var broken = rule.Test switch
        {
            UniqueTest test => Duplicates(test, rows),
            ReferenceTest test => Missing(test, rows),
            _ => 0,
        };
        var column = rule.Test.Columns is [var only] ? only : null;
        var given = findings.Session.Scalar<long>(Sql.Fill("given", ("rows", Given(rows, rule.Test.Columns))), null, findings.Cancellation);
        if (broken > 0 && rule.Severity == RuleSeverity.Quarantine)
        {
            Break(rule, contract, rows, column);
        }

        findings.Add(new(
            rows[0].Stream.Source.Name, rows.Count == 1 ? rows[0].Stream.Stream.Name : null, contract.Name, rule.Test.Aspect, rule.Name, column, rule.Severity,
            given, given - broken, rule.Severity == RuleSeverity.Quarantine ? broken : 0));
        findings.Break(rule, broken);
    }

    private void Break(QualityRule rule, Contract contract, IReadOnlyList<(JudgedStream Stream, ConformedRows Rows)> rows, string? column)
    {
        var shown = string.Join(" || ', ' || ", rule.Test.Columns.Select(c => $"coalesce(left(CAST(r.{SqlName.Quote(c)} AS VARCHAR), 80), '')"));
        var (of, expected) = rule.Test is ReferenceTest r
            ? ($"{r.Column}: found ", $", expected a value that {r.Of}.{r.Member} has")
            : ($"{string.Join(", ", rule.Test.Columns)}: found ", " again, expected it once in the source");
        var said = rule.Name == rule.Test.Text ? of : $"{rule.Name}: {of}";
        findings.Session.Execute(Sql.Fill(
            "break", ("bad", ConformedStream.BadTable), ("contract", SqlName.Literal(contract.Name)), ("name", SqlName.Literal(rule.Name)),
            ("column", column is null ? "NULL" : SqlName.Literal(column)),
            ("reason", $"{SqlName.Literal(said)} || chr(39) || {shown} || chr(39) || {SqlName.Literal(expected)}"), ("rows", Given(rows, rule.Test.Columns))),
            null, findings.Cancellation);
        foreach (var (stream, _) in rows)
        {
            findings.Lose(stream);
        }
    }

    private long Duplicates(UniqueTest test, IReadOnlyList<(JudgedStream Stream, ConformedRows Rows)> rows)
    {
        var contract = rows[0].Rows.Contract;
        var dimension = catalogue.Dimensions.Values.FirstOrDefault(d => d.From == contract.Name && d.Key is not null && contract.Key.Contains(d.Key) && contract.Key.Count > 1);
        var fact = catalogue.Facts.Values.FirstOrDefault(f => f.From == contract.Name);
        var identity = dimension is not null ? [dimension.Key!] : rows[0].Rows.IsKeyed ? contract.Key : [];
        var kept = dimension is not null ? dimension.Attributes.Select(a => a.Column) : fact?.Columns.Where(c => c.Sql == c.Name).Select(c => c.Name) ?? [];
        var table = dimension?.Table ?? fact?.Table;

        // Records that bring an earlier one again, known by the stream's key alone, cannot be told from others here.
        var isKept = table is not null && (identity.Count > 0 || rows.All(r => r.Stream.Stream.Key.Count == 0)) && test.Of.Concat(identity).All(kept.Contains);
        var known = !isKept ? "" : Sql.Fill("known_elsewhere", ("same", string.Join(" AND ", test.Of.Select((_, i) => $"g.v{i} = k.v{i}"))), ("known", Sql.Fill(
            "known_rows", ("table", table!), ("values", Values(test.Of)), ("identity", Identity(identity, "source_file", "source_record")),
            ("unchanged", string.Concat(rows.Select(r => r.Stream.ChangedTable).Distinct().Select(c => Sql.Fill("unchanged", ("changed", c)).TrimEnd()))))));
        findings.Session.Execute(
            Sql.Fill(
                "duplicates", ("rows", Given(rows, test.Of.Concat(identity))), ("values", Values(test.Of)), ("identity", Identity(identity, "_file", "_record")),
                ("filled", string.Join(" AND ", test.Of.Select(c => $"{SqlName.Quote(c)} IS NOT NULL"))), ("names", SqlName.List(test.Of.Select((_, i) => $"v{i}"))),
                ("again", identity.Count > 0 && identity.All(test.Of.Contains) ? "true" : "false"), ("known", known)),
            isKept ? new { source = rows[0].Stream.Source.Name } : null, findings.Cancellation);
        return findings.Session.Scalar<long>(Sql.Fill("count"));
    }

    private long Missing(ReferenceTest test, IReadOnlyList<(JudgedStream Stream, ConformedRows Rows)> rows)
    {
        var dimension = catalogue.Dimensions.GetValueOrDefault(test.Of) ?? catalogue.Dimensions.Values.First(d => d.From == test.Of);
        var member = SqlName.Quote(dimension.Find(test.Member)!.Column);
        var known = RuleFindings.RowsOf(streams, dimension.From!).Select(r => Sql.Fill("values", ("member", member), ("view", r.Rows.View)))
            .Prepend(Sql.Fill("members", ("member", member), ("table", dimension.Table), ("key", SqlName.Quote(dimension.KeyColumn))));
        findings.Session.Execute(
            Sql.Fill("missing", ("rows", Given(rows, [test.Column])), ("column", SqlName.Quote(test.Column)), ("known", string.Join("\nUNION ALL\n", known))),
            null, findings.Cancellation);
        return findings.Session.Scalar<long>(Sql.Fill("count"));
    }

    private static string Given(IEnumerable<(JudgedStream Stream, ConformedRows Rows)> rows, IEnumerable<string> columns)
    {
        var names = SqlName.List(columns.Distinct().Select(SqlName.Quote));
        return string.Join("\nUNION ALL\n", rows.Select(r => Sql.Fill("rows", ("columns", names), ("view", r.Rows.View), ("current", " AND _current"))));
    }

    private static string Values(IReadOnlyList<string> columns) => SqlName.List(columns.Select((c, i) => $"{SqlName.Quote(c)} AS v{i}"));

    private static string Identity(IReadOnlyList<string> columns, string file, string record) => columns.Count == 0
        ? $"{{'f': {file}, 'r': {record}}}"
        : $"{{{SqlName.List(columns.Select((c, i) => $"'k{i}': {SqlName.Quote(c)}"))}}}";
}
