using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Privacy;

/// <summary>
/// What stands on rows that were taken away without a run: rollups are made anew at once, and the next run scores by all models although nothing new came.
/// Rows that stay keep their run, so that the past can still be asked for; the models are told by forgetting what their scores stood on.
/// </summary>
internal static class DerivedFigures
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(DerivedFigures));

    /// <summary>Forgets; inside a transaction.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="catalogue">What is declared.</param>
    /// <param name="run">The newest run.</param>
    public static void Forget(ISession session, Catalogue catalogue, int run)
    {
        var tables = session.Query<string>(Sql.Fill("tables"));
        if (tables.Contains("star.rollup_built"))
        {
            session.Execute(Sql.Fill("rollups"));
            RollupLoad.Apply(session, catalogue, run);
        }

        if (tables.Contains("star.score_model_snapshot"))
        {
            session.Execute(Sql.Fill("scores"));
        }

        session.Execute(Sql.Fill("declarations"), new { run });
    }
}
