using System.Data;
using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>The star on a cluster: each question names the run that the warehouse says is shown.</summary>
/// <param name="client">The cluster.</param>
public sealed class ClusterStar(ClusterClient client) : IStarEngine
{
    /// <inheritdoc/>
    public SqlDialect Dialect { get; } = new ClickHouseDialect(client.Address.Database);

    /// <inheritdoc/>
    public int? RunOf(ISession session, int? asked)
    {
        var shown = new ClusterLog(session).Published(client.Address) ?? throw new CrmException(
            FailureKind.Failed, "nothing was loaded into the cluster yet", client.Address.ToString(), "the star that a run copies there", "Run `crm run`, or `crm warehouse copy`");
        return asked is null || asked <= shown ? asked ?? shown : throw new CrmException(
            FailureKind.WrongUse, string.Create(CultureInfo.InvariantCulture, $"run {asked} is not on the cluster"), client.Address.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"a run up to {shown}, the newest it shows"), "Run `crm run`, which brings it up to date");
    }

    /// <inheritdoc/>
    public void Stream(ISession session, string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation)
        => client.Stream(client.First, ClickHouseDialect.Spelled(sql), parameters, row, cancellation);
}
