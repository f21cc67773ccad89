using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>
/// Judges by queries of the project. A query sees the source's contracts, each as a table of its own name with the rows of the run, <c>_file</c> and
/// <c>_record</c>, and nothing else; it stands inside a larger SELECT, so it can change nothing.
/// </summary>
/// <param name="findings">Where results go.</param>
/// <param name="catalogue">The declarations.</param>
/// <param name="streams">All streams of the run.</param>
internal sealed class QueryRules(RuleFindings findings, Catalogue catalogue, IReadOnlyList<JudgedStream> streams)
{
    private static readonly SqlFile Sql = SqlFile.Beside<QueryRules>();

    /// <summary>Judges the queries of every source of the run.</summary>
    public void Judge()
    {
        foreach (var source in streams.GroupBy(s => s.Source.Name).Select(g => g.ToList()))
        {
            foreach (var rule in source[0].Source.Rules.Where(r => r.Test is SqlTest))
            {
                Judge(rule, (SqlTest)rule.Test, source);
            }
        }
    }

    /// <summary>The query with the source's contracts around it.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="source">The source.</param>
    /// <param name="catalogue">The declarations.</param>
    /// <param name="views">Views with the rows of a contract; none for a check without data.</param>
    public static string Around(string sql, Source source, Catalogue catalogue, Func<string, IEnumerable<string>> views)
    {
        var contracts = source.Maps.Select(m => m.Contract).Distinct().Where(catalogue.Contracts.ContainsKey).Select(name =>
        {
            var columns = catalogue.Contracts[name].Columns;
            var none = Sql.Fill("none", ("columns", SqlName.List(columns.Select(c => $"CAST(NULL AS {c.Type.Sql}) AS {SqlName.Quote(c.Name)}"))));
            var rows = views(name).Select(v => Sql.Fill("rows", ("columns", SqlName.List(columns.Select(c => SqlName.Quote(c.Name)))), ("view", v), ("current", ""))).Prepend(none);
            return Sql.Fill("contract", ("name", SqlName.Quote(name)), ("rows", string.Join("UNION ALL\n", rows))).TrimEnd();
        });
        return Sql.Fill("query", ("contracts", string.Join(", ", contracts)), ("sql", sql));
    }

    /// <summary>The syntax tree of a query as JSON.</summary>
    public static string Tree(ISession session, string sql) => session.Scalar<string>(Sql.Fill("tree"), new { sql });

    /// <summary>True when a query answers rows by their place, false when it answers a number.</summary>
    public static bool AnswersRows(IReadOnlyList<DescribedColumn> columns) => columns.Any(c => c.Name == "_file") && columns.Any(c => c.Name == "_record");

    private void Judge(QualityRule rule, SqlTest test, List<JudgedStream> source)
    {
        var (session, name) = (findings.Session, source[0].Source.Name);
        var relation = Around(test.Sql, source[0].Source, catalogue, c => RuleFindings.RowsOf(source, c).Select(r => r.Rows.View));
        var given = source.Sum(s => s.Files.Sum(f => f.Records - f.Rejected));
        try
        {
            if (!AnswersRows(session.Describe(relation)))
            {
                var wrong = session.Scalar<long>(Sql.Fill("number", ("relation", relation)), null, findings.Cancellation);
                findings.Add(new(name, null, null, rule.Test.Aspect, rule.Name, null, rule.Severity, 1, wrong == 0 ? 1 : 0, 0));
                Tell(rule, wrong, $"the query of the rule '{rule.Name}' counts {wrong}");
                return;
            }

            session.Execute(Sql.Fill("rows_of", ("relation", relation)), null, findings.Cancellation);
        }
        catch (EngineException e) when (e.Kind != EngineErrorKind.Interrupted)
        {
            throw new CrmException(
                FailureKind.CheckFailed, $"the query of the rule '{rule.Name}' failed: {e.Message.Split('\n')[0].Trim()}", test.Where.ToString(),
                "a query over the source's contracts that fails on no value", "Correct the query, e.g. with TRY_CAST; nothing that readers see has changed", e);
        }

        var broken = session.Scalar<long>(Sql.Fill("count"));
        if (broken > 0 && rule.Severity == RuleSeverity.Quarantine)
        {
            session.Execute(Sql.Fill(
                "break", ("bad", ConformedStream.BadTable), ("name", SqlName.Literal(rule.Name)), ("reason", SqlName.Literal($"{rule.Name}: found by the rule's query"))));
            source.ForEach(findings.Lose);
        }

        findings.Add(new(
            name, null, null, rule.Test.Aspect, rule.Name, null, rule.Severity, Math.Max(given, broken), Math.Max(given, broken) - broken, rule.Severity == RuleSeverity.Quarantine ? broken : 0));
        findings.Break(rule, broken);
    }

    private void Tell(QualityRule rule, long wrong, string message)
    {
        if (wrong > 0)
        {
            findings.Break(rule, message);
        }
    }
}
