using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Etl.Lineage;

/// <summary>A step of what a source column becomes.</summary>
/// <param name="Kind">What it is: <c>contract</c>, <c>fact</c>, <c>dimension</c>, <c>member</c>.</param>
/// <param name="Name">Its name: <c>order_line.unit_price</c>, <c>fact_sales.revenue</c>, <c>dim_customer.country</c>, <c>sales.revenue</c>.</param>
/// <param name="Through">The expression or role that leads there.</param>
/// <param name="From">The name of the step before; the source column's for the first.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record LineageStep(string Kind, string Name, string Through, string From, SourceLocation Where);

/// <summary>Follows a source's column forward: through maps to contract columns, on to facts and dimensions, and to the measures and dimensions of cubes.</summary>
/// <param name="project">The project.</param>
public sealed class ColumnLineage(Project project)
{
    private readonly Catalogue catalogue = project.Catalogue;

    /// <summary>Every step, breadth first; each thing once for each way that leads to it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="column">The raw column.</param>
    public IReadOnlyList<LineageStep> Forward(Source source, SourceStream stream, string column)
    {
        var start = $"{source.Name}.{stream.Name}.{column}";
        var contracts = source.MapsOf(stream.Name).SelectMany(m => ContractColumns(m, column, start)).ToList();
        var tables = contracts.SelectMany(c => Tables(c.Name)).DistinctBy(t => (t.Name, t.From, t.Through)).ToList();
        var members = tables.SelectMany(Members).DistinctBy(m => (m.Name, m.From)).ToList();
        return [.. contracts, .. tables, .. members, .. Derived(members)];
    }

    private IEnumerable<LineageStep> ContractColumns(ContractMap map, string column, string start)
    {
        var contract = catalogue.Contracts[map.Contract];
        if (map.Columns.Count == 0)
        {
            return contract.Columns.Where(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase))
                .Select(c => new LineageStep("contract", $"{contract.Name}.{c.Name}", "the same name", start, map.Where));
        }

        return map.Columns.Where(e => SqlWords.Names(e.Value.Sql, column)).Select(e => new LineageStep("contract", $"{contract.Name}.{e.Key}", e.Value.Sql, start, e.Value.Where))
            .Concat(map.Filter is { } filter && SqlWords.Names(filter.Sql, column)
                ? [new LineageStep("contract", contract.Name, $"where {filter.Sql}", start, filter.Where)] : []);
    }

    private IEnumerable<LineageStep> Tables(string of)
    {
        if (of.Split('.') is not [var contract, var column])
        {
            return [];
        }

        var facts = catalogue.Facts.Values.Where(f => f.From == contract).SelectMany(f =>
            f.Columns.Where(c => SqlWords.Names(c.Sql, column)).Select(c => new LineageStep("fact", $"{f.TableName}.{c.Name}", c.Sql, of, c.Where))
                .Concat(f.Roles.Where(r => r.Columns.Contains(column)).Select(r => new LineageStep("fact", $"{f.TableName}.{r.Role}_key", $"role {r.Role}", of, r.Where)))
                .Concat(f.Roles.Where(r => !catalogue.Dimensions[r.Dimension].IsDate).SelectMany(r => r.Columns.Index().Where(c => c.Item == column).Select(c =>
                    new LineageStep("dimension", $"dim_{r.Dimension}.{catalogue.Dimensions[r.Dimension].Keys[c.Index]}", $"members that {f.TableName} speaks of", of, r.Where)))));
        var dimensions = catalogue.Dimensions.Values.Where(d => d.From == contract).SelectMany(d =>
            d.Attributes.Where(a => a.Column == column).Select(a => new LineageStep("dimension", $"dim_{d.Name}.{a.Column}", a.Column, of, a.Where))
                .Concat(d.Effective == column ? [new LineageStep("dimension", $"dim_{d.Name}.valid_from", "since when values hold", of, d.Where)] : []));
        return facts.Concat(dimensions);
    }

    private IEnumerable<LineageStep> Members(LineageStep table)
    {
        var parts = table.Name.Split('.');
        if (table.Kind == "dimension")
        {
            var dimension = catalogue.Dimensions[parts[0]["dim_".Length..]];
            return dimension.Attributes.Where(a => a.Column == parts[1]).Select(a => new LineageStep("member", $"{dimension.Name}.{a.Name}", a.Column, table.Name, a.Where));
        }

        return catalogue.Cubes.Values.Where(c => c.Table == $"star.{parts[0]}").SelectMany(cube =>
            cube.Dimensions.Where(d => SqlWords.Names(d.Sql, parts[1])).Select(d => new LineageStep("member", $"{cube.Name}.{d.Name}", d.Sql, table.Name, d.Where))
                .Concat(cube.Measures.Where(m => m.Type != MeasureType.Number && Uses(m, parts[1]))
                    .Select(m => new LineageStep("member", $"{cube.Name}.{m.Name}", Said(m), table.Name, m.Where)))
                .Concat(cube.Segments.Where(s => SqlWords.Names(s.Sql, parts[1])).Select(s => new LineageStep("member", $"{cube.Name}.{s.Name}", s.Sql, table.Name, s.Where))));
    }

    /// <summary>Measures that are made of measures, as far as that goes.</summary>
    private List<LineageStep> Derived(IReadOnlyList<LineageStep> members)
    {
        var found = new List<LineageStep>();
        var open = new Queue<string>(members.Select(m => m.Name).Distinct());
        var seen = new HashSet<string>(open);
        while (open.TryDequeue(out var name))
        {
            if (name.Split('.') is not [var cube, var member] || !catalogue.Cubes.TryGetValue(cube, out var of))
            {
                continue;
            }

            foreach (var measure in of.Measures.Where(m => m.Type == MeasureType.Number && SqlWords.Of(m.Sql!).Placeholders.Any(p => p.Name == member)))
            {
                found.Add(new("member", $"{cube}.{measure.Name}", measure.Sql!, name, measure.Where));
                if (seen.Add($"{cube}.{measure.Name}"))
                {
                    open.Enqueue($"{cube}.{measure.Name}");
                }
            }
        }

        return found;
    }

    private static bool Uses(Measure measure, string column) =>
        (measure.Sql is { } sql && SqlWords.Names(sql, column)) || measure.Filters.Any(f => SqlWords.Names(f, column));

    private static string Said(Measure measure) =>
        $"{measure.Type.ToString().ToLowerInvariant()}({measure.Sql ?? "*"}){(measure.Filters.Count == 0 ? "" : $" where {string.Join(" and ", measure.Filters)}")}";
}
