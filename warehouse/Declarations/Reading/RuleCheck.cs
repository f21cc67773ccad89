using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks a quality rule against the contracts that its source maps to. Whether its SQL and patterns can be run is checked where an engine is at hand.</summary>
internal static class RuleCheck
{
    public static void Check(Source source, YamlMap rule, References references)
    {
        var kinds = RuleFormat.Kinds.Where(k => rule[k] is not null).ToArray();
        if (kinds.Length != 1)
        {
            references.Add(rule.Where, kinds.Length == 0 ? "a quality rule that tests nothing" : $"a quality rule with {string.Join(" and ", kinds.Select(k => $"'{k}'"))}",
                kinds.Length == 0 ? $"one of {string.Join(", ", RuleFormat.Kinds)}" : "one test", kinds.Length == 0 ? "add what is tested" : "write two rules");
            return;
        }

        var kind = kinds[0];
        CheckSeverity(rule, kind, references);
        if (kind == "sql")
        {
            CheckQuery(rule.Scalar("sql"), references);
            return;
        }

        if (rule[kind] is YamlMap of)
        {
            references.Check(of.Scalar("stream"), $"a stream of source '{source.Name}'", [.. source.Streams.Select(s => s.Name)]);
            CheckFreshness(of, kind, references);
        }

        if (kind != "volume" && (rule[kind] as YamlMap)?["stream"] is null && ContractOf(source, rule, kind, references) is { } contract)
        {
            RuleValueCheck.Check(rule, kind, contract, references);
        }
    }

    private static void CheckSeverity(YamlMap rule, string kind, References references)
    {
        if (kind is "freshness" or "volume" && rule.Scalar("severity") is { Text: "quarantine" } severity)
        {
            references.Add(severity.Where, $"severity 'quarantine' for '{kind}'", "warn or fail, since it is about no single record", "correct the severity");
        }
    }

    private static void CheckQuery(YamlScalar? sql, References references)
    {
        references.CheckSql(sql, "", []);
        if (sql is not null && !SqlWords.BeginsQuery(sql.Text))
        {
            references.Add(sql.Where, "a test that is no query", "a query that answers _file and _record of bad rows, or one number",
                "write a query, or use `rule:` for a condition");
        }
    }

    private static void CheckFreshness(YamlMap of, string kind, References references)
    {
        if (kind == "freshness" && of["column"] is null == of["stream"] is null)
        {
            references.Add(of.Where, of["column"] is null ? "freshness of nothing" : "freshness of a column and of a stream", "either 'column' or 'stream'",
                of["column"] is null ? "add one of them" : "remove one of them");
        }
    }

    /// <summary>The contract that the rule is about; of several the first. Null, with a problem where there is one to tell, when there is none.</summary>
    private static Contract? ContractOf(Source source, YamlMap rule, string kind, References references)
    {
        var mapped = source.Maps.Select(m => m.Contract).ToArray();
        var names = Names(rule, kind);
        if (rule.Scalar("contract") is not { } at)
        {
            return OfAny(mapped, rule, kind, names, references);
        }

        var contract = references.Find(at, "a contract", references.Model.Contracts);
        if (contract is not null && !mapped.Contains(at.Text))
        {
            references.Add(at.Where, $"a rule about contract '{at.Text}'", NearestName.Expected($"a contract that source '{source.Name}' maps to", at.Text, mapped),
                "name another contract, or add a map");
        }

        string[] columns = [.. contract?.Columns.Select(c => c.Name) ?? []];
        var noun = $"a column of contract '{at.Text}'";
        if (kind == "rule")
        {
            references.CheckSql(rule.Scalar("rule"), noun, columns);
            return contract;
        }

        foreach (var (name, where) in names)
        {
            if (columns.Length > 0 && !columns.Contains(name))
            {
                references.Unknown(where, name, noun, columns);
                contract = null;
            }
        }

        return contract;
    }

    /// <summary>A rule without a contract is about every contract that has its columns; one of the source's has to.</summary>
    private static Contract? OfAny(string[] mapped, YamlMap rule, string kind, List<(string Name, SourceLocation Where)> names, References references)
    {
        if (kind == "rule")
        {
            references.CheckSql(rule.Scalar("rule"), "", []);
        }

        var contracts = mapped.Where(references.Model.Contracts.ContainsKey).Select(m => references.Model.Contracts[m].Value).Where(c => c.Columns.Count > 0).ToList();
        if (names.Count == 0 || contracts.Count < mapped.Length)
        {
            return null;
        }

        if (contracts.Find(c => names.TrueForAll(n => Has(c, n.Name))) is { } first)
        {
            return first;
        }

        var best = contracts.MaxBy(c => names.Count(w => Has(c, w.Name)));
        var (missing, where) = names.First(w => best is null || !Has(best, w.Name));
        references.Add(where, $"unknown name {Quoted.Text(missing)}", best is null ? "a map that makes rows to check"
            : NearestName.Expected($"a column of a contract that the source maps to, such as '{best.Name}'", missing, [.. best.Columns.Select(c => c.Name)]),
            "correct the name, or say which contract the rule is about");
        return null;
    }

    /// <summary>The column names in a rule, each with its place.</summary>
    private static List<(string Name, SourceLocation Where)> Names(YamlMap rule, string kind)
    {
        if (kind == "rule")
        {
            return rule.Scalar("rule") is { } sql ? [.. SqlWords.Of(sql.Text).Columns.Select(c => (c.Name, sql.At(c.Offset)))] : [];
        }

        var scalars = rule[kind] is YamlMap of ? of.ScalarsOf("column") : rule.ScalarsOf(kind);
        return [.. scalars.Select(s => (s.Text, s.Where))];
    }

    private static bool Has(Contract contract, string column) => contract.Columns.Any(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));
}
