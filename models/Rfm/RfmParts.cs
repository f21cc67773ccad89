using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Rfm;

/// <summary>
/// RFM within parts of the sales: each category of products or each channel on its own, at the newest day. A score compares a customer with the customers of the
/// same part, by the rule <c>share</c>; segments are those of the project's grid, in the temporary table <c>rfm_grid</c>.
/// </summary>
internal static class RfmParts
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RfmParts));

    /// <summary>Makes <c>star.score_rfm_part</c> hold the scores of the parts that the settings name.</summary>
    public static void Score(ISession session, Catalogue catalogue, RfmSettings settings, DateOnly? newest, int run)
    {
        session.Execute(Sql.Fill("table"));
        if (newest is not null)
        {
            foreach (var by in settings.By)
            {
                session.Execute(Sql.Fill("customers", ("by", by), ("part", Sql.Fill(by).Trim())), new { newest });
                session.Execute(Sql.Fill("rows", ("by", by)), new { newest, wr = settings.Weights.R, wf = settings.Weights.F, wm = settings.Weights.M });
                session.Execute(Sql.Fill("forget_customers"));
            }
        }

        ScoreTable.Merge(session, catalogue, "rfm_part", "rfm_part_row", ["part_by", "part", "customer_key"], run);
        session.Execute(Sql.Fill("forget"));
    }
}
