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
        foreach (var (_, value) in node.MapOf("hierarchies"))
        {
            references.CheckEach((value as YamlMap)?.ScalarsOf("levels") ?? [], $"an attribute of dimension '{dimension.Name}'", attributes);
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
        else if (dimension.Attributes.Count > 0 && dimension.Attributes.All(a => a.Column != dimension.Key))
        {
            references.Add(node.Scalar("key")?.Where ?? node.Where, $"key '{dimension.Key}' that is no attribute", "an attribute with the key's column",
                $"add an attribute, e.g. `id: {{column: {dimension.Key}}}`");
        }

        if (dimension.Effective is null && dimension.Attributes.FirstOrDefault(a => a.Scd == ScdType.NewVersion) is { } changing)
        {
            references.Add(changing.Where, $"attribute '{changing.Name}' with scd 2 in a dimension without 'effective'",
                "the contract column that says since when values hold", "add `effective:`, or use scd 0 or 1");
        }

        if (contract is null || contract.Columns.Count == 0)
        {
            return;
        }

        var (noun, columns) = ($"a column of contract '{contract.Name}'", contract.Columns.Select(c => c.Name).ToArray());
        references.Check(node.Scalar("key"), noun, columns);
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
            dimension.KeyColumn, dimension.VersionKeyColumn, "valid_from", "valid_to", "is_current", "run_id", "run_from", "run_to", "source_file", "source_record",
        };
        foreach (var (name, value) in node.MapOf("attributes"))
        {
            var at = (value as YamlMap)?.Scalar("column") ?? name;
            if (!taken.Add(at.Text))
            {
                references.Add(at.Where, $"column '{at.Text}' for attribute '{name.Text}'", "a column that no other attribute and no key of the warehouse has",
                    "name another column, or remove the attribute");
            }
        }
    }
}
