using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks a dimension against its contract and itself.</summary>
internal static class DimensionCheck
{
    public static void Check(Declared<Dimension> declared, References references)
    {
        var (dimension, node) = (declared.Value, declared.Node);
        references.CheckTableName(node.Scalar("dimension"));
        if (dimension.IsDate)
        {
            CheckGenerated(dimension, node, references);
        }
        else
        {
            CheckLoaded(dimension, node, references);
        }

        CheckColumns(dimension, node, references);
        var attributes = dimension.Attributes.Select(a => a.Name).ToArray();
        foreach (var (name, value) in node.MapOf("hierarchies"))
        {
            CheckHierarchy(dimension, name, value as YamlMap, attributes, references);
        }
    }

    private static void CheckHierarchy(Dimension dimension, YamlScalar name, YamlMap? path, string[] attributes, References references)
    {
        var noun = $"an attribute of dimension '{dimension.Name}'";
        references.CheckEach(path?.ScalarsOf("levels") ?? [], noun, attributes);
        references.Check(path?.Scalar("parent"), noun, attributes);
        if (path is not null && (path["levels"] is null) == (path["parent"] is null))
        {
            references.Add(path.Where, $"hierarchy '{name.Text}' with {(path["levels"] is null ? "neither 'levels' nor" : "both 'levels' and")} 'parent'",
                "either levels, coarsest first, or the attribute with the key of the member above", "write one of the two");
        }

        if (path?.Scalar("parent") is { } parent && dimension.Keys.Count != 1)
        {
            references.Add(parent.Where, $"'parent' in a dimension whose key has {dimension.Keys.Count} columns", "a key of one column", "remove 'parent'");
        }
    }

    private static void CheckGenerated(Dimension dimension, YamlMap node, References references)
    {
        if ((node.Scalar("key") ?? node.Scalar("effective")) is { } needless)
        {
            references.Add(needless.Where, "a dimension without 'from' that names a contract's column", "the generated calendar, which has no contract",
                "add `from:` with the contract, or remove the key");
            return;
        }

        foreach (var attribute in dimension.Attributes)
        {
            if (!DateColumns.Types.TryGetValue(attribute.Column, out var type))
            {
                references.Unknown(attribute.Where, attribute.Column, "a column of the generated calendar", [.. DateColumns.Types.Keys]);
            }
            else if (attribute.Type != type)
            {
                references.Add(attribute.Where, $"type {attribute.Type} for '{attribute.Column}'", $"type {type}", "correct the type, or leave it out");
            }

            if (attribute.Scd != ScdType.Fixed)
            {
                references.Add(attribute.Where, $"scd {(int)attribute.Scd} in the generated calendar", "scd 0: the calendar does not change", "remove 'scd'");
            }
        }
    }

    private static void CheckLoaded(Dimension dimension, YamlMap node, References references)
    {
        var contract = references.Find(node.Scalar("from"), "a contract", references.Model.Contracts);
        if (dimension.Key is null)
        {
            references.Add(node.Where, $"dimension '{dimension.Name}' without 'key'", "the contract column that identifies a member", "add `key:`");
        }

        foreach (var key in node.ScalarsOf("key").Where(k => dimension.Attributes.Count > 0 && dimension.Attributes.All(a => a.Column != k.Text)))
        {
            references.Add(key.Where, $"key '{key.Text}' that is no attribute", "an attribute with the key's column", $"add an attribute, e.g. `id: {{column: {key.Text}}}`");
        }

        if (dimension.Effective is null
            && dimension.Attributes.FirstOrDefault(a => a.Scd is ScdType.NewVersion or ScdType.Previous or ScdType.Hybrid) is { } changing)
        {
            references.Add(changing.Where, $"attribute '{changing.Name}' with scd {(int)changing.Scd} in a dimension without 'effective'",
                "the contract column that says since when values hold", "add `effective:`, or use scd 0 or 1");
        }

        foreach (var attribute in dimension.Attributes.Where(a => dimension.Keys.Contains(a.Column) && a.Scd != ScdType.Fixed))
        {
            references.Add(attribute.Where, $"attribute '{attribute.Name}' with scd {(int)attribute.Scd}, which is the key", "scd 0: a key does not change", "remove 'scd'");
        }

        if (contract is null || contract.Columns.Count == 0)
        {
            return;
        }

        var (noun, columns) = ($"a column of contract '{contract.Name}'", contract.Columns.Select(c => c.Name).ToArray());
        references.CheckEach(node.ScalarsOf("key"), noun, columns);
        references.Check(node.Scalar("effective"), noun, columns);
        references.CheckMoment(node.Scalar("effective"), contract.Columns.FirstOrDefault(c => c.Name == dimension.Effective)?.Type);
        foreach (var (name, value) in node.MapOf("attributes"))
        {
            var at = (value as YamlMap)?.Scalar("column") ?? name;
            references.Check(at, noun, columns);
            if (contract.Columns.FirstOrDefault(c => c.Name == at.Text) is { } column && ContractFormat.TypeOf(value as YamlMap) is { } type && type != column.Type)
            {
                references.Add(((YamlMap)value).Scalar("type")!.Where, $"type {type} for column '{column.Name}'",
                    $"type {column.Type}, as contract '{contract.Name}' declares it", "correct the type, or leave it out");
            }
        }
    }

    /// <summary>The table has one column per attribute, beside those that the warehouse adds.</summary>
    private static void CheckColumns(Dimension dimension, YamlMap node, References references)
    {
        var taken = new HashSet<string>
        {
            dimension.KeyColumn, dimension.VersionKeyColumn, "valid_from", "valid_to", "is_current", "is_inferred", "is_deleted", "run_id", "run_from", "run_to",
            "source_file", "source_record",
        };
        var written = node.MapOf("attributes").ToDictionary(a => a.Key.Text, a => (a.Value as YamlMap)?.Scalar("column") ?? a.Key);
        foreach (var attribute in dimension.Attributes)
        {
            // What the loader keeps beside an attribute stands where that attribute does.
            var at = attribute.Part == AttributePart.Value && written.TryGetValue(attribute.Name, out var scalar) ? scalar.Where : attribute.Where;
            if (!taken.Add(attribute.Column))
            {
                references.Add(at, $"column '{attribute.Column}' for attribute '{attribute.Name}'", "a column that no other attribute and no key of the warehouse has",
                    "name another column, or remove the attribute");
            }
        }

        foreach (var name in dimension.Attributes.GroupBy(a => a.Name).Where(g => g.Count() > 1))
        {
            references.Add(name.Last().Where, $"attribute '{name.Key}' for the second time", "each attribute once, also those that the loader keeps beside others",
                "rename one of the two");
        }
    }
}
