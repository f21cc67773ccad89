using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>sBG and BdW, fitted from a file.</summary>
/// <param name="model">The model.</param>
public sealed class ContractKind(ContractSurvival model) : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<ContractKind>();

    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public string Title => model.Title;

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("period", "COLUMN", "Periods since the start: 0, 1, 2 …"),
        new("survivors", "COLUMN", "Customers (or their share) still there after each period"),
        new("customers", "N", "How many customers the first row stands for; with shares it makes them customers (default: as the file has them, 1000 for shares)"),
        new("tenure", "COLUMN", "Instead of survivors, one row per customer: periods the customer has stayed"),
        new("churned", "COLUMN", "Whether the customer has left: 1, true or yes"),
        new("horizon", "N", "How many periods ahead to predict") { Default = "5" },
        new("discount", "RATE", "Discount per period, for the expected residual lifetime") { Default = "0.1" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var (lives, said) = input.Text("tenure") is not null ? Tenures(input) : Survivors(input);
        var left = lives.Left.Sum();
        if (lives.Customers < 20 || left < 5 || lives.Left.Count(l => l > 0) < 2)
        {
            throw input.Unfit($"{lives.Customers:N0} customers, {left:N0} of whom left in {lives.Left.Count(l => l > 0)} period(s)", "at least 20 customers, 5 of whom left, over two periods or more", "Give more customers or a longer time");
        }

        var fit = model.Fit(lives);
        var (horizon, discount) = (input.Whole("horizon", 1, 10_000)!.Value, input.Number("discount", 0.0001, 10)!.Value);
        var at = lives.Left.Count;
        return new FitResult(Name, Title)
        {
            Conventions = [new("customers", said)],
            Parameters = PurchaseKind.Parameters(fit, ["leaving: alpha / (alpha + beta) leave in the first period on average", "leaving: alpha / (alpha + beta) leave in the first period on average", "above 1 customers leave sooner the longer they stay, below 1 later"]),
            Likelihood = new(fit.LogLikelihood, fit.Values.Length, (long)lives.Customers),
            Counts = [new("customers", lives.Customers, "customers at the start"), new("left", left, "customers who left"), new("periods", at, "periods observed")],
            Figures = fit.Identified
                ? [.. PurchaseKind.WithInterval(fit, "residual_lifetime", $"discounted periods to come of a customer who has stayed {at}", v => model.Residual(v, at, discount))]
                : [],
            Tables = fit.Identified ? [Survival(fit, lives, at + horizon)] : [],
            Warnings = fit.Identified ? [] : [$"the data do not tell {(fit.Unidentified.Count > 0 ? string.Join(", ", fit.Unidentified) : "the parameters")}, so no prediction is made"],
        };
    }

    private FitTable Survival(Estimates fit, ContractLives lives, int last)
    {
        var rows = new List<IReadOnlyList<object?>>();
        var there = lives.Customers;
        for (var t = 0; t <= last; t++)
        {
            var seen = t <= lives.Left.Count && lives.Staying.Take(Math.Max(0, t - 1)).All(s => s == 0);
            there -= t > 0 && t <= lives.Left.Count ? lives.Left[t - 1] : 0;
            var (expected, half) = (model.Survival(fit.Values, t), t == 0 ? 0 : Normal.NinetyFive * (fit.StandardErrorOf(v => Math.Log(model.Survival(v, t))) ?? 0));
            rows.Add([t, seen ? there / lives.Customers : null, expected, model.Retention(fit.Values, t), expected * Math.Exp(-half), Math.Min(1, expected * Math.Exp(half))]);
        }

        return new("survival", "Share of customers still there", ["period", "actual", "expected", "retention_next", "low95", "high95"], rows) { Shown = 40 };
    }

    private static (ContractLives Lives, string Said) Survivors(KindInput input)
    {
        var survivors = input.Session.Query<SurvivorRow>(Sql.Fill(
            "survivors", ("period", KindInput.NumberOf(input.Column("period") ?? throw Missing(input, "period"))),
            ("survivors", KindInput.NumberOf(input.Column("survivors") ?? throw Missing(input, "survivors"))), ("table", input.Table)), null, input.Cancellation);
        if (survivors.Count < 3 || survivors[0].Survivors <= 0 || survivors.Zip(survivors.Skip(1)).Any(p => p.Second.Survivors > p.First.Survivors + 1e-9))
        {
            throw input.Unfit("survivors that rise, or fewer than three rows", "customers at the start (period 0), and never more after each period", "Check the columns");
        }

        var start = survivors[0].Survivors;
        var isShare = start is 1 or 100;
        var customers = input.Number("customers", 1) ?? (isShare ? 1000 : start);
        return (ContractLives.OfSurvivors([.. survivors.Select(s => Math.Round(s.Survivors / start * customers, 9))]), isShare ? $"shares of {customers:0} customers" : "as the file has them");
    }

    private static (ContractLives Lives, string Said) Tenures(KindInput input)
    {
        var rows = input.Session.Query<TenureRow>(Sql.Fill(
            "tenures", ("tenure", KindInput.NumberOf(input.Column("tenure")!)),
            ("left", Sql.Fill("is_true", ("column", SqlName.Quote(input.Column("churned") ?? throw Missing(input, "churned")))).Trim()), ("table", input.Table)), null, input.Cancellation);
        var last = rows.Count == 0 ? 1 : rows.Max(r => r.Period);
        var (left, staying) = (new double[last], new double[last]);
        foreach (var row in rows)
        {
            (left[row.Period - 1], staying[row.Period - 1]) = (row.Lost, row.Staying);
        }

        return (new(left, staying), "one row each; those who left count in the period they left in, the others stayed all their periods");
    }

    private static Warehouse.CrmException Missing(KindInput input, string option)
        => input.Wrong(option, "nothing", $"--{option} COLUMN, one of {string.Join(", ", input.Columns)}");

    private sealed record SurvivorRow(double Period, double Survivors);

    private sealed record TenureRow(int Period, double Lost, double Staying);
}
