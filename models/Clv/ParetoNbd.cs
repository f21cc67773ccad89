using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// Pareto/NBD: purchases at a gamma rate while the customer stays, and a stay of exponential length with a gamma rate (Schmittlein, Morrison and Colombo
/// 1987; Fader and Hardie 2005). Parameters r, α (purchases) and s, β (leaving). The hypergeometric functions of the papers are taken as the integral over
/// the moment of leaving, which neither overflows nor needs to tell α and β apart.
/// </summary>
public sealed class ParetoNbd : PurchaseModel
{
    private static readonly GaussLegendre rule = GaussLegendre.Of(32);

    private ParetoNbd()
    {
    }

    /// <summary>The model.</summary>
    public static ParetoNbd Plain { get; } = new();

    /// <inheritdoc/>
    public override string Name => "paretonbd";

    /// <inheritdoc/>
    public override string Title => "Pareto/NBD: when customers buy again and when they leave (Schmittlein, Morrison and Colombo 1987)";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Parameters { get; } = ["r", "alpha", "s", "beta"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Meanings { get; } =
    [
        "shape of the purchase rate: the smaller, the more customers differ", "scale of the purchase rate: r / alpha purchases per unit of time on average",
        "shape of the rate of leaving", "scale of the rate of leaving: s / beta per unit of time on average",
    ];

    internal override IReadOnlyList<(int Parameter, int Sign)> OfPurchasing { get; } = [(1, -1)];

    internal override IReadOnlyList<(int Parameter, int Sign)> OfLeaving { get; } = [(3, -1)];

    /// <inheritdoc/>
    public override double ProbabilityAlive(ReadOnlySpan<double> parameters, in PurchaseHistory history)
    {
        var (r, alpha, s, beta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var stayed = -((r + history.RepeatCount) * Math.Log(alpha + history.CustomerAge)) - (s * Math.Log(beta + history.CustomerAge));
        var left = Math.Log(s) + Left(r + history.RepeatCount, alpha, s, beta, history.LastPurchaseAge, history.CustomerAge, default);
        return 1 / (1 + Math.Exp(left - stayed));
    }

    /// <inheritdoc/>
    public override double ExpectedIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double horizon)
        => Expected(parameters[0] + repeatCount, parameters[1] + age, parameters[2], parameters[3] + age, horizon);

    /// <inheritdoc/>
    public override double ExpectedOfNew(ReadOnlySpan<double> parameters, double time) => Expected(parameters[0], parameters[1], parameters[2], parameters[3], time);

    /// <inheritdoc/>
    public override double ProbabilityOfNone(ReadOnlySpan<double> parameters, double time)
    {
        var (r, alpha, s, beta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var stayed = -(r * Math.Log(alpha + time)) - (s * Math.Log(beta + time));
        var left = Math.Log(s) + Left(r, alpha, s, beta, 0, time, default);
        return Math.Exp((r * Math.Log(alpha)) + (s * Math.Log(beta)) + SpecialFunctions.LogAddExp(stayed, left));
    }

    /// <inheritdoc/>
    public override double ResidualIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double rate)
    {
        // E[λ] E[1 / (μ + δ)], the second as ∫ e^(−δt) (1 + t / (β + T))^(−s) dt with t = (β + T)(e^v − 1).
        var scale = parameters[3] + age;
        var s = parameters[2];
        var end = SpecialFunctions.LogOnePlus(45 / (rate * scale));
        var panels = Math.Max(2, (int)Math.Ceiling(end));
        var sum = 0.0;
        for (var p = 0; p < panels; p++)
        {
            sum += rule.Integrate(v => Math.Exp((-rate * scale * SpecialFunctions.ExpMinusOne(v)) + ((1 - s) * v)), end * p / panels, end * (p + 1) / panels);
        }

        return (parameters[0] + repeatCount) / (parameters[1] + age) * scale * sum;
    }

    internal override PurchaseHistory Simulate(double[] parameters, double age, Random random)
    {
        var rate = random.Gamma(parameters[0]) / parameters[1];
        var end = Math.Min(age, random.Exponential(random.Gamma(parameters[2]) / parameters[3]));
        var (x, last) = (0, 0.0);
        for (var time = random.Exponential(rate); time < end; time += random.Exponential(rate))
        {
            (x, last) = (x + 1, time);
        }

        return new(x, last, age);
    }

    internal override double[] Start(double meanAge, double rate)
    {
        const double shape = 0.6;
        return [shape, Math.Max(1e-6, shape / Math.Max(1e-9, rate)), 0.6, Math.Max(1e-3, meanAge / 3)];
    }

    private protected override double Scale(double[] parameters) => parameters[3];

    private protected override RowSum Prepare(double[] parameters, HistoryCell cell)
    {
        var (r, alpha, s, beta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var constants = Array.ConvertAll(
            cell.Counts, x => SpecialFunctions.LogGamma(r + x) - SpecialFunctions.LogGamma(r) + (r * Math.Log(alpha)) + (s * Math.Log(beta)));
        var digammas = Array.ConvertAll(cell.Counts, x => SpecialFunctions.Digamma(r + x) - SpecialFunctions.Digamma(r));
        var (logAlpha, logBeta, logS) = (Math.Log(alpha), Math.Log(beta), Math.Log(s));
        return (from, to, sums) =>
        {
            Span<double> means = stackalloc double[4];
            foreach (ref readonly var row in cell.Rows.AsSpan(from, to - from))
            {
                var shape = r + cell.Counts[row.Count];
                var (age, last, n) = (cell.Times[row.Age], cell.Times[row.Last], row.Customers);
                var (logPurchases, logLeaving) = (Math.Log(alpha + age), Math.Log(beta + age));
                var stayed = -(shape * logPurchases) - (s * logLeaving);
                var left = logS + Left(shape, alpha, s, beta, last, age, means);
                var share = double.IsNegativeInfinity(left) ? 0 : 1 / (1 + Math.Exp(stayed - left));
                var stay = 1 - share;
                sums[0] += n * (constants[row.Count] + SpecialFunctions.LogAddExp(stayed, left));
                sums[1] += n * r * (digammas[row.Count] + logAlpha - (stay * logPurchases) - (share * means[0]));
                sums[2] += n * (r - (alpha * shape * ((stay / (alpha + age)) + (share * means[1]))));
                sums[3] += n * s * (logBeta - (stay * logLeaving) + (share * ((1 / s) - means[2])));
                sums[4] += n * (s - (beta * ((stay * s / (beta + age)) + (share * (s + 1) * means[3]))));
            }
        };
    }

    private static double Expected(double shape, double scale, double s, double beta, double t)
    {
        if (!(t > 0))
        {
            return 0;
        }

        var log = SpecialFunctions.LogOnePlus(t / beta);
        var stay = Math.Abs(s - 1) < 1e-12 ? log : -SpecialFunctions.ExpMinusOne((1 - s) * log) / (s - 1);
        return shape / scale * beta * stay;
    }

    /// <summary>
    /// ln ∫ (α+τ)^−shape (β+τ)^−(s+1) dτ over the moments of leaving from the last purchase on; −∞ when there are none. With <paramref name="means"/>, also the
    /// means over those moments of ln(α+τ), 1/(α+τ), ln(β+τ), 1/(β+τ).
    /// </summary>
    private static double Left(double shape, double alpha, double s, double beta, double last, double age, Span<double> means)
    {
        means.Clear();
        if (!(age > last))
        {
            return double.NegativeInfinity;
        }

        // v = ln((α+τ)/(α+t_x)); what lies beyond 42 / (shape − 1) is less than rounding.
        var from = alpha + last;
        var logFrom = Math.Log(from);
        var end = SpecialFunctions.LogOnePlus((age - last) / from);
        end = shape > 1 ? Math.Min(end, 42 / (shape - 1)) : end;
        Span<double> exponents = stackalloc double[32];
        Span<double> others = stackalloc double[32];
        var high = double.NegativeInfinity;
        for (var i = 0; i < 32; i++)
        {
            var v = end * (rule.Nodes[i] + 1) / 2;
            others[i] = beta + last + (from * SpecialFunctions.ExpMinusOne(v));
            exponents[i] = ((1 - shape) * (logFrom + v)) - ((s + 1) * Math.Log(others[i]));
            high = Math.Max(high, exponents[i]);
        }

        var sum = 0.0;
        for (var i = 0; i < 32; i++)
        {
            var weight = rule.Weights[i] * Math.Exp(exponents[i] - high);
            sum += weight;
            if (means.Length > 0)
            {
                var v = end * (rule.Nodes[i] + 1) / 2;
                means[0] += weight * (logFrom + v);
                means[1] += weight * Math.Exp(-logFrom - v);
                means[2] += weight * Math.Log(others[i]);
                means[3] += weight / others[i];
            }
        }

        for (var i = 0; i < means.Length; i++)
        {
            means[i] /= sum;
        }

        return high + Math.Log(sum * end / 2);
    }
}
