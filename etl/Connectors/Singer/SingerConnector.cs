using System.Text.Json;
using Crm.Analytics.Etl.Connectors.Records;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Singer;

/// <summary>Where reading a stream ended.</summary>
/// <param name="Tap">The tap's own state as JSON text; null when it wrote none.</param>
/// <param name="Version">The version of the stream that is loaded.</param>
/// <param name="Columns">The columns its records have had, in the order they came.</param>
internal sealed record SingerState(string? Tap, long? Version, IReadOnlyList<string> Columns)
{
    public static SingerState Read(string? text) => text is null ? new(null, null, []) : JsonSerializer.Deserialize<SingerState>(text, JsonSerializerOptions.Web)!;

    public override string ToString() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}

/// <summary>
/// Reads what a Singer tap writes. The tap is run once for each stream, with that stream alone selected: then every record that a state stands for is in
/// the same batch as the state, and one stream that fails holds up no other.
/// </summary>
public sealed class SingerConnector : IConnector
{
    /// <inheritdoc/>
    public ConnectorOptions Options => SingerOptions.Declared;

    /// <inheritdoc/>
    public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default) =>
        TapCatalog.Of(new(SingerOptions.Read(source.Source.Options, source.Source, source.Secrets), source.Source.Name, source.ProjectFolder, source.Secrets), cancellation).Found();

    /// <inheritdoc/>
    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default)
    {
        var wanted = SingerOptions.TapStream(stream.Stream);
        var tap = TapOf(stream);
        if (!tap.Options.Discovers)
        {
            return [.. stream.Stream.Columns.Select(c => new LandedColumn(c.Name, "VARCHAR"))];
        }

        var catalog = CatalogOf(stream, tap, cancellation);
        catalog.Select(stream.Stream);
        return catalog.Found().First(f => f.Options["stream"] == wanted).Columns;
    }

    /// <inheritdoc/>
    public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) => Discovery.Delivery(stream, committed);

    /// <inheritdoc/>
    public string? MarkOf(string state) => SingerState.Read(state).Tap;

    /// <inheritdoc/>
    public LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (target.From is not null || target.To is not null)
        {
            throw new CrmException(FailureKind.WrongUse, "a range of a Singer stream", stream.Name, "a source whose connector can read a range",
                "Replay the range from landing with --replay, or give the tap a start date in its config and load the stream anew");
        }

        var tap = TapOf(stream);
        var before = SingerState.Read(found.State);
        var arguments = new List<TapArgument>();
        var isFull = stream.Stream.Sync.Load == LoadMode.Full;
        if (tap.Options.Discovers)
        {
            (var catalog, isFull) = CatalogOf(stream, tap, cancellation).Select(stream.Stream);
            arguments.Add(new(tap.Options.UsesProperties ? "--properties" : "--catalog", catalog));
        }

        if (!isFull && before.Tap is not null)
        {
            arguments.Add(new("--state", before.Tap));
        }

        using var delivery = new RecordDelivery(stream, found, target, progress);
        delivery.Expect(before.Columns);
        var messages = new TapMessages(stream, delivery, tap.Options.MaxLineBytes, cancellation);
        using (var process = new TapProcess(tap, target.WorkFolder, arguments, cancellation))
        {
            process.Read((line, number, fault) =>
            {
                messages.Take(line, number, fault);
                if (number % 1000 == 0)
                {
                    delivery.Report(process.Counted);
                }
            }, () => delivery.IsFull);
            delivery.Report(process.Counted);
        }

        var batch = Finished(delivery, messages, before, isFull, cancellation);
        return target.Limit is null ? batch : batch with { State = found.State, IsSnapshot = false };
    }

    private static LandedBatch Finished(RecordDelivery delivery, TapMessages messages, SingerState before, bool isFull, CancellationToken cancellation)
    {
        if (messages.HasOthers)
        {
            delivery.Warn("records of other versions than the one activated were left out");
        }

        var batch = delivery.Finish(messages.Types, messages.Keeps, cancellation);
        if (isFull)
        {
            return batch with { IsSnapshot = true };
        }

        // A version that is not the one loaded is the stream told again from its beginning: what is not in it is gone.
        var state = new SingerState(messages.State ?? before.Tap, messages.Version ?? before.Version, delivery.Columns);
        return batch with { State = state.ToString(), IsSnapshot = messages.Version is not null && before.Version is not null && messages.Version != before.Version };
    }

    private static Tap TapOf(StreamContext stream) =>
        new(SingerOptions.Read(stream.Source.Options, stream.Source, stream.Secrets), stream.Name, stream.ProjectFolder, stream.Secrets);

    private static TapCatalog CatalogOf(StreamContext stream, Tap tap, CancellationToken cancellation) =>
        stream.Shared.Get("singer catalog", () => TapCatalog.Of(tap, cancellation));
}
