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
    public void Seasonality_ByHand_IsTheTestOfTheCompetition()
    {
        // 1 2 1 2 …: mean 1.5, r1 = −11/12, r2 = 10/12; the limit at lag 2 is 1.645 / √12 · √(1 + 2 · (11/12)²) = .7767.
        var limit = 1.645 / Math.Sqrt(12) * Math.Sqrt(1 + (2 * Math.Pow(11 / 12.0, 2)));
        double[] alternating = [.. Enumerable.Range(0, 12).Select(t => 1.0 + (t % 2))];

        Assert.That(limit, Is.EqualTo(.7772).Within(.0005));
        Assert.That(limit, Is.LessThan(10 / 12.0));
        Assert.That(Seasonality.IsSeasonal(alternating, 2), Is.True);

        // Six values: r1 = −5/6, r2 = 4/6 below 1.645 / √6 · √(1 + 2 · (5/6)²) = 1.0380. Five are shorter than three seasons.
        Assert.That(Seasonality.IsSeasonal(alternating[..6], 2), Is.False);
        Assert.That(Seasonality.IsSeasonal(alternating[..5], 2), Is.False);
        Assert.That(Seasonality.IsSeasonal([.. Enumerable.Repeat(3.0, 24)], 4), Is.False);
    }

    [Test]
    public void Decomposition_ByHand_IsMultiplicativeByCentredAverages()
    {
        // A level of 100 with indices .8 1.2 1.1 .9: each centred average over four quarters is 100, so the indices come out exactly.
        double[] indices = [.8, 1.2, 1.1, .9];
        double[] series = [.. Enumerable.Range(0, 14).Select(t => 100 * indices[t % 4])];

        Assert.That(Seasonality.Indices(series, 4, multiplicative: true), Is.EqualTo(indices).Within(1e-12));
        Assert.That(Seasonality.Indices(series, 4, multiplicative: false), Is.EqualTo((double[])[-20, 20, 10, -10]).Within(1e-9));

        // An odd season needs no halves: 1 2 6 has the average 3, the next three (2 6 4) 4.
        Assert.That(Seasonality.Indices([1, 2, 6, 4, 8, 24], 3, multiplicative: true), Is.EqualTo(Normalised(4 / 6.0, (2 / 3.0 + 8 / 12.0) / 2, 6 / 4.0)).Within(1e-12));
        Assert.That(ForecastMethods.Forecast(series, 4, 3, ["naive2"]).Single().Expected, Is.EqualTo((double[])[110, 90, 80]).Within(1e-9), "the last value without its season is 100");
    }

    [Test]
    public void Theta_ByHand_IsTheClassicOne()
    {
        // Line through 1 3 2 6: 1.4 t − .5. The doubled series 2y − line is 1.1 3.7 .3 6.9; smoothed with the told alpha and level, its last level is averaged with the line.
        double[] series = [1, 3, 2, 6];
        double Line(double t) => (1.4 * t) - .5;
        double[] doubled = [1.1, 3.7, .3, 6.9];

        var theta = ForecastMethods.Forecast(series, 1, 2, ["theta"]).Single();
        var smoothed = ExponentialSmoothing.Fit(doubled, SmoothingKind.Simple);

        Assert.That(theta.Expected, Is.EqualTo((double[])[(Line(5) + smoothed.Expected(1)) / 2, (Line(6) + smoothed.Expected(1)) / 2]).Within(1e-9));
    }

    [Test]
    public void Combination_IsTheMeanOfTheThreeSmoothings()
    {
        var parts = ForecastMethods.Forecast(oil, 1, 3, ["ses", "holt", "damped", "comb"]).ToDictionary(f => f.Method, f => f.Expected);

        Assert.That(parts["comb"], Is.EqualTo(parts["ses"].Zip(parts["holt"], parts["damped"]).Select(p => (p.First + p.Second + p.Third) / 3)).Within(1e-9));
    }

    [TestCase("hour", "2024-01-05 12:00")]
    [TestCase("day", "2024-02-28")]
    [TestCase("week", "2025-02-24")]
    [TestCase("month", "2028-11-01")]
    [TestCase("quarter", "2038-07-01")]
    [TestCase("year", "2082-01-01")]
    public void Kind_Period_IsFoundOut(string period, string next)
    {
        var from = new DateTime(2024, 1, 1);
        using var file = KindFile.Rows(["when", "v"], Enumerable.Range(0, 58).SelectMany(i =>
        {
            var at = period switch
            {
                "hour" => from.AddHours(i + 50),
                "day" => from.AddDays(i),
                "week" => from.AddDays(7 * (i + 2)),
                "month" => from.AddMonths(i),
                "quarter" => from.AddMonths(3 * i),
                _ => from.AddYears(i),
            };

            // Two rows of one moment are summed; a negative value is one.
            return (string?[][])[[$"{at:yyyy-MM-dd HH:mm:ss}", KindFile.Text(20 + (i % 3))], [$"{at:yyyy-MM-dd HH:mm:ss}", "-5"]];
        }));

        var result = file.Fit("forecast", "date=when", "value=v", "horizon=1");

        Assert.That(result.Conventions.Single(c => c.Key == "period").Value, Is.EqualTo(period));
        Assert.That(result.Table("forecasts")[0][1], Is.EqualTo(next));
        Assert.That((double)result.Table("forecasts")[0][2]!, Is.InRange(14, 18));
    }

    [Test]
    public void Kind_SalesByTheMinute_AreSummedByDay()
    {
        using var file = KindFile.Rows(["when", "v"], Enumerable.Range(0, 400).Select(i => (string?[])[$"{new DateTime(2024, 1, 1, 9, 7, 0).AddHours(i * 2.5):yyyy-MM-dd HH:mm}", "1"]));

        Assert.That(file.Fit("forecast", "date=when", "value=v", "horizon=2").Conventions.Single(c => c.Key == "period").Value, Is.EqualTo("day"));
    }

    private static double[] Normalised(params double[] indices) => [.. indices.Select(i => i / indices.Average())];

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
