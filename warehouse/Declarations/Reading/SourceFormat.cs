using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of a source; part of its keys are the connector's.</summary>
internal static class SourceFormat
{
    private static readonly ScalarShape drift = ScalarShape.Choice("what to do when columns change", "evolve", "freeze", "quarantine");

    private static readonly MapShape typedColumn = new("a column",
    [
        new("type", ScalarShape.ColumnType, "Type of the value.", Required: true),
        new("format", ScalarShape.Text, "strptime pattern of dates and timestamps, e.g. %d/%m/%Y %H:%M; default ISO 8601."),
        new("schema", drift, "What happens when this column changes; default: what the stream says."),
    ]);

    private static readonly ScalarShape lag = new(ScalarKind.Text, "a time span, as 2 days, or a whole number")
    {
        Pattern = "^[0-9]+( +(second|minute|hour|day|week)s?)?$",
        Accepts = static text => CursorLag.TryParse(text, out _),
    };

    private static readonly Key[] streamKeys =
    [
        new("key", new EitherShape(ScalarShape.Text, new ListShape(ScalarShape.Text)), "Columns that identify a record; default: file and record number do."),
        new("columns", new MapShape("columns", [], new FreeKeys("a column", new EitherShape(ScalarShape.ColumnType, typedColumn), AnyName: true)),
            "Types of raw columns, as the source spells them: name: type, or name: {type: …, format: …}."),
        new("load", ScalarShape.Choice("a way to load", "full", "incremental", "changes"),
            "full: everything each time; incremental: what the cursor says is new; changes: the source's log of changes. Default: incremental with a cursor, else full."),
        new("cursor", ScalarShape.AnyText, "Column that grows with every change of a record, e.g. updated_at."),
        new("lag", lag, "How far below the last mark to begin again, since records can become visible late: 2 days, 1 hour, or a number; default: none."),
        new("deletes", ScalarShape.Choice("a way to find deleted records", "none", "keys"),
            "keys: read all keys in each run, and take records whose key is gone for deleted. A full load of a stream with a key does so anyway."),
        new("deleted_when", ScalarShape.Sql, "Condition over the stream's columns that says that a record is deleted."),
        new("schema", drift, "When columns change: evolve (default) takes them as they come, freeze fails the run, quarantine puts the records aside."),
        new("chunk_rows", ScalarShape.Integer(1000), "Rows after which a first load lands what it has, so that it can resume there."),
    ];

    private static readonly MapShape contractMap = new("a map",
    [
        new("from", ScalarShape.Reference, "The stream, or streams of the source joined: orders join order_items using (order_id).", Required: true),
        new("where", ScalarShape.Sql, "Condition over the stream's columns; other records make no row of this contract."),
    ], new FreeKeys("a contract column", ScalarShape.Sql));

    /// <summary>Keys of every source, whatever its connector.</summary>
    private static readonly string[] sourceNames = ["source", "connector", "time_zone", "streams", "map", "quality"];

    private static readonly string[] streamNames = ["key", "columns", "load", "cursor", "lag", "deletes", "deleted_when", "schema", "chunk_rows"];

    /// <summary>The shape of a source.</summary>
    /// <param name="known">The connectors that there are.</param>
    /// <param name="connector">The source's connector; null when it is not known, then the options of all connectors are let through.</param>
    public static MapShape Shape(IReadOnlyList<ConnectorOptions> known, ConnectorOptions? connector)
    {
        var sourceKeys = connector is null ? Union(known.SelectMany(c => c.Source)) : connector.Source.Select(OptionKey);
        var optionKeys = connector is null ? Union(known.SelectMany(c => c.Stream)) : connector.Stream.Select(OptionKey);
        var stream = new MapShape("a stream", [.. optionKeys, .. streamKeys]) { HoldsSecrets = true };
        return new("a source",
        [
            new("source", ScalarShape.Name, "Name of the source, unique in the project.", Required: true),
            new("connector", ScalarShape.Choice("a connector", [.. known.Select(c => c.Connector)]), "What reads it.", Required: true),
            new("time_zone", SettingsFormat.TimeZone, "IANA zone of timestamps without one; default: the project's."),
            .. sourceKeys,
            new("streams", new MapShape("streams", [], new FreeKeys("a stream", stream)), "Its streams, by name.", Required: true),
            new("map", new MapShape("maps", [], new FreeKeys("a contract", contractMap)),
                "How streams become contract rows, by contract. A stream named like a contract, with its columns, needs none."),
            new("quality", new ListShape(RuleFormat.Shape), "What contract rows and streams must meet."),
        ])
        { HoldsSecrets = true };
    }

    private static IEnumerable<Key> Union(IEnumerable<ConnectorOption> options)
        => options.DistinctBy(o => o.Name).Select(o => OptionKey(o) with { Required = false });

    private static Key OptionKey(ConnectorOption option)
    {
        Shape shape = option.Kind switch
        {
            OptionKind.TextOrList => new EitherShape(ScalarShape.AnyText, new ListShape(ScalarShape.AnyText)),
            OptionKind.Choice => ScalarShape.Choice($"a value of '{option.Name}'", [.. option.Choices]),
            OptionKind.Boolean => ScalarShape.Boolean,
            OptionKind.Integer => ScalarShape.Integer(option.Min),
            OptionKind.Map => new MapShape($"'{option.Name}'", [], new FreeKeys("a setting", new AnythingShape(), AnyName: true)) { HoldsSecrets = true },
            _ => ScalarShape.AnyText with { MaxLength = option.MaxLength },
        };
        return new(option.Name, shape, option.Description, option.Required);
    }

