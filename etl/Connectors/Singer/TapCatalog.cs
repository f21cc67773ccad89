using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Singer;

/// <summary>What a tap can read: its answer to <c>--discover</c>.</summary>
internal sealed class TapCatalog : IDisposable
{
    private readonly JsonObject catalog;

    private TapCatalog(JsonObject catalog) => this.catalog = catalog;

    private IEnumerable<JsonObject> Entries => catalog["streams"]?.AsArray().OfType<JsonObject>() ?? [];

    /// <summary>Asks a tap.</summary>
    public static TapCatalog Of(Tap tap, CancellationToken cancellation)
    {
        var text = tap.Catalog(cancellation);
        try
        {
            return JsonNode.Parse(text) is JsonObject json && json["streams"] is JsonArray ? new(json) : throw new JsonException("it has no list of streams");
        }
        catch (JsonException e)
        {
            throw new CrmException(FailureKind.Failed, $"the tap's catalog cannot be read: {e.Message}", tap.Name, "what --discover has to answer",
                "Correct the tap's configuration, or write `discover: false` if it knows no --discover", e);
        }
    }

    /// <summary>The catalog with one stream selected, and how the tap will replicate it.</summary>
    public (string Json, bool IsFull) Select(SourceStream stream)
    {
        var wanted = SingerOptions.TapStream(stream);
        if (!Entries.Any(e => IsNamed(e, wanted)))
        {
            var names = Entries.Select(NameOf).ToList();
            throw new CrmException(FailureKind.CheckFailed, $"the tap has no stream '{wanted}'", stream.Where.ToString(), $"one of {string.Join(", ", names)}",
                "Correct `stream:`, or the stream's name");
        }

        var copy = catalog.DeepClone().AsObject();
        var isFull = true;
        foreach (var entry in copy["streams"]!.AsArray().OfType<JsonObject>())
        {
            var selected = IsNamed(entry, wanted);
            var metadata = Metadata(entry);
            var table = Of(metadata, []);
            table["selected"] = selected;
            if (entry["schema"] is JsonObject schema)
            {
                schema["selected"] = selected;
            }

            if (selected)
            {
                isFull = Replicate(stream, entry, table);
                SelectColumns(entry, metadata);
            }
        }

        return (copy.ToJsonString(), isFull);
    }

    /// <summary>The streams that could be declared.</summary>
    public IReadOnlyList<FoundStream> Found() => [.. Entries.Select(entry =>
    {
        var name = NameOf(entry);
        var table = Of(Metadata(entry), []);
        var key = Texts(table["table-key-properties"]) is { Count: > 0 } keys ? keys : Texts(entry["key_properties"]);
        var cursor = (string?)table["replication-key"] ?? (string?)entry["replication_key"] ?? Texts(table["valid-replication-keys"]).FirstOrDefault();
        var columns = entry["schema"] is JsonObject schema ? TapSchema.Of(JsonSerializer.SerializeToElement(schema)).Columns : [];
        return new FoundStream(Identifier.Suggest(name) ?? "stream", new Dictionary<string, string> { ["stream"] = name }, columns, key, cursor, null);
    })];

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static bool Replicate(SourceStream stream, JsonObject entry, JsonObject table)
    {
        var method = (string?)table["forced-replication-method"] ?? stream.Sync.Load switch
        {
            LoadMode.Incremental => "INCREMENTAL",
            LoadMode.Changes => "LOG_BASED",
            _ => "FULL_TABLE",
        };
        table["replication-method"] = method;
        entry["replication_method"] = method;
        if (method == "INCREMENTAL" && stream.Sync.Cursor is { } cursor)
        {
            table["replication-key"] = cursor;
            entry["replication_key"] = cursor;
        }

        return method == "FULL_TABLE";
    }

    private static void SelectColumns(JsonObject entry, JsonArray metadata)
    {
        foreach (var (column, _) in entry["schema"]?["properties"]?.AsObject() ?? [])
        {
            var about = Of(metadata, ["properties", column]);
            if ((string?)about["inclusion"] != "unsupported")
            {
                about["selected"] = true;
            }
        }
    }

    private static JsonArray Metadata(JsonObject entry)
    {
        if (entry["metadata"] is not JsonArray metadata)
        {
            entry["metadata"] = metadata = [];
        }

        return metadata;
    }

    private static JsonObject Of(JsonArray metadata, string[] breadcrumb)
    {
        var about = metadata.OfType<JsonObject>().FirstOrDefault(m => Texts(m["breadcrumb"]).SequenceEqual(breadcrumb));
        if (about is null)
        {
            about = new() { ["breadcrumb"] = new JsonArray([.. breadcrumb.Select(b => (JsonNode)b)]) };
            metadata.Add(about);
        }

        if (about["metadata"] is not JsonObject facts)
        {
            about["metadata"] = facts = [];
        }

        return facts;
    }

    private static bool IsNamed(JsonObject entry, string name) => (string?)entry["tap_stream_id"] == name || ((string?)entry["stream"] == name && entry["tap_stream_id"] is null);

    private static string NameOf(JsonObject entry) => (string?)entry["tap_stream_id"] ?? (string?)entry["stream"] ?? "";

    private static List<string> Texts(JsonNode? node) => node is JsonArray list ? [.. list.Select(i => (string?)i ?? "")] : [];
}
