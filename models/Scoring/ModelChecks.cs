using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Scoring;

/// <summary>A point of a chart that checks a model.</summary>
/// <param name="Chart">holdout, calibration, survival, smape, mase or owa.</param>
/// <param name="Label">What it stands for.</param>
/// <param name="Expected">What the model expected; null in charts of errors.</param>
/// <param name="Actual">What was, or the error.</param>
/// <param name="Members">Customers or series behind it.</param>
public sealed record CheckPoint(string Chart, string Label, double? Expected, double? Actual, double Members);

/// <summary>Writes what charts that check a model show to <c>star.score_model_check</c>.</summary>
internal static class ModelChecks
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ModelChecks));

    /// <summary>Makes the model's points these, in their order.</summary>
    public static void Write(ISession session, Catalogue catalogue, string model, DateOnly day, IReadOnlyList<CheckPoint> points, int run)
    {
        // Nine digits: sums over threads differ in the last ones, and the same data are to make the same rows.
        var rows = points.GroupBy(p => p.Chart).SelectMany(g => g.Select((p, i) => new
        {
            chart = p.Chart,
            position = i + 1,
            label = p.Label,
            expected = Round(p.Expected),
            actual = Round(p.Actual),
            members = (long)p.Members,
        }));
        session.Execute(Sql.Fill("rows"), new { day, model, rows = JsonSerializer.Serialize(rows) });
        ScoreTable.Merge(session, catalogue, "model_check", "model_check_row", ["model", "chart", "position"], run, Sql.Fill("scope", ("model", SqlName.Literal(model))).Trim());
        session.Execute(Sql.Fill("forget"));
    }

    private static double? Round(double? number) => number is { } n && double.IsFinite(n) ? Math.Round(n, 9) : null;
}
