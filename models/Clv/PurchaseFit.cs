using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>A fitted model of purchases.</summary>
/// <param name="Model">The model.</param>
/// <param name="Estimates">Its parameters, then the coefficients of the covariates on purchasing, then those on leaving.</param>
/// <param name="Covariates">Names of the covariates.</param>
public sealed record PurchaseFit(PurchaseModel Model, Estimates Estimates, IReadOnlyList<string> Covariates)
{
    /// <summary>Fits a model by maximum likelihood.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cells">Histories; one cell per combination of covariates.</param>
    /// <param name="covariates">Names of the covariates; empty without.</param>
    /// <param name="from">Values to start from; null: the usual starts.</param>
    public static PurchaseFit Of(PurchaseModel model, IReadOnlyList<HistoryCell> cells, IReadOnlyList<string> covariates, double[]? from = null)
    {
        var customers = cells.Sum(c => c.Customers);
        var rows = cells.SelectMany(c => c.Rows.Select(r => (Age: c.Times[r.Age], Repeats: c.Counts[r.Count], r.Customers)));
        var (age, repeats) = rows.Aggregate((Age: 0.0, Repeats: 0.0), (sum, r) => (sum.Age + (r.Age * r.Customers), sum.Repeats + (r.Repeats * r.Customers)));
        var start = model.Start(Math.Max(age, 1e-9) / customers, repeats / Math.Max(age, 1e-9));
        double[][] factors = [[1, 1, 1, 1], [2, 2, 1, 4], [.5, .5, 2, 1], [4, 4, 2, 8]];
        var starts = factors.Select(f => start.Zip(f, (value, by) => value * by).ToArray());
        IReadOnlyList<Estimated> parameters =
        [
            .. model.Parameters.Select(p => new Estimated(p)), .. covariates.Select(c => new Estimated($"purchasing_{c}", IsPositive: false)),
            .. covariates.Select(c => new Estimated($"leaving_{c}", IsPositive: false)),
        ];
        var zeros = new double[2 * covariates.Count];
        var estimates = MaximumLikelihood.Fit(
            parameters, from is null ? [.. starts.Select(s => (double[])[.. s, .. zeros])] : [from], customers, (values, gradient) => LogLikelihood(model, cells, covariates.Count, values, gradient));
        return new(model, estimates, covariates);
    }

    /// <summary>The parameters of customers with given values of the covariates.</summary>
    public double[] ParametersFor(double[] covariates) => ParametersFor(Model, Estimates.Values, covariates);

    /// <summary>The parameters of customers with given values of the covariates, when the estimates were others.</summary>
    internal static double[] ParametersFor(PurchaseModel model, ReadOnlySpan<double> values, double[] covariates)
    {
        var count = model.Parameters.Count;
        var own = values[..count].ToArray();
        var (purchasing, leaving) = (0.0, 0.0);

        // A fit without coefficients takes all customers as alike, whatever is known of them.
        var coefficients = (values.Length - count) / 2;
        for (var k = 0; k < coefficients; k++)
        {
            purchasing += values[count + k] * covariates[k];
            leaving += values[count + coefficients + k] * covariates[k];
        }

        foreach (var (parameter, sign) in model.OfPurchasing)
        {
            own[parameter] *= Math.Exp(sign * purchasing);
        }

        foreach (var (parameter, sign) in model.OfLeaving)
        {
            own[parameter] *= Math.Exp(sign * leaving);
        }

        return own;
    }

    private static double LogLikelihood(PurchaseModel model, IReadOnlyList<HistoryCell> cells, int covariates, ReadOnlySpan<double> values, Span<double> gradient)
    {
        var count = model.Parameters.Count;
        Span<double> own = stackalloc double[count];
        var sum = 0.0;
        foreach (var cell in cells)
        {
            own.Clear();
            sum += model.LogLikelihood(ParametersFor(model, values, cell.Covariates), cell, own);
            for (var i = 0; i < count; i++)
            {
                gradient[i] += own[i];
            }

            for (var k = 0; k < covariates; k++)
            {
                foreach (var (parameter, sign) in model.OfPurchasing)
                {
                    gradient[count + k] += sign * cell.Covariates[k] * own[parameter];
                }

                foreach (var (parameter, sign) in model.OfLeaving)
                {
                    gradient[count + covariates + k] += sign * cell.Covariates[k] * own[parameter];
                }
            }
        }

        return sum;
    }
}
