using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Checks a fact that is made from other facts.</summary>
internal static class DerivedFactCheck
{
    public static void Check(Fact fact, YamlMap node, References references)
    {
        var derived = (YamlMap)node["derived"]!;
        string[] columns = [.. fact.Columns.Select(c => c.Name)];
        references.Check(node.Scalar("time"), $"a column of fact '{fact.Name}'", columns);
        if ((node.Scalar("from") ?? node.Scalar("weight")) is { } needless)
        {
            references.Add(needless.Where, "a derived fact with a contract or a weight", "only the facts it is made from", "remove it");
        }

        if (fact.Derived!.Period is not null && fact.Time is null)
        {
            references.Add(derived.Where, "'period' in a fact without 'time'", "the column for the first day of the period", "add `time:`");
        }

        foreach (var (name, value) in derived.MapOf("from"))
        {
            CheckPart(fact, derived, name, value as YamlMap, columns, references);
        }

        var given = fact.Derived.Parts.SelectMany(p => p.Columns.Keys).Concat(fact.Derived.Each).Append(fact.Derived.Period is null ? "" : fact.Time).ToHashSet();
        foreach (var column in fact.Columns.Where(c => c.Sql == c.Name && !given.Contains(c.Name)))
        {
            references.Add(column.Where, $"column '{column.Name}' that no fact fills", "an aggregate in 'derived', or an expression over the other columns as 'sql'", "add one of the two");
        }

        foreach (var (role, value) in node.MapOf("dimensions"))
        {
            CheckRole(fact, role, value, columns, references);
        }
    }

    private static void CheckPart(Fact fact, YamlMap derived, YamlScalar name, YamlMap? part, string[] columns, References references)
    {
        var source = references.Find(name, "a fact", references.Model.Facts);
        foreach (var (column, value) in part?.Entries ?? [])
        {
            references.Check(column, $"a column of fact '{fact.Name}'", columns);
            if (source is not null)
            {
                references.CheckSql(value as YamlScalar, $"a column of {source.Table}", FactCheck.TableColumns(source, references.Model));
            }
        }

        if (source is null)
        {
            return;
        }

        string[] known = [.. source.Roles.Select(r => r.Role), .. source.Columns.Select(c => c.Name)];
        references.CheckEach(derived.ScalarsOf("each"), $"a role or column of fact '{source.Name}'", known);
        if (source.Derived is not null || (fact.Derived!.Period is not null && source.Time is null))
        {
            references.Add(name.Where, $"fact '{source.Name}', which is {(source.Derived is null ? "not dated" : "derived itself")}", "a dated fact that is loaded", "leave it out");
        }
    }

    private static void CheckRole(Fact fact, YamlScalar role, YamlNode value, string[] columns, References references)
    {
        var dimension = references.Find((value as YamlMap)?.Scalar("dimension") ?? role, "a dimension", references.Model.Dimensions);
        var at = value as YamlScalar ?? (value as YamlMap)?.Scalar("column");
        if (dimension is null || at is null)
        {
            return;
        }

        if (dimension.IsDate)
        {
            references.Check(at, $"a column of fact '{fact.Name}'", columns);
            return;
        }

        var roles = fact.Derived!.Parts.Select(p => references.Model.Facts.GetValueOrDefault(p.Fact)?.Value).OfType<Fact>()
            .SelectMany(f => f.Roles).Where(r => r.Dimension == dimension.Name).Select(r => r.Role).Distinct().ToArray();
        references.Check(at, $"a role that the facts have '{dimension.Name}' in", roles);
    }
}
