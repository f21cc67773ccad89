using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Push;

/// <summary>What the options of a push source say, checked.</summary>
/// <param name="Token">What clients prove themselves with.</param>
/// <param name="Every">How often new events are loaded.</param>
/// <param name="MaxRequestBytes">Bytes that a request may have.</param>
/// <param name="Keep">How long idempotency keys are remembered.</param>
public sealed record PushOptions(string Token, TimeSpan Every, long MaxRequestBytes, TimeSpan Keep)
{
    /// <summary>The options as YAML spells them.</summary>
    public static ConnectorOptions Declared { get; } = new("push",
    [
        new("token", OptionKind.Text, "What clients send as Authorization: Bearer, as ${NAME}.") { Required = true },
        new("every", OptionKind.Integer, "Seconds between loads of new events while `crm serve` runs; default 3.") { Min = 1 },
        new("max_request_bytes", OptionKind.Integer, "Bytes that one request may have; default 4,194,304.") { Min = 1024 },
        new("keep_days", OptionKind.Integer, "Days that idempotency keys are remembered, and received events kept; default 7.") { Min = 1 },
    ],
    [
        new("max_events", OptionKind.Integer, "Events after which a load lands what it has and goes on; default 500,000.") { Min = 1 },
    ]);

    /// <summary>Reads the options of a source.</summary>
    public static PushOptions Read(Source source, Secrets secrets)
    {
        var token = source.Options.GetValueOrDefault("token") is { } option ? secrets.Resolve(option) : "";
        return token.Length > 0 ? new(token, TimeSpan.FromSeconds(Number("every") ?? 3), Number("max_request_bytes") ?? 4 << 20, TimeSpan.FromDays(Number("keep_days") ?? 7))
            : throw new CrmException(FailureKind.CheckFailed, "the source has no token", source.Where.ToString(), "token: ${NAME}", "Set the secret, or add the option");

        int? Number(string name) => int.TryParse(source.Options.GetValueOrDefault(name)?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
