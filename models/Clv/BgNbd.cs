using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// BG/NBD: purchases at a gamma rate, and after each one the customer leaves with a beta probability (Fader, Hardie and Lee 2005). MBG/NBD, the modified
/// one, lets customers leave right after the first purchase too (Batislam, Denizel and Filiztekin 2007). Parameters r, α (rate) and a, b (leaving).
/// </summary>
public sealed class BgNbd : PurchaseModel
{
    private readonly int extra;

    private BgNbd(int extra) => this.extra = extra;

    /// <summary>BG/NBD.</summary>
    public static BgNbd Plain { get; } = new(0);

    /// <summary>MBG/NBD.</summary>
    public static BgNbd Modified { get; } = new(1);

    /// <inheritdoc/>
    public override string Name => extra == 0 ? "bgnbd" : "mbgnbd";

    /// <inheritdoc/>
    public override string Title => extra == 0
        ? "BG/NBD: when customers buy again and when they leave (Fader, Hardie and Lee 2005)"
        : "MBG/NBD: as BG/NBD, but customers may leave right after the first purchase (Batislam, Denizel and Filiztekin 2007)";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Parameters { get; } = ["r", "alpha", "a", "b"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Meanings { get; } =
    [
        "shape of the purchase rate: the smaller, the more customers differ", "scale of the purchase rate: r / alpha purchases per unit of time on average",
        "leaving after a purchase: a / (a + b) on average", "leaving after a purchase: a / (a + b) on average",
    ];

    internal override IReadOnlyList<(int Parameter, int Sign)> OfPurchasing { get; } = [(1, -1)];

    internal override IReadOnlyList<(int Parameter, int Sign)> OfLeaving { get; } = [(2, 1), (3, 1)];

    /// <inheritdoc/>
    public override double ProbabilityAlive(ReadOnlySpan<double> parameters, in PurchaseHistory history)
    {
        var (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var x = history.RepeatCount;
        if (x + extra == 0)
        {
            return 1;
        }

        var log = Math.Log(a / (b + x - 1 + extra)) + ((r + x) * SpecialFunctions.LogOnePlus((history.CustomerAge - history.LastPurchaseAge) / (alpha + history.LastPurchaseAge)));
        return log > 700 ? 0 : 1 / (1 + Math.Exp(log));
    }

    /// <inheritdoc/>
    public override double ExpectedIfAlive(ReadOnlySpan<double> parameters, int repeatCount, double age, double horizon)
        => BetaGeometric.Expected(parameters[0] + repeatCount, parameters[1] + age, parameters[2], parameters[3] + repeatCount + extra, horizon);

    /// <inheritdoc/>
    public override double ExpectedOfNew(ReadOnlySpan<double> parameters, double time)
    {
        var (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var stays = extra == 0 ? 1 : b / (a + b);
        return stays * BetaGeometric.Expected(r, alpha, a, b + extra, time);
    }

    /// <inheritdoc/>
    public override double ProbabilityOfNone(ReadOnlySpan<double> parameters, double time)
    {
        var (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var none = Math.Exp(-r * SpecialFunctions.LogOnePlus(time / alpha));
        return extra == 0 ? none : ((b * none) + a) / (a + b);
    }

    internal override PurchaseHistory Simulate(double[] parameters, double age, Random random)
    {
        var (rate, leaving) = (random.Gamma(parameters[0]) / parameters[1], random.Beta(parameters[2], parameters[3]));
        var (x, last) = (0, 0.0);
        var left = extra > 0 && random.NextDouble() < leaving;
        for (var time = random.Exponential(rate); time < age && !left; time += random.Exponential(rate))
        {
            (x, last) = (x + 1, time);
            left = random.NextDouble() < leaving;
        }

        return new(x, last, age);
    }

    internal override double[] Start(double meanAge, double rate)
    {
        const double shape = 0.5;
        return [shape, Math.Max(1e-6, shape / Math.Max(1e-9, rate)), 0.7, 2.5];
    }

    private protected override double Scale(double[] parameters) => parameters[1];

    private protected override RowSum Prepare(double[] parameters, HistoryCell cell)
    {
        var (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var byCount = Array.ConvertAll(cell.Counts, x => new OfCount(x, extra, r, a, b));
        var logs = Array.ConvertAll(cell.Times, t => Math.Log(alpha + t));
        var inverses = Array.ConvertAll(cell.Times, t => 1 / (alpha + t));
        var logAlpha = Math.Log(alpha);
        return (from, to, sums) =>
        {
            var rows = cell.Rows.AsSpan(from, to - from);
            foreach (ref readonly var row in rows)
            {
                ref readonly var count = ref byCount[row.Count];
                var (logAge, logLast) = (logs[row.Age], logs[row.Last]);

                // The larger of the two cases taken out, their sum is 1 + e^difference.
                var stayed = -count.Shape * logAge;
                var left = count.LogLeaving - (count.Shape * logLast);
                var (high, odds) = left > stayed ? (left, Math.Exp(stayed - left)) : (stayed, Math.Exp(left - stayed));
                var share = left > stayed ? 1 / (1 + odds) : odds / (1 + odds);
                var n = row.Customers;
                sums[0] += n * (count.Constant + (r * logAlpha) + high + Math.Log(1 + odds));
                sums[1] += n * r * (count.ByR + logAlpha - (((1 - share) * logAge) + (share * logLast)));
                sums[2] += n * (r - (alpha * count.Shape * (((1 - share) * inverses[row.Age]) + (share * inverses[row.Last]))));
                sums[3] += n * a * (count.ByA + (share / a));
                sums[4] += n * b * (count.ByB - (share * count.InverseLeaving));
            }
        };
    }

    /// <summary>What the likelihood needs of a repeat count.</summary>
    private readonly struct OfCount
    {
        public OfCount(int x, int extra, double r, double a, double b)
        {
            var k = x + extra;
            Shape = r + x;
            Constant = SpecialFunctions.LogGamma(r + x) - SpecialFunctions.LogGamma(r) + SpecialFunctions.LogBeta(a, b + k) - SpecialFunctions.LogBeta(a, b);
            LogLeaving = k == 0 ? double.NegativeInfinity : Math.Log(a / (b + k - 1));
            InverseLeaving = k == 0 ? 0 : 1 / (b + k - 1);
            ByR = SpecialFunctions.Digamma(r + x) - SpecialFunctions.Digamma(r);
            ByA = SpecialFunctions.Digamma(a + b) - SpecialFunctions.Digamma(a + b + k);
            ByB = ByA + SpecialFunctions.Digamma(b + k) - SpecialFunctions.Digamma(b);
        }

        public double Shape { get; }

        public double Constant { get; }

        public double LogLeaving { get; }

        public double InverseLeaving { get; }

        public double ByR { get; }

        public double ByA { get; }

        public double ByB { get; }
    }
}
