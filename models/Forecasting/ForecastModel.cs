using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
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
    /// <returns>Rows that changed in the two tables.</returns>
    public static long Score(ISession session, Catalogue catalogue, ForecastSettings settings, int run, CancellationToken cancellation = default)
    {
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
            return 0;
        session.Execute(Sql.Fill("values"), new { products = settings.Products }, cancellation);
        session.Execute(Sql.Fill("made"));
        var period = SeriesPeriod.All.First(p => p.Name == settings.Period);
        var series = new SeriesTable(session, "forecast_value", "moment") { Series = "series", Value = "amount", GapsAreZero = true }.Read(period, period.LastWhole(newest), cancellation);
        using (var append = session.Append("temp", "forecast_made"))
        {
            foreach (var outlook in SeriesOutlooks.Forecast(series, new OutlookOptions(settings.Horizon, period.Season), cancellation))
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
        session.Execute(Sql.Fill("forget"));
        return changed;
    }

    private static long Merge(ISession session, Catalogue catalogue, string fact, IReadOnlyList<string> key, int run)
    {
        var table = StarTable.Of(catalogue.Facts[fact], catalogue.Dimensions);
        var counts = TableMerge.Apply(session, new MergeRequest(table, $"{fact}_row", key, Scope: "true", Ignore: []), run);
        return counts.Inserted + counts.Changed + counts.Removed;
    }
}
