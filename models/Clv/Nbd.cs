using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// NBD: purchases at a gamma rate by customers who never leave (Ehrenberg 1959). What the other models become when the data show nobody leaving; then their
/// parameters of leaving cannot be told, and this one stands in. Its probability of being a customer is 1 and says nothing. Parameters r, α.
/// </summary>
public sealed class Nbd : PurchaseModel
{
    private Nbd()
    {
    }

    /// <summary>The model.</summary>
    public static Nbd Plain { get; } = new();

    /// <inheritdoc/>
    public override string Name => "nbd";

    /// <inheritdoc/>
    public override string Title => "NBD: how often customers buy when nobody leaves (Ehrenberg 1959); stands in where the data show no leaving";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Parameters { get; } = ["r", "alpha"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Meanings { get; } =
        ["shape of the purchase rate: the smaller, the more customers differ", "scale of the purchase rate: r / alpha purchases per unit of time on average"];

    internal override IReadOnlyList<(int Parameter, int Sign)> OfPurchasing { get; } = [(1, -1)];

    internal override IReadOnlyList<(int Parameter, int Sign)> OfLeaving { get; } = [];

    /// <inheritdoc/>
    public override double ProbabilityAlive(ReadOnlySpan<double> parameters, in PurchaseHistory history) => 1;

    /// <inheritdoc/>
    public override double ExpectedIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double horizon)
        => (parameters[0] + repeatCount) / (parameters[1] + age) * horizon;

    /// <inheritdoc/>
    public override double ExpectedOfNew(ReadOnlySpan<double> parameters, double time) => parameters[0] / parameters[1] * time;

    /// <inheritdoc/>
    public override double ProbabilityOfNone(ReadOnlySpan<double> parameters, double time) => Math.Exp(-parameters[0] * SpecialFunctions.LogOnePlus(time / parameters[1]));

    /// <inheritdoc/>
    public override double ResidualIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double rate)
        => (parameters[0] + repeatCount) / (parameters[1] + age) / rate;

    internal override PurchaseHistory Simulate(double[] parameters, double age, Random random)
    {
        var rate = random.Gamma(parameters[0]) / parameters[1];
        var (x, last) = (0, 0.0);
        for (var time = random.Exponential(rate); time < age; time += random.Exponential(rate))
        {
            (x, last) = (x + 1, time);
        }

        return new(x, last, age);
    }

    internal override double[] Start(double meanAge, double rate) => [0.5, Math.Max(1e-6, 0.5 / Math.Max(1e-9, rate))];

    private protected override double Scale(double[] parameters) => parameters[1];

    private protected override RowSum Prepare(double[] parameters, HistoryCell cell)
    {
        var (r, alpha) = (parameters[0], parameters[1]);
        var constants = Array.ConvertAll(cell.Counts, x => SpecialFunctions.LogGamma(r + x) - SpecialFunctions.LogGamma(r) + (r * Math.Log(alpha)));
        var digammas = Array.ConvertAll(cell.Counts, x => SpecialFunctions.Digamma(r + x) - SpecialFunctions.Digamma(r) + Math.Log(alpha));
        return (from, to, sums) =>
        {
            foreach (ref readonly var row in cell.Rows.AsSpan(from, to - from))
            {
                var (shape, age) = (r + cell.Counts[row.Count], alpha + cell.Times[row.Age]);
                var log = Math.Log(age);
                sums[0] += row.Customers * (constants[row.Count] - (shape * log));
                sums[1] += row.Customers * r * (digammas[row.Count] - log);
                sums[2] += row.Customers * (r - (alpha * shape / age));
            }
        };
    }
}
