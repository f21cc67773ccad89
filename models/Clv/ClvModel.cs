using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Models.Costs;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// Scores lifetime value in the star: fits models of purchases to the grouped histories of customers and Gamma-Gamma to their spend, and writes
/// <c>star.score_clv</c> and <c>star.score_clv_model</c>. When the data cannot carry a model there are no scores, and the model's row says why. Within a
/// month the newest snapshot takes the place of the one before; those of older months stay.
/// </summary>
public static class ClvModel
{
    /// <summary>Version of the mathematics: raised when the same data would make other scores.</summary>
    public const string Version = "3";

    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ClvModel));

    /// <summary>Scores; answers the rows that changed and how far they can be trusted.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">The declarations; the two score facts are among them.</param>
    /// <param name="settings">How to score.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="cancellation">Stops scoring.</param>
    public static StarOutcome Score(ISession session, Catalogue catalogue, LifetimeValueSettings settings, int run, CancellationToken cancellation = default)
    {
        if (settings.Purchases == "none" || session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        var filter = settings.Filter is { } condition ? $"({condition})" : "true";
        var end = settings.CalibrationEnd is { } given && given < newest ? given : newest;
        session.Execute(Sql.Fill("events", ("filter", filter)), null, cancellation);
        var span = PurchaseHistories.MergeDays(session, cancellation);
        var unit = TimeUnit.Named(settings.Unit);
        var fits = new Candidates(session, unit, span, end, newest, settings, Covariates(session, settings.Covariates, filter, cancellation), cancellation);
        var margin = settings.Margin ?? session.Scalar<double>(Sql.Fill("margin", ("filter", filter)));
        var scored = fits is { Best: { } best, Spend: { IsUsable: true } spend }
            ? MakeRows(session, best, fits.Cells, spend.Estimates!, unit, settings, end, margin, cancellation)
            : NoRows(session, catalogue);
        session.Execute(Sql.Fill("models"), new
        {
            snapshot = end,
            models = JsonSerializer.Serialize(fits.Rows(scored)),
            unit = unit.Name,
            horizon = (double)settings.Horizon,
            discount = settings.DiscountRate,
            margin,
            data_version = session.Scalar<long>(Sql.Fill("data_version")),
        }, cancellation);
        var scope = Sql.Fill("scope", ("month", new DateOnly(end.Year, end.Month, 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))).Trim();
        var changed = Merge(session, catalogue, "clv", "clv_row", ["snapshot_date", "customer_key"], scope, run)
            + Merge(session, catalogue, "clv_model", "clv_model_row", ["snapshot_date", "model"], scope, run);
        ModelChecks.Write(session, catalogue, "lifetime_value", end, fits.Checks, run);
        var customers = session.Scalar<long>(Sql.Fill("count"));
        session.Execute(Sql.Fill("forget"));
        CovariateCells.Forget(session);
        return new(end, changed, customers, fits.Notes) { Quality = fits.Quality };
    }

    // What was known of customers at their first purchase: what came later may follow from how they buy.
    private static CovariateCells? Covariates(ISession session, IReadOnlyList<string> columns, string filter, CancellationToken cancellation)
    {
        if (columns.Count == 0)
        {
            return CovariateCells.None;
        }

        var named = columns.Select(c => (Name: c[(c.IndexOf('.', StringComparison.Ordinal) + 1)..], OfSale: c.StartsWith("sales.", StringComparison.Ordinal), All: c)).ToList();
        var first = named.Where(c => c.OfSale).Select(c => Sql.Fill("of_sale", ("column", SqlName.Quote(c.Name)), ("name", SqlName.Quote(c.All))).Trim());
        var values = named.Select(c => Sql.Fill(c.OfSale ? "sale_value" : "customer_value", ("column", SqlName.Quote(c.OfSale ? c.All : c.Name)), ("name", SqlName.Quote(c.Name))).Trim());
        session.Execute(Sql.Fill("covariates", ("first", string.Concat(first.Select(f => $", {f}"))), ("values", SqlName.List(values)), ("filter", filter)), null, cancellation);
        return CovariateCells.Make(session, [.. named.Select(c => c.Name)], cancellation);
    }

    private static bool MakeRows(
        ISession session, PurchaseFit fit, IReadOnlyList<double[]> cells, Estimates spend, TimeUnit unit, LifetimeValueSettings settings, DateOnly end, double margin, CancellationToken cancellation)
    {
        var histories = PurchaseHistories.Groups(session, cancellation).Select(g => new PredictedHistory(g.Cell, g.Repeats, g.LastAge, g.Age)).Distinct().ToList();
        var predictions = new Predictions(fit, unit, settings.Horizon, unit.Discount(settings.DiscountRate), cells).Of(histories);
        session.Execute(Sql.Fill("prediction"));
        Write(session, predictions);
        CustomerCosts.Prepare(session, cancellation);
        var c = spend.Covariance!;
        session.Execute(Sql.Fill("rows"), new
        {
            snapshot = end,
            model = fit.Model.Name,
            p = spend.Values[0],
            q = spend.Values[1],
            gamma = spend.Values[2],
            pp = c[0, 0],
            qq = c[1, 1],
            gg = c[2, 2],
            pq = c[0, 1],
            pg = c[0, 2],
            qg = c[1, 2],
            unit_days = unit.Days,
            horizon_days = settings.Horizon * unit.Days,
            margin,
        }, cancellation);
        CustomerCosts.Forget(session);
        return true;
    }

    private static void Write(ISession session, Prediction[] predictions)
    {
        using var append = session.AppendColumns("temp", "clv_prediction");
        foreach (var p in predictions)
        {
            append[0].Int(p.History.Cell);
            append[1].Int(p.History.Repeats);
            append[2].Int(p.History.LastAge);
            append[3].Int(p.History.Age);
            append[4].Double(p.ProbabilityAlive);
            append[5].Double(p.ProbabilityInterval.Low);
            append[6].Double(p.ProbabilityInterval.High);
            append[7].Double(p.Expected);
            append[8].Double(p.ExpectedError);
            append[9].Double(p.Discounted);
            append[10].Double(p.ResidualError);
            if (p.Residual is { } residual)
            {
                append[11].Double(residual);
            }
            else
            {
                append[11].Null();
            }

            append.EndRow();
        }

        append.Complete();
    }

    private static bool NoRows(ISession session, Catalogue catalogue)
    {
        ScoreTable.Empty(session, catalogue, "clv");
        return false;
    }

    private static long Merge(ISession session, Catalogue catalogue, string fact, string wanted, IReadOnlyList<string> key, string scope, int run)
    {
        var counts = ScoreTable.Merge(session, catalogue, fact, wanted, key, run, scope);
        return counts.Inserted + counts.Changed + counts.Removed;
    }
}
