using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Tests.Models.Learning;

internal sealed class ForecastTests
{
    // Oil production of Saudi Arabia 1996–2013 and air passengers of Australia 1990–2016, as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice, ch. 7.
    private static readonly double[] oil =
    [
        445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43, 521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95, 549.83, 542.34,
    ];

    private static readonly double[] air =
    [
        17.55, 21.86, 23.89, 26.93, 26.89, 28.83, 30.08, 30.95, 30.19, 31.58, 32.58, 33.48, 39.02, 41.39, 41.60, 44.66, 46.95, 48.73, 51.49, 50.03, 60.64, 63.36, 66.36, 68.20,
        68.12, 69.78, 72.60,
    ];

    [Test]
    public void Simple_Oil_IsAsPublished()
    {
        var model = ExponentialSmoothing.Fit(oil, SmoothingKind.Simple);

        Assert.That(model.Parameters.Alpha, Is.EqualTo(0.8339).Within(6e-4));
        Assert.That(model.FirstLevel, Is.EqualTo(446.5868).Within(0.05));
        Assert.That(model.Expected(5), Is.EqualTo(542.6806).Within(0.01));

        // Printed: 80 % from 504.4541 for one year and from 468.3452 for five, 95 % to 601.1429 for one.
        Assert.That(model.Expected(1) - 1.2815516 * model.Deviation(1), Is.EqualTo(504.4541).Within(0.02));
        Assert.That(model.Expected(5) - 1.2815516 * model.Deviation(5), Is.EqualTo(468.3452).Within(0.06));
        Assert.That(model.Expected(1) + 1.9599640 * model.Deviation(1), Is.EqualTo(601.1429).Within(0.02));
    }

    [Test]
    public void Holt_AirPassengers_IsAsPublished()
    {
        var model = ExponentialSmoothing.Fit(air, SmoothingKind.Holt);

        // Printed: alpha .8302, beta .0001, first level 15.57, first trend 2.102; 74.60, 76.70, 78.80 next. The printed search ended a little short of the
        // best: its squares are 128.51, those of alpha .8216 and first level 15.85 are 128.44, and both forecast the same figures.
        var printed = HoltOf(0.8302, 0.0001, 15.57, 2.102);
        Assert.That(model.Residuals.Sum(e => e * e), Is.LessThan(printed.Squares));
        Assert.That(HoltOf(model.Parameters.Alpha, model.Parameters.Beta, model.FirstLevel, model.FirstTrend).Squares, Is.EqualTo(model.Residuals.Sum(e => e * e)).Within(1e-9));
        Assert.That(Enumerable.Range(1, 3).Select(h => printed.Level + h * printed.Trend), Is.EqualTo((double[])[74.60, 76.70, 78.80]).Within(0.02));
        Assert.That(Enumerable.Range(1, 3).Select(model.Expected), Is.EqualTo((double[])[74.60, 76.70, 78.80]).Within(0.02));
    }

    /// <summary>Holt's recursions as printed, by themselves.</summary>
    private static (double Squares, double Level, double Trend) HoltOf(double alpha, double beta, double level, double trend)
    {
        var squares = 0.0;
        foreach (var value in air)
        {
            var error = value - level - trend;
            squares += error * error;
            (level, trend) = (level + trend + alpha * error, trend + beta * error);
        }

        return (squares, level, trend);
    }

    [Test]
    public void Smoothing_MoreParts_NeverFitWorse()
    {
        double Squares(SmoothingKind kind) => ExponentialSmoothing.Fit(air, kind).Residuals.Sum(e => e * e);

        Assert.That(Squares(SmoothingKind.Holt), Is.LessThanOrEqualTo(Squares(SmoothingKind.Simple) * (1 + 1e-6)));
        Assert.That(Squares(SmoothingKind.Damped), Is.LessThanOrEqualTo(Squares(SmoothingKind.Simple) * (1 + 1e-3)));
    }

    [Test]
    public void Methods_LineWithSeason_FollowBoth()
    {
        double[] pattern = [0.8, 1.1, 1.3, 0.8];
        double Value(int t) => (100 + 2 * t) * pattern[t % 4];
        var series = Enumerable.Range(0, 48).Select(Value).ToArray();

        var forecasts = ForecastMethods.Forecast(series, 4, 8).ToDictionary(f => f.Method);

        Assert.That(forecasts.Keys, Is.EqualTo(ForecastMethods.All));
        var actual = Enumerable.Range(48, 8).Select(Value).ToArray();
        foreach (var method in (string[])["holt", "hw_mult"])
            Assert.That(ForecastAccuracy.Smape(actual, forecasts[method].Expected), Is.LessThan(1.5), method);
        Assert.That(ForecastAccuracy.Smape(actual, forecasts["naive2"].Expected), Is.InRange(3, 10));
        foreach (var forecast in forecasts.Values)
            Assert.That(forecast.Deviations.Where((_, h) => h % 4 == 0), Is.Ordered.And.All.GreaterThanOrEqualTo(0), forecast.Method);
    }

