using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm source list</c>: the sources and their streams, and what was loaded of them.</summary>
internal static class SourceListCommand
{
    public static Command Create() => new Command("list", "Sources and streams: connector, contracts, last load, records").Does(Run);

    private static int Run(CommandContext context, ParseResult parsed)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var loaded = Loaded(project, context).ToDictionary(l => (l.Source, l.Stream));
        var streams = project.Sources.SelectMany(s => s.Streams.Select(t => (Source: s, Stream: t, Loaded: loaded.GetValueOrDefault((s.Name, t.Name))))).ToList();
        if (context.Json)
        {
            WriteJson(context, streams);
            return 0;
        }

        var table = new TextTable(new("Source"), new("Stream"), new("Connector"), new("Contracts"), new("Load"), new("Last run", true), new("Loaded (UTC)"), new("Files", true), new("Records", true), new("Newest (UTC)"), new("Mark"));
        foreach (var (source, stream, last) in streams)
        {
            table.Add(
                source.Name, stream.Name, source.Connector, Contracts(source, stream), LoadOf(stream), Number(last?.RunId), Moment(last?.PublishedAt), Number(last?.Files), Number(last?.Records),
                Moment(last?.Newest), Short(MarkOf(source, last) ?? "–"));
        }

        table.WriteTo(context);
        return 0;
    }

    private static IReadOnlyList<LoadedStream> Loaded(Project project, CommandContext context)
    {
        if (!File.Exists(Composition.WarehouseOf(project)))
        {
            return [];
        }

        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        return session.Query<LoadedStream>(SqlFile.Beside(typeof(SourceListCommand)).Fill(""), null, context.Cancellation);
    }

    private static void WriteJson(CommandContext context, IEnumerable<(Source Source, SourceStream Stream, LoadedStream? Loaded)> streams) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("streams");
        foreach (var (source, stream, last) in streams)
        {
            json.WriteStartObject();
            json.WriteString("source", source.Name);
            json.WriteString("stream", stream.Name);
            json.WriteString("connector", source.Connector);
            json.WriteString("contracts", Contracts(source, stream));
            json.WriteString("load", LoadOf(stream));
            json.WriteString("declared", stream.Where.ToString());
            if (last is not null)
            {
                json.WriteStartObject("loaded");
                json.WriteNumber("files", last.Files);
                json.WriteNumber("records", last.Records);
                json.WriteNumber("rejected", last.Rejected);
                json.WriteString("newest", Moment(last.Newest));
                json.WriteString("published", Moment(last.PublishedAt));
                json.WriteString("mark", MarkOf(source, last));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Contracts(Source source, SourceStream stream) => string.Join(", ", source.MapsOf(stream.Name).Select(m => m.Contract));

    private static string? MarkOf(Source source, LoadedStream? last) => last?.State is { } state ? StandardConnectors.All.First(c => c.Kind == source.Connector).MarkOf(state) : null;

    private static string Short(string text) => text.Length <= 40 ? text : text[..39] + "…";

    private static string LoadOf(SourceStream stream) =>
        stream.Sync.Load.ToString().ToLowerInvariant() + (stream.Sync.Cursor is { } cursor ? $" by {cursor}" : "");

    private static string Number(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "–";

    private static string Moment(DateTime? moment) => moment?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–";

    private sealed record LoadedStream(string Source, string Stream, long Files, long Records, long Rejected, DateTime? Newest, int? RunId, DateTime? PublishedAt, string? State);
}
