using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>
/// Which run a cluster shows, kept in the warehouse: <c>meta.cluster_run</c>. Questions send it along, so what they see changes with one commit here, on all nodes at once.
/// </summary>
/// <param name="session">A session of the warehouse.</param>
public sealed class ClusterLog(ISession session)
{
    /// <summary>The run that a cluster shows; null: none yet.</summary>
    public int? Published(ClusterAddress address)
        => IsThere() ? session.Query<int?>("SELECT run_id FROM meta.cluster_run WHERE address = $address", new { address = address.ToString() }) is [var run] ? run : null : null;

    /// <summary>The newest run of the warehouse; null: none yet.</summary>
    public int? Newest() => session.Scalar<int?>("SELECT max(run_id) FROM meta.run WHERE status = 'published'");

    /// <summary>The name of this warehouse's star on a cluster; it is given one when it has none.</summary>
    public string NameOf(ClusterAddress address)
    {
        if (!IsThere())
        {
            session.InTransaction(() => session.Execute("CREATE TABLE meta.cluster_run (address VARCHAR, star VARCHAR, run_id INTEGER)"));
            session.TryCheckpoint();
        }

        var key = new { address = address.ToString() };
        if (session.Query<string>("SELECT star FROM meta.cluster_run WHERE address = $address", key) is [var known])
            return known;
        session.InTransaction(() => session.Execute("INSERT INTO meta.cluster_run SELECT $address, coalesce((SELECT min(star) FROM meta.cluster_run), CAST(uuid() AS VARCHAR)), NULL", key));
        return NameOf(address);
    }

    /// <summary>Lets questions see a run.</summary>
    public void Publish(ClusterAddress address, int run)
        => session.InTransaction(() => session.Execute("UPDATE meta.cluster_run SET run_id = $run WHERE address = $address", new { address = address.ToString(), run }));

    /// <summary>Forgets what a cluster shows, so that it is filled anew.</summary>
    public void Forget(ClusterAddress address)
        => session.InTransaction(() => session.Execute("UPDATE meta.cluster_run SET run_id = NULL WHERE address = $address", new { address = address.ToString() }));

    private bool IsThere() => session.Scalar<long>("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'cluster_run' AND database_name = current_database()") > 0;
}
