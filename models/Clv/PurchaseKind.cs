using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>Models of purchases, fitted from a file.</summary>
/// <param name="model">The model.</param>
public sealed class PurchaseKind(PurchaseModel model) : IModelKind
{
    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public string Title => model.Title;

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } = [.. FileHistories.Options.Where(o => model.OfLeaving.Count > 0 || o.Name != "covariates")];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        // The holdout of an earlier fit first, so that the customers left in the session are those of the fit that is told.
        var holdout = Holdout(input, model);
        var data = FileHistories.Load(input);
        var fit = data.Fit(model, input);
        var horizon = input.Number("horizon", 0, 100_000) ?? data.Unit.PerYear;
        return new FitResult(Name, Title)
        {
            Conventions = [.. data.Conventions, .. holdout is null || input.Text("calibration-end") is not null ? (KeyValuePair<string, string>[])[] : [new("holdout", "the last third of the time, predicted by a fit to the first two thirds; parameters are those of all the data")]],
            Parameters = Parameters(fit.Estimates, fit.Model.Meanings),
            Likelihood = new(fit.Estimates.LogLikelihood, fit.Estimates.Values.Length, (long)data.Customers),
            Counts = data.Counts,
            Holdout = holdout?.Figures ?? [],
            Figures = fit.Estimates.Identified ? Figures(fit, data, horizon) : [],
            Tables = [.. holdout is null ? (FitTable[])[] : [holdout.ByFrequency], .. fit.Estimates.Identified && data.HasCustomers ? (FitTable[])[Customers(input, fit, data, horizon)] : []],
            Warnings = [.. data.Doubts(fit)],
        };
    }

    /// <summary>The error on what came after the calibration; null when there is nothing after it, or the fit tells nothing.</summary>
    internal static HoldoutError? Holdout(KindInput input, PurchaseModel model)
    {
        var earlier = FileHistories.Load(input, holdout: true);
        if (earlier is { HoldoutLength: > 0, Repeaters: >= 10, Customers: >= 30 })
        {
            var fit = earlier.Fit(model, input);
            return fit.Estimates.Identified ? HoldoutError.Of(fit, earlier) : null;
        }

        return null;
    }

    /// <summary>Estimates as they are told.</summary>
    internal static IReadOnlyList<FittedParameter> Parameters(Estimates estimates, IReadOnlyList<string> meanings)
        => [.. estimates.Parameters.Select((p, i) => new FittedParameter(p.Name, estimates.Values[i], estimates.StandardError(i), i < meanings.Count ? meanings[i] : Meaning(p.Name))
        {
            Low = estimates.Interval(i)?.Low,
            High = estimates.Interval(i)?.High,
        })];

    /// <summary>A figure with its 95 % interval; positive figures have it symmetric on their logarithm.</summary>
    internal static IEnumerable<Figure> WithInterval(Estimates estimates, string name, string meaning, Func<double[], double> figure)
    {
        var value = figure(estimates.Values);
        yield return new(name, value, meaning);
        if (value > 0 && estimates.StandardErrorOf(v => Math.Log(figure(v))) is { } error && double.IsFinite(error))
        {
            yield return new($"{name}_low95", value * Math.Exp(-Normal.NinetyFive * error), "lower end of its 95 % interval");
            yield return new($"{name}_high95", value * Math.Exp(Normal.NinetyFive * error), "upper end of its 95 % interval");
        }
    }

    private static string Meaning(string name) => name.StartsWith("purchasing_", StringComparison.Ordinal)
        ? "effect on the purchase rate: it is multiplied by e to this power" : "effect on leaving: positive means sooner";

    private static IReadOnlyList<Figure> Figures(PurchaseFit fit, PurchaseData data, double horizon)
    {
        var unit = data.Unit.Name;
        double[] At(double[] values, GroupedHistory group) => PurchaseFit.ParametersFor(fit.Model, values, group.Covariates);
        var groups = data.Histories.GroupBy(h => (h.History with { Customers = 0 }, string.Join(',', h.Covariates)))
            .Select(g => g.First() with { History = g.Key.Item1 with { Customers = g.Sum(h => h.History.Customers) } }).ToList();
        return
        [
            new("horizon", horizon, $"how far is predicted, in {unit}s"),
            .. WithInterval(fit.Estimates, "new_customer_purchases", "purchases expected of a new customer within the horizon, the first left out",
                v => fit.Model.ExpectedOfNew(v.AsSpan(0, fit.Model.Parameters.Count), horizon)),
            .. WithInterval(fit.Estimates, "customers_alive", "customers who have not left, expected",
                v => groups.Sum(g => g.History.Customers * fit.Model.ProbabilityAlive(At(v, g), g.History))),
            .. WithInterval(fit.Estimates, "expected_purchases", "purchases of the present customers expected within the horizon",
                v => groups.Sum(g => g.History.Customers * fit.Model.ExpectedPurchases(At(v, g), g.History, horizon))),
        ];
    }

    private static FitTable Customers(KindInput input, PurchaseFit fit, PurchaseData data, double horizon)
    {
        var predictions = new Predictions(fit, data.Unit, horizon, 0, data.Cells.Values);
        var rows = FileHistories.Customers(input, "repeats DESC, last_age DESC, customer").Select(c =>
        {
            var p = predictions.Of(new PredictedHistory(c.Cell, c.Repeats, c.LastAge, c.Age));
            return (IReadOnlyList<object?>)[c.Customer, c.Repeats, c.LastAge / data.Unit.Days, c.Age / data.Unit.Days, p.ProbabilityAlive, p.ProbabilityInterval.Low, p.ProbabilityInterval.High,
                p.Expected, p.Expected * Math.Exp(-Normal.NinetyFive * p.ExpectedError), p.Expected * Math.Exp(Normal.NinetyFive * p.ExpectedError)];
        });
        return new(
            "customers", "Customers",
            ["customer", "repeat_count", "last_purchase_age", "customer_age", "probability_alive", "probability_low95", "probability_high95", "expected_purchases", "low95", "high95"], [.. rows]);
    }
}
