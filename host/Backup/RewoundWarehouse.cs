using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Backup;

/// <summary>A warehouse taken back to a past run by its own history: what readers see is what they saw then.</summary>
internal static class RewoundWarehouse
{
    private static readonly SqlFile sql = SqlFile.Beside(typeof(RewoundWarehouse));

    /// <summary>Takes a warehouse back, in one commit.</summary>
    /// <param name="session">The warehouse, which nobody else uses.</param>
    /// <param name="run">The run.</param>
    /// <returns>
    /// True when loads can go on from there. What is known of keys and marks has no history: where a later run changed any of it, the warehouse is for reading.
    /// </returns>
    /// <exception cref="CrmException">The run was never published.</exception>
    public static bool Rewind(ISession session, int run)
    {
        if (session.Scalar<long>(sql.Fill("is_run"), new { run }) == 0)
        {
            throw new CrmException(FailureKind.WrongUse, string.Create(CultureInfo.InvariantCulture, $"run {run} was not published"), "--run", "a published run", "`crm runs` lists them; nothing was restored but the newest state");
        }

        var canLoad = true;
        session.InTransaction(() =>
        {
            var at = ("run", run.ToString(CultureInfo.InvariantCulture));
            foreach (var table in session.Query<Table>(sql.Fill("star")))
            {
                var columns = SqlName.List(session.Query<Column>(sql.Fill("columns"), new { table = table.Name }).Select(c => SqlName.Quote(c.Name)));
                session.Execute(sql.Fill("rewind", ("table", $"star.{SqlName.Quote(table.Name)}"), ("history", $"star.{SqlName.Quote(table.Name + "_history")}"), ("columns", columns), at));
            }

            canLoad = session.Scalar<long>(sql.Fill("moved_marks"), new { run }) == 0;
            foreach (var table in session.Query<Table>(sql.Fill("logs")))
            {
                session.Execute(sql.Fill("forget", ("table", $"{SqlName.Quote(table.Schema)}.{SqlName.Quote(table.Name)}"), at));
            }

            foreach (var (tables, moved) in new[] { ("keys", "moved_keys"), ("facts", "moved_facts") })
            {
                foreach (var table in session.Query<Table>(sql.Fill(tables)))
                {
                    canLoad &= session.Scalar<long>(sql.Fill(moved, ("table", $"{SqlName.Quote(table.Schema)}.{SqlName.Quote(table.Name)}"))) == 0;
                }
            }
        });
        return canLoad;
    }

    /// <summary>Notes beside the warehouse that nothing may be loaded into it.</summary>
    public static void Mark(string warehouse, int run) => File.WriteAllText(MarkOf(warehouse), run.ToString(CultureInfo.InvariantCulture));

    /// <summary>Refuses to load into a warehouse that is marked.</summary>
    /// <exception cref="CrmException">It is.</exception>
    public static void Refuse(string warehouse)
    {
        if (File.Exists(MarkOf(warehouse)))
        {
            throw new CrmException(FailureKind.Failed, $"the warehouse was taken back to run {File.ReadAllText(MarkOf(warehouse))}, by its history", warehouse, "one that loads can go on from",
                "Ask it what you want to know. To load, restore a backup as it was made: `crm restore` without --run, or of a run that has a backup of its own");
        }
    }

    private static string MarkOf(string warehouse) => $"{warehouse}.rewound";

    private sealed record Table(string Schema, string Name);

    private sealed record Column(string Name);
}
