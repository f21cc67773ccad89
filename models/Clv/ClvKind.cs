using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>Lifetime value: purchases to come times what they are worth, fitted from a file, beside the baselines it has to beat.</summary>
public sealed class ClvKind : IModelKind
{
    /// <inheritdoc/>
    public string Name => "clv";

    /// <inheritdoc/>
    public string Title => "Lifetime value: purchases to come (BG/NBD, MBG/NBD or Pareto/NBD) times their value (Gamma-Gamma), discounted";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        .. FileHistories.Options.Where(o => o.Name is not ("frequency" or "recency" or "age" or "value" or "weights")),
        new("purchases", "MODEL", "Model of purchases: bgnbd, mbgnbd, paretonbd, or best: the one of smallest AIC") { Default = "best" },
        new("discount", "RATE", "Discount a year: 0.1 is 10 %") { Default = "0.1" },
        new("margin", "SHARE", "Share of the amounts that is profit") { Default = "1" },
    ];

    /// <summary>The models of purchases.</summary>
    internal static IReadOnlyList<PurchaseModel> Models { get; } =
        [BgNbd.Plain, BgNbd.Modified, ParetoNbd.Plain];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var chosen = input.Choice("purchases", ["best", .. Models.Select(m => m.Name)])!;
        var candidates = Models.Where(m => chosen == "best" || m.Name == chosen).Append(Nbd.Plain).ToList();
        var (rate, margin) = (input.Number("discount", 0, 10)!.Value, input.Number("margin", 0, 100)!.Value);
        if (input.Column("amount") is null)
        {
            throw input.Wrong("amount", "nothing", $"--amount COLUMN, one of {string.Join(", ", input.Columns)}");
        }

        var holdouts = candidates.ToDictionary(m => m.Name, m => PurchaseKind.Holdout(input, m));
        var data = FileHistories.Load(input);
        var fits = candidates.Select(m => data.Fit(m, input)).OrderBy(f => !f.Estimates.Identified).ThenBy(f => f.Model is Nbd).ThenByDescending(f => f.Estimates.LogLikelihood).ToList();
        var best = fits[0];
        var spend = SpendModel.Of(data.Spend, data.SpendCorrelation);
        if (data.Intervals == "bootstrap" && spend is { IsUsable: true, Estimates: { } told })
        {
            spend = spend with { Estimates = ParametricBootstrap.Of(told, data.Spend, input.Cancellation) };
        }

        var horizon = input.Number("horizon", 0, 100_000) ?? data.Unit.PerYear;
        var usable = best.Estimates.Identified && spend.IsUsable;
        return new FitResult(Name, Title)
        {
            Conventions =
            [
                .. data.Conventions, new("model", $"{best.Model.Name}{(chosen == "best" ? ", the one of smallest AIC" : "")}, and Gamma-Gamma for the value"),
                new("discount", FormattableString.Invariant($"{rate:0.####} a year, which is {data.Unit.Discount(rate):0.########} a {data.Unit.Name}, continuously")),
                new("margin", FormattableString.Invariant($"{margin:0.####} of the amounts")),
            ],
            Parameters = [.. PurchaseKind.Parameters(best.Estimates, best.Model.Meanings), .. spend.Estimates is { } s ? PurchaseKind.Parameters(s, GammaGamma.Meanings) : []],
            Likelihood = new(best.Estimates.LogLikelihood, best.Estimates.Values.Length, (long)data.Customers),
            Counts = data.Counts,
            Holdout = holdouts[best.Model.Name]?.Figures ?? [],
            Figures = usable ? Figures(input, best, spend.Estimates!, data, horizon, rate, margin) : [new("spend_correlation", spend.Correlation, "correlation of frequency and average spend")],
            Tables = [Comparison(fits, holdouts), .. holdouts[best.Model.Name] is { } h ? (FitTable[])[h.ByFrequency] : [], .. usable ? (FitTable[])[Customers(input, best, spend.Estimates!, data, horizon, rate, margin)] : []],
            Warnings = [.. best.Model is Nbd ? (string[])[Candidates.NobodyLeaves] : [], .. data.Doubts(best), .. spend.Doubts],
        };
    }

    private static FitTable Comparison(IReadOnlyList<PurchaseFit> fits, Dictionary<string, HoldoutError?> holdouts) => new(
        "models", "Models of purchases, the best first", ["model", "log_likelihood", "aic", "bic", "holdout_mae", "holdout_bias_percent", "identified"],
        [.. fits.Select(f =>
        {
            var likelihood = new LikelihoodFit(f.Estimates.LogLikelihood, f.Estimates.Values.Length, (long)f.Estimates.Observations);
            var errors = holdouts[f.Model.Name]?.Figures.ToDictionary(e => e.Name, e => e.Value);
            return (IReadOnlyList<object?>)[f.Model.Name, likelihood.LogLikelihood, likelihood.Aic, likelihood.Bic, errors?["mean_absolute_error"], errors?["bias_percent"], f.Estimates.Identified];
        })]);

    private static IReadOnlyList<Figure> Figures(KindInput input, PurchaseFit fit, Estimates spend, PurchaseData data, double horizon, double rate, double margin)
    {
        var groups = PurchaseHistories.ValueGroups(input.Session, input.Cancellation);
        var predicting = new Predictions(fit, data.Unit, horizon, data.Unit.Discount(rate), data.Cells.Values);
        var predictions = predicting.Of([.. groups.Select(g => new PredictedHistory(g.Cell, g.Repeats, g.LastAge, g.Age))]);
        double Worth(ValueGroup g, double[] v) => g.IsKnown ? ((g.Customers * v[2]) + g.RepeatSpend) * v[0] / ((v[0] * g.Repeats) + v[1] - 1) : g.Customers * v[2] * v[0] / (v[1] - 1);
        double Total(Func<Prediction, double> of, double[] v) => groups.Select((g, i) => margin * Worth(g, v) * of(predictions[i])).Sum();
        IEnumerable<Figure> WithInterval(string name, string meaning, Func<Prediction, double> of, Func<Prediction, double[]> slopes)
        {
            // Purchases and value are told by different data, so their errors add as squares.
            var total = Total(of, spend.Values);
            var slope = new double[fit.Estimates.Values.Length];
            for (var i = 0; i < groups.Count; i++)
            {
                var own = margin * Worth(groups[i], spend.Values) * of(predictions[i]);
                for (var k = 0; k < slope.Length; k++)
                {
                    slope[k] += own * slopes(predictions[i])[k] / total;
                }
            }

            var error = Math.Sqrt(Math.Pow(predicting.Error(slope), 2) + Math.Pow(spend.StandardErrorOf(v => Math.Log(Total(of, v))) ?? 0, 2));
            yield return new(name, total, meaning);
            yield return new($"{name}_low95", total * Math.Exp(-Normal.NinetyFive * error), "lower end of its 95 % interval");
            yield return new($"{name}_high95", total * Math.Exp(Normal.NinetyFive * error), "upper end of its 95 % interval");
        }

        var historic = groups.Sum(g => margin * g.Spend);
        var months = groups.Sum(g => g.Customers * Math.Max(1, g.Age / TimeUnit.Named("month").Days));
        var alive = groups.Select((g, i) => g.Customers * predictions[i].ProbabilityAlive).Sum();
        var aliveError = predicting.Error([.. Enumerable.Range(0, fit.Estimates.Values.Length)
            .Select(k => groups.Select((g, i) => g.Customers * predictions[i].ProbabilityAlive * (1 - predictions[i].ProbabilityAlive) * predictions[i].Slopes.Logit[k]).Sum())]);
        var horizonMonths = horizon * data.Unit.Days / TimeUnit.Named("month").Days;
        return
        [
            new("horizon", horizon, $"how far is predicted, in {data.Unit.Name}s"),
            .. WithInterval("lifetime_value", "discounted value of the purchases expected of all customers within the horizon", p => p.Discounted, p => p.Slopes.Expected),
            new("lifetime_value_per_customer", Total(p => p.Discounted, spend.Values) / data.Customers, "the same per customer"),
            .. rate > 0 ? WithInterval("residual_lifetime_value", "the same without end (DERT times value)", p => p.Residual ?? 0, p => p.Slopes.Residual) : [],
            new("historic_value", historic, "baseline: value of all purchases so far"),
            new("simple_lifetime_value", historic / months * horizonMonths * data.Customers * (alive / data.Customers),
                "baseline: average spend a month × months of the horizon × share of customers who stayed"),
            new("customers_alive", alive, "customers who have not left, expected"),
            new("customers_alive_low95", Math.Max(0, alive - (Normal.NinetyFive * aliveError)), "lower end of its 95 % interval"),
            new("customers_alive_high95", Math.Min(data.Customers, alive + (Normal.NinetyFive * aliveError)), "upper end of its 95 % interval"),
            .. PurchaseKind.WithInterval(spend, "new_customer_value", "expected value of a purchase of a customer of whom nothing is known", v => GammaGamma.ExpectedValue(v, 0, 0)),
            new("spend_correlation", data.SpendCorrelation, "correlation of frequency and average spend; the model takes it to be 0"),
        ];
    }

    private static FitTable Customers(KindInput input, PurchaseFit fit, Estimates spend, PurchaseData data, double horizon, double rate, double margin)
    {
        var predictions = new Predictions(fit, data.Unit, horizon, data.Unit.Discount(rate), data.Cells.Values);
        var rows = new List<(double Value, IReadOnlyList<object?> Row)>();
        foreach (var c in FileHistories.Customers(input, "coalesce(repeat_spend, 0) * last_age / greatest(age, 1) DESC, customer"))
        {
            var prediction = predictions.Of(new PredictedHistory(c.Cell, c.Repeats, c.LastAge, c.Age));
            var known = c is { Repeats: > 0, RepeatSpend: > 0 };
            double Worth(double[] v) => GammaGamma.ExpectedValue(v, known ? c.Repeats : 0, known ? c.RepeatSpend!.Value / c.Repeats : 0);
            var (worth, worthError) = (Worth(spend.Values), spend.StandardErrorOf(v => Math.Log(Worth(v))) ?? 0);
            var half = Normal.NinetyFive * Math.Sqrt(Math.Pow(prediction.ExpectedError, 2) + Math.Pow(worthError, 2));
            var residualHalf = Normal.NinetyFive * Math.Sqrt(Math.Pow(prediction.ResidualError, 2) + Math.Pow(worthError, 2));
            var (value, residual) = (margin * worth * prediction.Discounted, margin * worth * prediction.Residual);
            var alive = prediction.ProbabilityInterval;
            rows.Add((value,
            [
                c.Customer, c.Repeats, c.LastAge / data.Unit.Days, c.Age / data.Unit.Days, prediction.ProbabilityAlive, alive.Low, alive.High, prediction.Expected, worth, worth * Math.Exp(-Normal.NinetyFive * worthError),
                worth * Math.Exp(Normal.NinetyFive * worthError), value, value * Math.Exp(-half), value * Math.Exp(half), residual, residual * Math.Exp(-residualHalf), residual * Math.Exp(residualHalf),
            ]));
        }

        return new(
            "customers", "Customers",
            [
                "customer", "repeat_count", "last_purchase_age", "customer_age", "probability_alive", "probability_low95", "probability_high95", "expected_purchases", "expected_value", "value_low95",
                "value_high95", "lifetime_value", "low95", "high95", "residual_lifetime_value", "residual_low95", "residual_high95",
            ],
            [.. rows.OrderByDescending(r => r.Value).Select(r => r.Row)]);
    }
}
