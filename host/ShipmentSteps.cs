using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse.Engines.ClickHouse;

namespace Crm.Analytics.Host;

/// <summary>Shows a shipment to the cluster as a step of its run.</summary>
/// <param name="progress">Told of the run's steps.</param>
internal sealed class ShipmentSteps(IProgress<RunProgress> progress) : IProgress<ShipmentProgress>
{
    public void Report(ShipmentProgress value) => progress.Report(new("copy to the cluster", null, value.Rows, 0));
}