    [Test]
    public void Theta_IsTheMeanOfLineAndSmoothing()
    {
        // With its slope at half: on a straight line the doubled line is the line itself, and smoothing stays at its last value.
        var line = Enumerable.Range(1, 30).Select(t => 10.0 + 3 * t).ToArray();

        var theta = ForecastMethods.Forecast(line, 1, 4, ["theta"]).Single();

        Assert.That(theta.Expected, Is.EqualTo(Enumerable.Range(1, 4).Select(h => 100 + 1.5 * h)).Within(0.02));
    }

    [Test]
    public void Scaling_TheSeries_ScalesTheForecasts()
    {
        var once = ForecastMethods.Forecast(oil, 1, 3);
        var thousand = ForecastMethods.Forecast([.. oil.Select(v => v * 1000)], 1, 3);

        foreach (var (a, b) in once.Zip(thousand))
            Assert.That(b.Expected, Is.EqualTo(a.Expected.Select(v => v * 1000)).Within(0.01).Percent, a.Method);
    }

    [Test]
    public void Forecast_ShortConstantAndZero_IsFinite([Values(1, 2, 3, 4, 5, 7, 30)] int length, [Values(0.0, 5.0)] double value)
    {
        foreach (var forecast in ForecastMethods.Forecast([.. Enumerable.Repeat(value, length)], 12, 3))
        {
            Assert.That(forecast.Expected, Is.All.EqualTo(value).Within(1e-9), forecast.Method);
            Assert.That(forecast.Deviations, Is.All.EqualTo(0).Within(1e-4), forecast.Method);
        }
    }

    [Test]
    public void Accuracy_ByHand()
    {
        Assert.That(ForecastAccuracy.Smape([100, 0], [50, 0]), Is.EqualTo(200 * 50 / 150.0 / 2).Within(1e-12));
        Assert.That(ForecastAccuracy.Mase([1, 3, 2, 6], [7, 8], [6, 6], 1), Is.EqualTo(1.5 / (7 / 3.0)).Within(1e-12));
        Assert.That(ForecastAccuracy.Mase([1, 3, 2, 6], [7, 8], [6, 6], 2), Is.EqualTo(1.5 / 2).Within(1e-12));
        Assert.That(ForecastAccuracy.Mase([4, 4, 4], [5], [4], 1), Is.Null);
        Assert.That(ForecastAccuracy.Owa(10, 2, 20, 1), Is.EqualTo(1.25));
    }

    [Test]
    public void Kind_Monthly_ChoosesShowsAndDropsWhatIsNotOver()
    {
        var days = Enumerable.Range(0, 1000).Select(i => new DateOnly(2018, 1, 1).AddDays(i));
        using var file = KindFile.Rows(["day", "shop", "sales"], days.SelectMany(d => (string?[][])
            [[$"{d:yyyy-MM-dd}", "A", KindFile.Text(10 + d.Month)], [$"{d:yyyy-MM-dd}", "B", "3"]]).Append(["2020-09-20", "C", "1"]));

        var result = file.Fit("forecast", "date=day", "value=sales", "series=shop", "horizon=3", "period=month");

        // 1,000 days end on 2020-09-26, so September is not over.
        Assert.That(result.Warnings, Has.Some.Contains("ends on 2020-09-26"));
        Assert.That(result.Table("forecasts").Where(r => (string)r[0]! == "A").Select(r => r[1]), Is.EqualTo((string[])["2020-09-01", "2020-10-01", "2020-11-01"]));
        Assert.That(result.Table("choices").Select(r => r[0]), Is.EqualTo((string[])["A", "B"]));
        Assert.That(result.Numbers(), Is.All.Matches<double>(double.IsFinite));
        Assert.That(result.Held("naive2_owa"), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Kind_IndexQuartersAndShortSeries_AreSaidInWords()
    {
        using var index = KindFile.Rows(["s", "t", "v"], Enumerable.Range(1, 20).Select(t => (string?[])["long", $"{t}", $"{t * 2}"]).Append(["short", "1", "5"]));
        using var quarters = KindFile.Rows(["t", "v"], Enumerable.Range(0, 24).Select(t => (string?[])[$"{1990 + t / 4}Q{t % 4 + 1}", $"{100 + t % 4}"]));

        var result = index.Fit("forecast", "date=t", "value=v", "series=s", "horizon=2");
        var seasonal = quarters.Fit("forecast", "date=t", "value=v", "horizon=4");

        Assert.That(result.Table("forecasts").Select(r => r[1]), Is.EqualTo((string[])["21", "22", "2", "3"]));
        Assert.That(result.Table("forecasts")[2].Skip(2).Take(3), Is.EqualTo((object?[])[5.0, null, null]));
        Assert.That(result.Warnings, Has.Some.Contains("fewer than four periods").And.Some.Contains("short"));
        Assert.That(seasonal.Table("forecasts").Select(r => (double)r[2]!), Is.EqualTo((double[])[100, 101, 102, 103]).Within(0.5));
    }
}
