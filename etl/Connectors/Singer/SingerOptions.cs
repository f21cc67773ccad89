using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Singer;

/// <summary>What the options of a Singer source say, checked.</summary>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Config">Its configuration as JSON, secrets put in; null for none.</param>
/// <param name="Discovers">Whether it is asked for its catalog.</param>
/// <param name="UsesProperties">Whether the catalog goes by <c>--properties</c>, as old taps want it.</param>
/// <param name="Timeout">How long it may be silent.</param>
/// <param name="MaxLineBytes">The longest message that is read.</param>
internal sealed record SingerOptions(IReadOnlyList<string> Command, string? Config, bool Discovers, bool UsesProperties, TimeSpan Timeout, int MaxLineBytes)
{
    /// <summary>The options as YAML spells them.</summary>
    public static ConnectorOptions Declared { get; } = new("singer",
    [
        new("command", OptionKind.TextOrList, "The tap: program and arguments; a program with a / is looked for in the project folder.") { Required = true },
        new("config", OptionKind.Map, "The tap's configuration; texts may hold ${NAME}. It gets it as a file that only this user can read, while it runs."),
        new("discover", OptionKind.Boolean, "Whether the tap knows --discover; default true. Without it, the tap chooses its streams itself."),
        new("properties", OptionKind.Boolean, "Whether the catalog is given by --properties instead of --catalog, as old taps want it; default false."),
        new("timeout", OptionKind.Integer, "Seconds after which a tap that says nothing is ended; default 600.") { Min = 1 },
        new("max_line_bytes", OptionKind.Integer, "A longer message goes to the quarantine; at least 1,000, default 20,000,000.") { Min = 1000 },
    ],
    [
        new("stream", OptionKind.Text, "The stream as the tap names it; default: the stream's own name."),
    ])
    {
        ReadsFromCursor = true,
        ReadsChanges = true,
    };

    /// <summary>Reads the options.</summary>
    public static SingerOptions Read(IReadOnlyDictionary<string, OptionValue> options, Source source, Secrets secrets)
    {
        var command = options.GetValueOrDefault("command") is { Items: { Count: > 0 } items } ? items : throw new CrmException(
            FailureKind.CheckFailed, "the source has no command", source.Where.ToString(), "command: [tap-shop], the program and its arguments", "Add it");
        return new(
            command,
            options.GetValueOrDefault("config") is { } config ? OptionJson.Resolve(config, secrets) : null,
            options.GetValueOrDefault("discover")?.Text != "false",
            options.GetValueOrDefault("properties")?.Text == "true",
            TimeSpan.FromSeconds(Number(options, "timeout") ?? 600),
            Number(options, "max_line_bytes") ?? 20_000_000);
    }

    /// <summary>The stream as the tap names it.</summary>
    public static string TapStream(SourceStream stream) => stream.Options.GetValueOrDefault("stream")?.Text ?? stream.Name;

    private static int? Number(IReadOnlyDictionary<string, OptionValue> options, string name) =>
        int.TryParse(options.GetValueOrDefault(name)?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
