using System.Globalization;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Forecasting;

/// <summary>Forecasts revenue, orders and the demand for products, and what the pipeline will bring by the conversion of its stages.</summary>
public static class ForecastModel
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ForecastModel));

    /// <summary>Makes <c>star.score_forecast</c> and <c>star.score_pipeline</c> hold what the facts as they are now say.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">The declarations; the two facts are among them.</param>
    /// <param name="settings">What is forecast.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Rows that changed in the two tables, and the errors on the past.</returns>
    public static StarOutcome Score(ISession session, Catalogue catalogue, ForecastSettings settings, int run, CancellationToken cancellation = default)
    {
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
            return StarOutcome.Nothing;
        session.Execute(Sql.Fill("values"), new { products = settings.Products }, cancellation);
        session.Execute(Sql.Fill("made"));
        var period = SeriesPeriod.All.First(p => p.Name == settings.Period);
        var series = new SeriesTable(session, "forecast_value", "moment") { Series = "series", Value = "amount", GapsAreZero = true }.Read(period, period.LastWhole(newest), cancellation);
        var outlooks = SeriesOutlooks.Forecast(series, new OutlookOptions(settings.Horizon, period.Season), cancellation);
        using (var append = session.Append("temp", "forecast_made"))
        {
            foreach (var outlook in outlooks)
            {
                var tried = outlook.Trial.Errors.Where(e => e.Method == outlook.Method).ToList();
                double? smape = tried.Count == 0 ? null : tried.Average(e => e.Smape);
                foreach (var p in outlook.Points)
                {
                    append.Row(
                        outlook.Series.Name, DateOnly.ParseExact(period.Label(p.Place), "yyyy-MM-dd", CultureInfo.InvariantCulture), p.Expected, p.Low80, p.High80, p.Low95, p.High95, outlook.Method,
                        outlook.Parameters, smape, tried.Average(e => e.Mase));
                }
            }

            append.Complete();
        }

        session.Execute(Sql.Fill("rows"), new { newest, period = period.Name }, cancellation);
        var changed = Merge(session, catalogue, "forecast", ["series", "period_start"], run) + Merge(session, catalogue, "pipeline", ["stage"], run);
        var trials = outlooks.Select(o => o.Trial).ToList();
        ModelChecks.Write(session, catalogue, "forecast", newest, [.. Checks(trials)], run);
        session.Execute(Sql.Fill("forget"));
        var chosen = SeriesOutlooks.Choosing(trials);
        return new(newest, changed, outlooks.Count, outlooks.Count > 0 ? [] : [$"no series is long enough to be forecast by the {period.Name}"])
        {
            Quality = new Dictionary<string, double?> { ["smape"] = chosen?.Smape, ["mase"] = chosen?.Mase, ["owa"] = chosen?.Owa },
        };
    }

    // Errors on the last horizon, by method; what choosing per series was worth comes last.
    private static IEnumerable<CheckPoint> Checks(IReadOnlyCollection<SeriesTrial> trials)
    {
        var summaries = SeriesOutlooks.Summaries(trials, 0).Append(SeriesOutlooks.Choosing(trials)).OfType<MethodSummary>().ToList();
        foreach (var (chart, value) in new (string, Func<MethodSummary, double?>)[] { ("smape", s => s.Smape), ("mase", s => s.Mase), ("owa", s => s.Owa) })
        {
            foreach (var summary in summaries)
            {
                yield return new(chart, summary.Method, null, value(summary), summary.Series);
            }
        }
    }

    private static long Merge(ISession session, Catalogue catalogue, string fact, IReadOnlyList<string> key, int run)
    {
        var counts = ScoreTable.Merge(session, catalogue, fact, $"{fact}_row", key, run);
        return counts.Inserted + counts.Changed + counts.Removed;
    }
}
