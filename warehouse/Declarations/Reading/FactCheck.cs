using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks a fact against its contract and its dimensions.</summary>
internal static class FactCheck
{
    private static readonly string[] audit = ["run_id", "run_from", "run_to", "source_file", "source_record"];

    public static void Check(Declared<Fact> declared, References references)
    {
        var (fact, node) = (declared.Value, declared.Node);
        references.CheckTableName(node.Scalar("fact"));
        if (fact.Kind == FactKind.Score && node.Scalar("from") is { } needless)
        {
            references.Add(needless.Where, "a score with 'from'", "no contract: a model writes scores", "remove 'from', or change 'kind'");
        }
        else if (fact.Kind != FactKind.Score && fact.From is null && fact.Derived is null)
        {
            references.Add(node.Where, $"fact '{fact.Name}' without 'from'", "the contract its rows come from", "add `from:`, or `kind: score` when a model writes it");
        }

        if (fact.Derived is not null)
        {
            DerivedFactCheck.Check(fact, node, references);
            return;
        }

        if (fact.Kind != FactKind.Score && node["dimensions"] is null)
        {
            references.Add(node.Where, $"fact '{fact.Name}' without 'dimensions'", "the dimension roles of its rows", "add `dimensions:`");
        }

        var contract = references.Find(fact.Kind == FactKind.Score ? null : node.Scalar("from"), "a contract", references.Model.Contracts);
        references.Check(node.Scalar("time"), $"a column of fact '{fact.Name}'", [.. fact.Columns.Select(c => c.Name)]);
        references.CheckMoment(node.Scalar("time"), fact.Columns.FirstOrDefault(c => c.Name == fact.Time)?.Type);
        CheckColumns(fact, node, contract, references);
        foreach (var (role, value) in node.MapOf("dimensions"))
        {
            CheckRole(fact, role, value, contract, references);
        }

        CheckWeight(fact, node, references);
        if (contract is not null)
        {
            CheckKey(fact, node, contract, references);
            CheckCurrencies(fact, node, contract, references);
        }
    }

    private static void CheckWeight(Fact fact, YamlMap node, References references)
    {
        if ((fact.Kind == FactKind.Bridge) != (fact.Weight is not null))
        {
            references.Add(node["weight"]?.Where ?? node.Where, fact.Weight is null ? $"bridge '{fact.Name}' without 'weight'" : "'weight' in a fact that is no bridge",
                "a weight in a bridge, and only there", fact.Weight is null ? "add `weight: {column: …, of: …}`" : "remove 'weight', or write `kind: bridge`");
        }

        if (node["weight"] is YamlMap weight)
        {
            string[] columns = [.. fact.Columns.Select(c => c.Name)];
            references.Check(weight.Scalar("column"), $"a column of fact '{fact.Name}'", columns);
            references.CheckEach(weight.ScalarsOf("of"), $"a column of fact '{fact.Name}'", columns);
        }
    }

    /// <summary>Rows are known by the contract's key, so the fact has to keep it.</summary>
    private static void CheckKey(Fact fact, YamlMap node, Contract contract, References references)
    {
        foreach (var key in contract.Key.Where(k => contract.Columns.Any(c => c.Name == k) && !Keeps(fact, k)))
        {
            references.Add(node.Scalar("from")!.Where, $"fact '{fact.Name}' without the column '{key}'", $"the key of contract '{contract.Name}', by which its rows are known",
                $"add the column '{key}'");
        }
    }

    /// <summary>A rate that comes late converts what is loaded, so the fact has to keep all that an amount is made of.</summary>
    private static void CheckCurrencies(Fact fact, YamlMap node, Contract contract, References references)
    {
        foreach (var (name, value) in node.MapOf("columns"))
        {
            if ((value as YamlMap)?.Scalar("currency") is not { } currency)
            {
                continue;
            }

            references.Check(currency, $"a column of contract '{contract.Name}'", [.. contract.Columns.Select(c => c.Name)]);
            var column = fact.Columns.First(c => c.Name == name.Text);
            if (fact.Time is null || !Keeps(fact, fact.Time) || column.Type.Kind is not (TypeKind.Decimal or TypeKind.Double))
            {
                references.Add(currency.Where, $"'currency' of column '{name.Text}'", "an amount of type decimal or double, in a fact with 'time'", "correct the type, or add `time:`");
            }

            var sql = SqlWords.Of(column.Sql);
            foreach (var part in sql.Columns.Select(c => c.Name).Append(currency.Text).Distinct().Where(p => contract.Columns.Any(c => c.Name == p) && !Keeps(fact, p)))
            {
                references.Add(currency.Where, $"amount '{name.Text}' made of '{part}', which the fact does not keep",
                    "only columns that the fact keeps as they come, since a late rate converts again", $"add the column '{part}'");
            }
        }
    }