    public static Source Build(YamlMap map, Model model)
    {
        var streams = map.MapOf("streams").Select(s => Stream(s.Key, s.Value as YamlMap)).ToList();
        var joins = new List<StreamJoin>();
        var maps = map.MapOf("map").Select(m => Map(m.Key, m.Value as YamlMap, joins)).ToList();
        foreach (var stream in streams)
        {
            // A stream that bears a contract's name and that no map speaks about is mapped column by column, by name.
            if (model.Contracts.ContainsKey(stream.Name) && maps.TrueForAll(m => m.Contract != stream.Name && m.From != stream.Name))
            {
                maps.Add(new(stream.Name, stream.Name, null, new Dictionary<string, MappedExpression>(), stream.Where));
            }
        }

        return new(map.Text("source") ?? "", map.Text("connector") ?? "", Options(map, sourceNames), map.Text("time_zone"), streams, maps,
            [.. map.MapsOf("quality").Select(RuleFormat.Build)], map.Where)
        { Joins = joins };
    }

    private static SourceStream Stream(YamlScalar name, YamlMap? map)
    {
        var columns = new List<StreamColumn>();
        foreach (var (column, value) in map?.MapOf("columns") ?? [])
        {
            var typed = value as YamlMap;
            var type = ColumnType.TryParse((value as YamlScalar)?.Text ?? typed?.Text("type") ?? "", out var parsed) ? parsed : new(TypeKind.Text);
            columns.Add(new(column.Text, type, typed?.Text("format"), column.Where) { Drift = typed?.Text("schema") is { } policy ? Drift(policy) : null });
        }

        return new(name.Text, Options(map, streamNames), [.. map?.ScalarsOf("key").Select(k => k.Text) ?? []], columns, name.Where) { Sync = Sync(map) };
    }

    private static StreamSync Sync(YamlMap? map)
    {
        var cursor = map?.Text("cursor");
        var load = map?.Text("load") switch
        {
            "full" => LoadMode.Full,
            "changes" => LoadMode.Changes,
            "incremental" => LoadMode.Incremental,
            _ => cursor is null ? LoadMode.Full : LoadMode.Incremental,
        };
        CursorLag? wait = CursorLag.TryParse(map?.Text("lag") ?? "", out var parsed) ? parsed : null;
        var deleted = map?.Scalar("deleted_when") is { } condition ? new MappedExpression(condition.Text, condition.Where) : null;
        long? chunk = long.TryParse(map?.Text("chunk_rows"), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;
        return new(load, cursor, wait, map?.Text("deletes") == "keys" ? DeleteDetection.Keys : DeleteDetection.None, deleted, Drift(map?.Text("schema")), chunk);
    }

    private static DriftPolicy Drift(string? text) => text switch
    {
        "freeze" => DriftPolicy.Freeze,
        "quarantine" => DriftPolicy.Quarantine,
        _ => DriftPolicy.Evolve,
    };

    private static Dictionary<string, OptionValue> Options(YamlMap? map, string[] others)
    {
        var options = new Dictionary<string, OptionValue>();
        foreach (var (key, value) in map?.Entries ?? [])
        {
            if (value is YamlMap settings)
            {
                if (!others.Contains(key.Text))
                {
                    options.Add(key.Text, new([YamlJson.Of(settings)], value.Where));
                }
            }
            else if (!others.Contains(key.Text) && map!.ScalarsOf(key.Text).Select(s => s.Text).ToArray() is { Length: > 0 } items)
            {
                options.Add(key.Text, new(items, value.Where));
            }
        }

        return options;
    }

    /// <summary>The name that a map's <c>from</c> goes by: the stream's, or that of the join, which is noted.</summary>
    private static string From(YamlScalar? from, List<StreamJoin> joins)
    {
        if (from is null || !JoinFormat.IsJoin(from.Text) || JoinFormat.Read(from.Text, from.Where, out _) is not { } join)
        {
            return from?.Text ?? "";
        }

        if (joins.Find(j => j.Sql == join.Sql) is { } same)
        {
            return same.Name;
        }

        // The same streams joined in another way are another join.
        var name = join.Name;
        for (var i = 2; joins.Exists(j => j.Name == name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{join.Name}_{i}");
        }

        joins.Add(join with { Name = name });
        return name;
    }

    private static ContractMap Map(YamlScalar contract, YamlMap? map, List<StreamJoin> joins)
    {
        var columns = new Dictionary<string, MappedExpression>();
        foreach (var (column, value) in map?.Entries ?? [])
        {
            if (column.Text is not ("from" or "where") && value is YamlScalar { IsMissing: false } sql)
            {
                columns.Add(column.Text, new(sql.Text, sql.Where));
            }
        }

        var filter = map?.Scalar("where") is { } where ? new MappedExpression(where.Text, where.Where) : null;
        return new(contract.Text, From(map?.Scalar("from"), joins), filter, columns, contract.Where);
    }
}
