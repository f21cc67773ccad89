using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Observation;

/// <summary>Answers questions as another reader does, with a trace and a measurement of each.</summary>
/// <param name="inner">The reader.</param>
/// <param name="clock">The clock.</param>
internal sealed class ObservedReader(ICubeReader inner, TimeProvider clock) : ICubeReader
{
    /// <inheritdoc/>
    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        var cube = (query.Measures.FirstOrDefault() ?? query.Dimensions.FirstOrDefault() ?? "").Split('.')[0];
        using var activity = Telemetry.Source.StartActivity("query");
        activity?.SetTag("crm.cube", cube);
        var began = clock.GetTimestamp();
        try
        {
            return inner.Read(query, cancellation);
        }
        finally
        {
            var took = clock.GetElapsedTime(began);
            Telemetry.QueryEnded(cube, took);
            SlowQueries.Note(new(string.Join(", ", query.Measures.Concat(query.Dimensions)), clock.GetUtcNow().UtcDateTime, took));
        }
    }
}