    private static bool Keeps(Fact fact, string column) =>
        fact.Columns.Any(c => c.Name == column && c.Currency is null && c.Sql.Trim().Equals(column, StringComparison.OrdinalIgnoreCase));

    private static void CheckColumns(Fact fact, YamlMap node, Contract? contract, References references)
    {
        var keys = KeyColumns(fact, references.Model);
        string[] known = [.. contract?.Columns.Select(c => c.Name) ?? []];
        foreach (var (name, value) in node.MapOf("columns"))
        {
            if (audit.Contains(name.Text) || keys.Contains(name.Text))
            {
                references.Add(name.Where, $"column '{name.Text}'", "a name that no key or audit column of the warehouse has", "rename the column");
            }

            var sql = (value as YamlMap)?.Scalar("sql");
            if (fact.Kind == FactKind.Score && sql is not null)
            {
                references.Add(sql.Where, "'sql' in a score", "no expression: a model writes the values", "remove 'sql'");
                continue;
            }

            if (known.Length > 0)
            {
                var noun = $"a column of contract '{contract!.Name}'";
                if (sql is null)
                {
                    references.Check(name, $"{noun}, or an expression as 'sql'", known);
                    continue;
                }

                references.CheckSql(sql, noun, known);
            }

            var untyped = value is not YamlMap map || map["type"] is null;
            if (untyped && (fact.Kind == FactKind.Score || (contract is not null && sql is not null && FactFormat.Inferred(sql.Text, contract) is null)))
            {
                references.Add(name.Where, $"column '{name.Text}' without 'type'", "a type, since its values are not those of one contract column", "add `type:`");
            }
        }
    }

    private static void CheckRole(Fact fact, YamlScalar role, YamlNode value, Contract? contract, References references)
    {
        var dimension = references.Find((value as YamlMap)?.Scalar("dimension") ?? role, "a dimension", references.Model.Dimensions);
        if (contract is null && fact.Kind != FactKind.Score)
        {
            return;
        }

        YamlScalar[] columns = value is YamlScalar one ? [one] : [.. (value as YamlMap)?.ScalarsOf("column") ?? []];
        var wanted = dimension is null or { IsDate: true } ? 1 : dimension.Keys.Count;
        if (dimension is not null && columns.Length > 0 && columns.Length != wanted && wanted > 0)
        {
            references.Add(columns[0].Where, $"{columns.Length} columns for role '{role.Text}'",
                dimension.IsDate ? "one moment" : $"a column for each part of the key of dimension '{dimension.Name}': {string.Join(", ", dimension.Keys)}", "name as many");
            return;
        }

        for (var i = 0; i < columns.Length; i++)
        {
            CheckRoleColumn(fact, columns[i], dimension, i, contract, references);
        }
    }

    private static void CheckRoleColumn(Fact fact, YamlScalar at, Dimension? dimension, int part, Contract? contract, References references)
    {
        var types = new Dictionary<string, ColumnType>();
        foreach (var column in contract?.Columns ?? [])
        {
            types[column.Name] = column.Type;
        }

        foreach (var column in contract is null ? fact.Columns : [])
        {
            types[column.Name] = column.Type;
        }

        var key = dimension?.Attributes.FirstOrDefault(a => a.Column == dimension.Keys.ElementAtOrDefault(part));
        if (contract is null && key is not null)
        {
            // A model that writes scores has the member already: its key is known without being a column of the score.
            types.TryAdd(key.Column, key.Type);
        }

        references.Check(at, contract is null ? $"a column of fact '{fact.Name}', or the key of the dimension" : $"a column of contract '{contract.Name}'", types.Keys);
        if (dimension is null || !types.TryGetValue(at.Text, out var type))
        {
            return;
        }

        if (dimension.IsDate)
        {
            references.CheckMoment(at, type);
        }
        else if (key is not null && key.Type.Kind != type.Kind)
        {
            references.Add(at.Where, $"column '{at.Text}' of type {type}", $"type {key.Type}, as the key of dimension '{dimension.Name}' has it",
                "name another column, or change its type");
        }
    }

    /// <summary>The keys that the warehouse adds to a fact: one per role, and one more per versioned role.</summary>
    public static HashSet<string> KeyColumns(Fact fact, Model model)
    {
        var keys = new HashSet<string>();
        foreach (var role in fact.Roles)
        {
            keys.Add($"{role.Role}_key");
            if (model.Dimensions.TryGetValue(role.Dimension, out var dimension) && dimension.Value.IsVersioned)
            {
                keys.Add($"{role.Role}_version_key");
            }
        }

        return keys;
    }

    /// <summary>Every column of a fact's table.</summary>
    public static HashSet<string> TableColumns(Fact fact, Model model)
    {
        var columns = KeyColumns(fact, model);
        columns.UnionWith(fact.Columns.Select(c => c.Name));
        columns.UnionWith(["run_id", "source_file", "source_record"]);
        return columns;
    }
}
