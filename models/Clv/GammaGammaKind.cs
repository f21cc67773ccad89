using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>Gamma-Gamma, fitted from a file.</summary>
public sealed class GammaGammaKind : IModelKind
{
    /// <inheritdoc/>
    public string Name => "gammagamma";

    /// <inheritdoc/>
    public string Title => "Gamma-Gamma: what a purchase of a customer is worth (Fader and Hardie 2013)";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } = [.. FileHistories.Options.Where(o => o.Name is not ("covariates" or "horizon"))];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        // Summaries without times will do.
        var times = input.Text("frequency") is { } frequency ? new Dictionary<string, string>(input.Given) { ["recency"] = input.Text("recency") ?? frequency, ["age"] = input.Text("age") ?? frequency } : null;
        var data = FileHistories.Load(times is null ? input : input with { Given = times });
        if (data.Spend.Count == 0)
        {
            throw input.Unfit("no customer has repeat purchases of positive value", "repeat purchases with amounts (--amount, or --value for summaries)", "Name the column");
        }

        var model = SpendModel.Of(data.Spend, data.SpendCorrelation);
        var told = model.Estimates ?? throw input.Unfit(model.Doubts[0], "spend that differs between customers", "Give more data");
        var fit = data.Intervals == "bootstrap" && model.IsUsable ? ParametricBootstrap.Of(told, data.Spend, input.Cancellation) : told;
        var customers = data.Spend.Sum(s => s.Customers);
        return new FitResult(Name, Title)
        {
            Conventions = data.Conventions,
            Parameters = PurchaseKind.Parameters(fit, GammaGamma.Meanings),
            Likelihood = new(fit.LogLikelihood, 3, (long)customers),
            Counts = [.. data.Counts, new("spend_customers", customers, "customers with repeat purchases of positive value, of whom the model learns")],
            Figures =
            [
                new("spend_correlation", model.Correlation, "correlation of frequency and average spend; the model takes it to be 0"),
                new("average_value", data.Spend.Sum(s => s.Customers * s.AverageRepeatValue) / customers, "mean over customers of their average repeat value"),
                .. model.IsUsable ? PurchaseKind.WithInterval(fit, "new_customer_value", "expected value of a purchase of a customer of whom nothing is known", v => GammaGamma.ExpectedValue(v, 0, 0)) : [],
            ],
            Tables = model.IsUsable && data.HasCustomers ? [Customers(input, fit)] : [],
            Warnings = model.Doubts,
        };
    }

    private static FitTable Customers(KindInput input, Estimates fit) => new(
        "customers", "Customers", ["customer", "repeat_count", "average_repeat_value", "expected_value", "low95", "high95"],
        [.. FileHistories.Customers(input, "CASE WHEN repeats > 0 THEN repeat_spend / repeats END DESC NULLS LAST, customer").Select(c =>
        {
            var known = c is { Repeats: > 0, RepeatSpend: > 0 };
            double Worth(double[] v) => GammaGamma.ExpectedValue(v, known ? c.Repeats : 0, known ? c.RepeatSpend!.Value / c.Repeats : 0);
            var (worth, half) = (Worth(fit.Values), Normal.NinetyFive * (fit.StandardErrorOf(v => Math.Log(Worth(v))) ?? 0));
            return (IReadOnlyList<object?>)[c.Customer, c.Repeats, known ? c.RepeatSpend / c.Repeats : null, worth, worth * Math.Exp(-half), worth * Math.Exp(half)];
        })]);
}
