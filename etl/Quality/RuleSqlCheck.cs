using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Checks what only an engine can tell of quality rules: whether patterns compile, and whether queries can be understood and keep to their source.</summary>
public static class RuleSqlCheck
{
    private static readonly string[] harmless = ["unnest", "range", "generate_series"];
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RuleSqlCheck));

    /// <summary>All problems of the patterns and queries of a source.</summary>
    /// <param name="session">A session; no table is read or written.</param>
    /// <param name="project">The project.</param>
    /// <param name="source">The source.</param>
    public static IEnumerable<Problem> Check(ISession session, Project project, Source source)
    {
        foreach (var rule in source.Rules)
        {
            if ((rule.Test switch
            {
                PatternTest pattern => Pattern(session, pattern),
                SqlTest query => Query(session, project, source, rule, query),
                _ => null,
            }) is { } problem)
            {
                yield return problem;
            }
        }
    }

    private static Problem? Pattern(ISession session, PatternTest test)
    {
        try
        {
            session.Scalar<bool>(Sql.Fill("pattern", ("pattern", SqlName.Literal(test.Regex))));
            return null;
        }
        catch (EngineException e)
        {
            return new(test.Where, $"'{test.Regex}' is no regular expression: {FirstLine(e)}", "a regular expression that RE2 reads (no look-around, no back-references)", "correct it");
        }
    }

    private static Problem? Query(ISession session, Project project, Source source, QualityRule rule, SqlTest test)
    {
        try
        {
            var contracts = source.Maps.Select(m => m.Contract).Distinct().ToList();
            if (Foreign(QueryRules.Tree(session, test.Sql), contracts) is { } foreign)
            {
                return new(test.Where, $"a query that reads {foreign}", NearestName.Expected($"the contracts that source '{source.Name}' maps to", foreign, contracts),
                    "read these, by their names alone");
            }

            var columns = session.Describe(QueryRules.Around(test.Sql, source, project.Catalogue, _ => []));
            if (QueryRules.AnswersRows(columns))
            {
                return null;
            }

            return columns.Count != 1 || !IsNumber(columns[0].Type)
                ? new(test.Where, $"a query that answers {string.Join(", ", columns.Select(c => c.Name))}", "_file and _record of the bad rows, or one number", "correct what it selects")
                : rule.Severity == RuleSeverity.Quarantine
                    ? new(test.Where, "a query that answers a number, with severity 'quarantine'", "_file and _record of the rows to put aside", "select them, or let the rule warn or fail")
                    : null;
        }
        catch (EngineException e)
        {
            return new(test.Where, $"the query cannot be understood: {FirstLine(e)}", $"a query over {string.Join(", ", source.Maps.Select(m => m.Contract).Distinct())}", "correct it");
        }
    }

    /// <summary>The first thing a query reads that is neither a contract of its source nor defined in it; null when there is none.</summary>
    private static string? Foreign(string tree, IReadOnlyCollection<string> contracts)
    {
        using var document = JsonDocument.Parse(tree);
        var (tables, own) = (new List<string>(), new HashSet<string>(contracts, StringComparer.OrdinalIgnoreCase));
        Walk(document.RootElement, tables, own);
        return tables.Find(t => !own.Contains(t));
    }

    private static void Walk(JsonElement element, List<string> tables, HashSet<string> own)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Walk(item, tables, own);
            }

            return;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        Note(element, tables, own);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name == "cte_map" && property.Value.TryGetProperty("map", out var map))
            {
                own.UnionWith(map.EnumerateArray().Select(entry => entry.GetProperty("key").GetString()!));
            }

            Walk(property.Value, tables, own);
        }
    }

    private static void Note(JsonElement node, List<string> tables, HashSet<string> own)
    {
        var type = node.TryGetProperty("type", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString() : null;
        if (type == "BASE_TABLE")
        {
            string[] parts = [.. new[] { "catalog_name", "schema_name", "table_name" }.Select(p => node.GetProperty(p).GetString() ?? "").Where(p => p.Length > 0)];
            tables.Add(string.Join('.', parts));
        }
        else if (type == "TABLE_FUNCTION" && node.TryGetProperty("function", out var function) && function.TryGetProperty("function_name", out var name)
            && !harmless.Contains(name.GetString()))
        {
            tables.Add($"{name.GetString()}()");
        }
    }

    private static bool IsNumber(string type) => type.Split('(')[0] is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UBIGINT" or "UINTEGER" or "DECIMAL" or "DOUBLE";

    private static string FirstLine(EngineException e) => e.Message.Split('\n')[0].Trim();
}
