using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>
/// Checks a source against the contracts. Whether the expressions of a map fit the stream's real columns is checked where the data is at hand.
/// </summary>
internal static class SourceCheck
{
    /// <param name="source">The source.</param>
    /// <param name="node">Where it stands.</param>
    /// <param name="connector">Its connector; null when it is not known.</param>
    /// <param name="references">Takes the problems.</param>
    public static void Check(Source source, YamlMap node, ConnectorOptions? connector, References references)
    {
        foreach (var (_, value) in node.MapOf("streams"))
        {
            CheckFormats(value as YamlMap, references);
            if (value is YamlMap stream && connector is not null)
            {
                SyncCheck.Check(stream, connector, references);
            }
        }

        foreach (var (name, value) in node.MapOf("map"))
        {
            CheckMap(source, name, value as YamlMap, references);
        }

        foreach (var rule in node.MapsOf("quality"))
        {
            CheckRule(source, rule, references);
        }
    }

    private static void CheckFormats(YamlMap? stream, References references)
    {
        foreach (var (name, value) in stream?.MapOf("columns") ?? [])
        {
            if (value is YamlMap column && column.Scalar("format") is { } format
                && ContractFormat.TypeOf(column) is { Kind: not (TypeKind.Date or TypeKind.Timestamp) } type)
            {
                references.Add(format.Where, $"'format' for column {Quoted.Text(name.Text)} of type {type}", "a format for dates and timestamps only",
                    "remove 'format', or change the type");
            }
        }
    }

    private static void CheckMap(Source source, YamlScalar name, YamlMap? map, References references)
    {
        var contract = references.Find(name, "a contract", references.Model.Contracts);
        if (map is null)
        {
            return;
        }

        references.Check(map.Scalar("from"), $"a stream of source '{source.Name}'", [.. source.Streams.Select(s => s.Name)]);
        references.CheckSql(map.Scalar("where"), "", []);
        string[] columns = [.. contract?.Columns.Select(c => c.Name) ?? []];
        foreach (var (column, value) in map.Entries)
        {
            if (column.Text is not ("from" or "where"))
            {
                references.Check(column, $"a column of contract '{name.Text}'", columns);
                references.CheckSql(value as YamlScalar, "", []);
            }
        }

        foreach (var column in contract?.Columns ?? [])
        {
            if (column is { Required: true, Default: null } && map[column.Name] is null)
            {
                references.Add(name.Where, $"a map to contract '{name.Text}' without '{column.Name}'", "every required column of the contract",
                    $"add `{column.Name}:` with an expression over the stream's columns");
            }
        }
    }

    private static void CheckRule(Source source, YamlMap rule, References references)
    {
        var mapped = source.Maps.Select(m => m.Contract).ToArray();
        if (rule.Scalar("contract") is { } at)
        {
            var contract = references.Find(at, "a contract", references.Model.Contracts);
            if (contract is not null && !mapped.Contains(at.Text))
            {
                references.Add(at.Where, $"a rule about contract '{at.Text}'", NearestName.Expected($"a contract that source '{source.Name}' maps to", at.Text, mapped),
                    "name another contract, or add a map");
            }

            references.CheckSql(rule.Scalar("rule"), $"a column of contract '{at.Text}'", [.. contract?.Columns.Select(c => c.Name) ?? []]);
            return;
        }

        CheckRuleOfAny(mapped, rule.Scalar("rule"), references);
    }

    /// <summary>A rule without a contract is about every contract that has its columns; one of the source's has to.</summary>
    private static void CheckRuleOfAny(string[] mapped, YamlScalar? rule, References references)
    {
        var contracts = new List<Contract>();
        foreach (var name in mapped)
        {
            if (references.Model.Contracts.TryGetValue(name, out var contract) && contract.Value.Columns.Count > 0)
            {
                contracts.Add(contract.Value);
            }
        }

        references.CheckSql(rule, "", []);
        if (rule is null || contracts.Count < mapped.Length)
        {
            return;
        }

        var words = SqlWords.Of(rule.Text).Columns;
        if (contracts.Exists(c => words.All(w => Has(c, w.Name))))
        {
            return;
        }

        var best = contracts.MaxBy(c => words.Count(w => Has(c, w.Name)));
        var (missing, offset) = words.First(w => best is null || !Has(best, w.Name));
        references.Add(rule.At(offset), $"unknown name {Quoted.Text(missing)}", best is null ? "a map that makes rows to check"
            : NearestName.Expected($"a column of a contract that the source maps to, such as '{best.Name}'", missing, [.. best.Columns.Select(c => c.Name)]),
            "correct the name, or say which contract the rule is about");
    }

    private static bool Has(Contract contract, string column) => contract.Columns.Any(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));
}
