using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>Names for the streams that a database could have.</summary>
internal sealed class StreamNames
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>A name of its own for a table: its own in snake_case, with its schema before it when another has it.</summary>
    public string For(string? schema, string table)
    {
        var name = Identifier.Suggest(table) ?? "table";
        if (!taken.Add(name))
        {
            name = Identifier.Suggest($"{schema}_{table}") ?? name;
            name = taken.Add(name) ? name : Enumerable.Range(2, 100_000).Select(n => $"{name}_{n}").First(taken.Add);
        }

        return name;
    }
}
