using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Parsing;

/// <summary>
/// The process that reads files from outside: it takes requests from standard input, one at a time, and answers in frames on standard output. It never opens the warehouse and is given no secret. It ends
/// when nobody asks for a while, and at once when the process that started it is gone, also in the middle of a file.
/// </summary>
internal static class ParserService
{
    /// <summary>The argument by which the program becomes one.</summary>
    public const string Argument = "parse-files";

    private static readonly TimeSpan idle = TimeSpan.FromSeconds(15);

    /// <summary>Answers until nobody asks any more.</summary>
    /// <param name="memoryLimit">Memory for the engine's data, as it writes it.</param>
    public static int Run(string memoryLimit)
    {
        BeFirstToGo();
        using var requests = new BlockingCollection<byte[]>(1);
        var reading = new Thread(() => Read(requests)) { IsBackground = true };
        reading.Start();
        using var output = Console.OpenStandardOutput();
        while (requests.TryTake(out var request, idle))
        {
            CommandFrames.Write(output, CommandFrames.Kind.Progress, []);
            var answer = Answer(JsonSerializer.Deserialize<ParserRequest>(request, ParserRequest.Json)!, memoryLimit, output);
            CommandFrames.Write(output, CommandFrames.Kind.Output, JsonSerializer.SerializeToUtf8Bytes(answer, ParserRequest.Json));
            CommandFrames.WriteExit(output, 0);
            output.Flush();
        }

        return 0;
    }

    private static void Read(BlockingCollection<byte[]> requests)
    {
        using var input = Console.OpenStandardInput();
        CommandFrames.Read(input, (_, content) => requests.Add(content.ToArray()));

        // Whoever asked is gone; what is being read is of no use to anybody.
        Process.GetCurrentProcess().Kill();
    }

    private static ParserAnswer Answer(ParserRequest request, string memoryLimit, Stream output)
    {
        try
        {
            var connector = StandardConnectors.All.First(c => c.Kind == request.Connector);
            using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { MemoryLimit = memoryLimit });
            using var session = scratch.Connect();
            using var shared = new SharedResources();
            var source = new SourceContext(request.ProjectFolder, request.Source, session, Secrets.None, shared, new StillClock(request.Now));
            if (request.Stream is null)
            {
                return new(null, null, connector.Streams(source), null);
            }

            var stream = source.Of(request.Stream);
            return request.Found is null ? new(null, connector.Columns(stream), null, null)
                : new(connector.Extract(stream, request.Found, request.Target!, new FramedProgress(output)), null, null, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new(null, null, null, ParserError.Of(e, $"{request.Source.Name}/{request.Stream?.Name}"));
        }
    }

    /// <summary>When the machine runs out of memory, this process goes before any other.</summary>
    private static void BeFirstToGo()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                File.WriteAllText("/proc/self/oom_score_adj", "1000");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the limits of its own have to do.
        }
    }

    /// <summary>Several threads may tell how far they are.</summary>
    private sealed class FramedProgress(Stream output) : IProgress<ExtractProgress>
    {
        private readonly Lock _guard = new();

        public void Report(ExtractProgress value)
        {
            lock (_guard)
            {
                CommandFrames.Write(output, CommandFrames.Kind.Progress, JsonSerializer.SerializeToUtf8Bytes(value, ParserRequest.Json));
            }
        }
    }

    private sealed class StillClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
