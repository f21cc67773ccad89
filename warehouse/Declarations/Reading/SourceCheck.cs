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
            RuleCheck.Check(source, rule, references);
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

        CheckFrom(source, map.Scalar("from"), references);
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

    private static void CheckFrom(Source source, YamlScalar? from, References references)
    {
        string[] streams = [.. source.Streams.Select(s => s.Name)];
        if (from is null || !JoinFormat.IsJoin(from.Text))
        {
            references.Check(from, $"a stream of source '{source.Name}'", streams);
            return;
        }

        if (JoinFormat.Read(from.Text, from.Where, out var fault) is not { } join)
        {
            references.Add(from.At(fault!.Value.Offset), $"{fault.Value.Found} in a join of streams", JoinFormat.Expected, "write the join so; give each stream once");
            return;
        }

        foreach (var (stream, place) in join.Streams.Zip(join.Places).Where(s => !streams.Contains(s.First)))
        {
            references.Unknown(from.At(place), stream, $"a stream of source '{source.Name}'", streams);
        }

        if (streams.Contains(join.Name))
        {
            references.Add(from.Where, $"a join that is kept as '{join.Name}', beside a stream of that name", "names that differ", $"rename the stream '{join.Name}'");
        }
    }
}
