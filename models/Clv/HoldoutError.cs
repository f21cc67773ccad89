using Crm.Analytics.Models.Kinds;

namespace Crm.Analytics.Models.Clv;

/// <summary>How far predictions were from what customers did afterwards.</summary>
/// <param name="Figures">Errors over all customers.</param>
/// <param name="ByFrequency">Mean actual and expected purchases by calibration frequency.</param>
internal sealed record HoldoutError(IReadOnlyList<Figure> Figures, FitTable ByFrequency)
{
    private const int Last = 7;

    /// <summary>Compares a fit with the holdout.</summary>
    /// <param name="fit">The fit to the calibration.</param>
    /// <param name="data">The data it was fitted to, with what came after.</param>
    public static HoldoutError Of(PurchaseFit fit, PurchaseData data)
    {
        var length = data.HoldoutLength;
        var known = new Dictionary<(PurchaseHistory, string), double>();
        double customers = 0, actual = 0, expected = 0, absolute = 0, square = 0, naive = 0;
        var classes = new (double Customers, double Actual, double Expected)[Last + 1];
        foreach (var group in data.Histories)
        {
            var key = (group.History with { Customers = 0 }, string.Join(',', group.Covariates));
            if (!known.TryGetValue(key, out var purchases))
            {
                known.Add(key, purchases = fit.Model.ExpectedPurchases(fit.ParametersFor(group.Covariates), group.History, length));
            }

            var n = group.History.Customers;
            var error = group.Later - purchases;
            (customers, actual, expected) = (customers + n, actual + (n * group.Later), expected + (n * purchases));
            (absolute, square) = (absolute + (n * Math.Abs(error)), square + (n * error * error));
            var rate = group.History.CustomerAge > 0 ? group.History.RepeatCount / group.History.CustomerAge * length : 0;
            naive += n * Math.Abs(group.Later - rate);
            ref var own = ref classes[Math.Min(Last, group.History.RepeatCount)];
            own = (own.Customers + n, own.Actual + (n * group.Later), own.Expected + (n * purchases));
        }

        return new(
            [
                new("length", length, $"length of the holdout in {data.Unit.Name}s"),
                new("customers", customers, "customers compared"),
                new("actual_purchases", actual, "purchases they made in the holdout"),
                new("expected_purchases", expected, "purchases the model expected"),
                new("bias_percent", actual > 0 ? 100 * ((expected / actual) - 1) : null, "expected against actual in all, in percent"),
                new("mean_absolute_error", absolute / customers, "mean absolute error per customer, in purchases"),
                new("root_mean_square_error", Math.Sqrt(square / customers), "root of the mean squared error per customer, in purchases"),
                new("mean_absolute_error_of_past_rate", naive / customers, "the same error when everyone went on at the rate so far: the baseline to beat"),
            ],
            new("holdout_by_frequency", "Mean purchases in the holdout by repeat purchases before", ["frequency", "customers", "actual", "expected"],
                [.. classes.Select((c, i) => (IReadOnlyList<object?>)[i == Last ? $"{Last}+" : $"{i}", c.Customers, c.Customers > 0 ? c.Actual / c.Customers : null, c.Customers > 0 ? c.Expected / c.Customers : null])]));
    }
}
