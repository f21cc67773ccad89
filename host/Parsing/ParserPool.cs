using System.Collections.Concurrent;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Parsing;

/// <summary>Parsers of one kind of limits: started when they are needed, used again while they live. They end by themselves when nobody asks. Safe for use from several threads.</summary>
/// <param name="limits">What each may take.</param>
internal sealed class ParserPool(ParserLimits limits)
{
    private static readonly ConcurrentDictionary<ParserLimits, ParserPool> pools = new();
    private readonly ConcurrentBag<ParserProcess> _idle = [];

    // Together they shall not take more than half of what the machine has.
    private readonly SemaphoreSlim _turns = new((int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / (limits.MemoryMegabytes * 1_000_000L), 1, Environment.ProcessorCount));

    /// <summary>The parsers with these limits.</summary>
    public static ParserPool Of(ParserLimits limits) => pools.GetOrAdd(limits, static l => new(l));

    /// <summary>Has a request answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Ends the parser.</param>
    /// <exception cref="CrmException">It could not be answered, or the parser broke down over it.</exception>
    public ParserAnswer Ask(ParserRequest request, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
    {
        _turns.Wait(cancellation);
        try
        {
            return AskNow(request, progress, cancellation);
        }
        finally
        {
            _turns.Release();
        }
    }

    private ParserAnswer AskNow(ParserRequest request, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(request, ParserRequest.Json);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ParserAnswer? answer = null;
            var parser = Take(out var isFresh);
            var end = Guarded(parser, () => parser.Ask(bytes, (kind, content) =>
            {
                if (kind == CommandFrames.Kind.Output)
                {
                    answer = JsonSerializer.Deserialize<ParserAnswer>(content.Span, ParserRequest.Json);
                }
                else if (content.Length > 0)
                {
                    progress?.Report(JsonSerializer.Deserialize<ExtractProgress>(content.Span, ParserRequest.Json));
                }
            }, cancellation));
            if (end is null && answer is not null)
            {
                _idle.Add(parser);
                return answer.Error is { } error ? throw error.Thrown() : answer;
            }

            parser.Dispose();

            // One that was waiting may end of itself at the very moment when it is asked.
            if (isFresh || end is not { HadBegun: false })
            {
                throw new CrmException(
                    FailureKind.Failed, end?.Why ?? "the parser gave no answer", $"{request.Source.Name}/{request.Stream?.Name}", "files that can be read within security.parse_memory and security.parse_time",
                    "Look at the newest files of the stream: take away what is damaged, or raise the limit in crm.yaml");
            }
        }
    }

    private ParserProcess Take(out bool isFresh)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.IsAlive)
            {
                isFresh = false;
                return idle;
            }

            idle.Dispose();
        }

        isFresh = true;
        return new(limits);
    }

    private static ParserEnd? Guarded(ParserProcess parser, Func<ParserEnd?> ask)
    {
        try
        {
            return ask();
        }
        catch
        {
            parser.Dispose();
            throw;
        }
    }
}
