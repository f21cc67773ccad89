using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Crm.Analytics.Host.Observation;

/// <summary>Sends traces and metrics by OTLP to where the standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says; without it nothing is sent or kept.</summary>
internal sealed class TelemetryExport : IDisposable
{
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private TelemetryExport(string version)
    {
        var resource = ResourceBuilder.CreateDefault().AddService("crm", serviceVersion: version).AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Telemetry.Name).AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Telemetry.Name, "System.Runtime").AddOtlpExporter().Build();
    }

    /// <summary>Begins to send, if anybody asked for it.</summary>
    public static TelemetryExport? Start(string version) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")) ? null : new TelemetryExport(version);

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
