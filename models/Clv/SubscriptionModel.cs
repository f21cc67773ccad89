using System.Globalization;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// How long customers under contract stay: sBG and BdW fitted to when customers came and left, <c>star.score_subscription</c> of those still there. A contract begins with
/// <c>acquired_at</c>, or with the first order where that is earlier or nothing else is known. The error is that of a second fit, to what was known when two thirds of the
/// time had passed.
/// </summary>
public sealed class SubscriptionModel : IStarModel
{
    private const int FewestCustomers = 30;
    private const int FewestLeavers = 10;

    private static readonly SqlFile Sql = SqlFile.Beside<SubscriptionModel>();

    /// <inheritdoc/>
    public string Name => "subscriptions";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_customer"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Subscriptions;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (SubscriptionSettings)input.Settings);
        var span = session.Query<Span>(Sql.Fill("span"), null, input.Cancellation)[0];
        if ((span.NewestSale ?? span.NewestLeaving ?? span.NewestComing) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        var byContract = settings.Definition == "contract" || (settings.Definition == "auto" && span.Leavers > 0);
        Lives(input, "subscription_life", newest, byContract);
        var groups = session.Query<Group>(Sql.Fill("groups"), null, input.Cancellation);
        var lack = byContract && span.Leavers == 0
            ? "no scores: no customer has a day of leaving (left_at), so nothing tells who is under contract; `definition: buying` takes a long silence for leaving, and lifetime_value asks who left silently"
            : Lack(groups);
        var (model, fit) = lack is null ? Best(settings.Model, LivesOf(groups)) : (null, null);
        ScoreTable.Empty(session, input.Catalogue, "subscription");
        if (fit is { Identified: true })
        {
            var predictions = ScoreTable.Json(Predictions(model!, fit, groups, settings));
            session.Execute(Sql.Fill("rows", ("unit", settings.Unit)), new { predictions, snapshot = newest, model = model!.Name }, input.Cancellation);
        }

        var changed = ScoreTable.WriteMonth(input, "subscription", newest, "customer_key");
        var (holdout, bias) = fit is { Identified: true } ? Holdout(input, newest, byContract) : ([], null);
        ModelChecks.Write(session, input.Catalogue, Name, newest, [.. fit is { Identified: true } ? Curve(model!, fit, groups) : [], .. holdout], input.Run);
        string?[] notes =
        [
            lack, fit is { Identified: false } ? FittedFigures.Untold(fit) : null, Silence(byContract, settings),
            session.Scalar<long>(Sql.Fill("contradictory")) is > 0 and var odd ? $"{odd:N0} customers left before they came, by their dates; they are left out" : null,
        ];
        session.Execute(Sql.Fill("forget"));
        var quality = fit is null ? [] : FittedFigures.Of(fit, groups.Sum(g => g.Lost + g.Staying));
        quality["left"] = groups.Sum(g => g.Lost);
        quality["holdout_bias_percent"] = bias;
        return new(newest, changed, fit is { Identified: true } ? (long)groups.Sum(g => g.Staying) : 0, [.. notes.OfType<string>()]) { Quality = quality };
    }

    private static string? Silence(bool byContract, SubscriptionSettings settings)
        => byContract ? null : $"no contract tells who left: customers without an order for {settings.SilenceDays} days count as having left after their last one";

    private static void Lives(StarInput input, string table, DateOnly day, bool byContract)
    {
        var settings = (SubscriptionSettings)input.Settings;
        input.Session.Execute(Sql.Fill("lives", ("life", table), ("unit", settings.Unit)), new { day, by_contract = byContract, silence = settings.SilenceDays }, input.Cancellation);
    }

    // Who stayed no whole unit yet tells nothing.
    private static ContractLives LivesOf(IReadOnlyList<Group> groups)
    {
        var last = Math.Max(1, groups.Max(g => g.Periods));
        var (left, staying) = (new double[last], new double[last]);
        foreach (var group in groups.Where(g => g.Periods > 0))
        {
            (left[group.Periods - 1], staying[group.Periods - 1]) = (group.Lost, group.Staying);
        }

        return new(left, staying);
    }

    private static string? Lack(IReadOnlyList<Group> groups)
    {
        var known = groups.Where(g => g.Periods > 0).ToList();
        var (customers, left) = (known.Sum(g => g.Lost + g.Staying), known.Sum(g => g.Lost));
        return customers < FewestCustomers || left < FewestLeavers || known.Count(g => g.Lost > 0) < 2
            ? string.Create(CultureInfo.InvariantCulture, $"no scores: {customers:0} customers, {left:0} of whom left, in {known.Count(g => g.Lost > 0)} different units of their contracts; at least {FewestCustomers}, {FewestLeavers} and 2 are needed")
            : customers == left ? "no scores: everybody has left" : null;
    }

    private static (ContractSurvival Model, Estimates Fit) Best(string wanted, ContractLives lives)
    {
        var fits = new[] { ContractSurvival.ShiftedBetaGeometric, ContractSurvival.BetaDiscreteWeibull }.Where(m => wanted == "best" || m.Name == wanted).Select(m => (Model: m, Fit: m.Fit(lives))).ToList();
        return fits.OrderBy(f => !f.Fit.Identified).ThenBy(f => (2 * f.Fit.Values.Length) - (2 * f.Fit.LogLikelihood)).First();
    }

    private static IEnumerable<object> Predictions(ContractSurvival model, Estimates fit, IReadOnlyList<Group> groups, SubscriptionSettings settings)
    {
        var perYear = settings.Unit switch { "week" => 52, "month" => 12, "quarter" => 4, _ => 1 };

        // Without a discount the sum need not end; a millionth a unit ends it.
        var discount = Math.Max(1e-6, Math.Pow(1 + settings.DiscountRate, 1.0 / perYear) - 1);
        return groups.Where(g => g.Staying > 0).AsParallel().AsOrdered().Select(group =>
        {
            var at = group.Periods;
            double Expected(double[] v) => Enumerable.Range(1, settings.Horizon).Sum(h => model.Survival(v, at + h)) / model.Survival(v, at);
            var (low, high) = FittedFigures.OfProbability(fit, v => model.Retention(v, at));
            var (least, most) = FittedFigures.OfPositive(fit, Expected);
            var (fewest, longest) = FittedFigures.OfPositive(fit, v => model.Residual(v, at, discount));
            return new
            {
                Periods = at,
                Retention = model.Retention(fit.Values, at),
                RetentionLow = low,
                RetentionHigh = high,
                Survival = model.Survival(fit.Values, at + settings.Horizon) / model.Survival(fit.Values, at),
                Expected = Expected(fit.Values),
                ExpectedLow = least,
                ExpectedHigh = most,
                Residual = model.Residual(fit.Values, at, discount),
                ResidualLow = fewest,
                ResidualHigh = longest,
            };
        }).ToList();
    }

    // The curve of survival beside the share that stayed, of those who could have (Kaplan and Meier 1958).
    private static IEnumerable<CheckPoint> Curve(ContractSurvival model, Estimates fit, IReadOnlyList<Group> groups)
    {
        var stayed = 1.0;
        for (var t = 1; t <= Math.Min(60, groups.Max(g => g.Periods)); t++)
        {
            // At risk in a unit: those who left in it or later, and those who have stayed it through.
            var exposed = groups.Where(g => g.Periods >= t).Sum(g => g.Lost + g.Staying);
            stayed *= exposed > 0 ? 1 - (groups.Where(g => g.Periods == t).Sum(g => g.Lost) / exposed) : 1;
            yield return new("survival", t.ToString(CultureInfo.InvariantCulture), model.Survival(fit.Values, t), stayed, exposed);
        }
    }

    private static (IReadOnlyList<CheckPoint> Points, double? BiasPercent) Holdout(StarInput input, DateOnly newest, bool byContract)
    {
        var session = input.Session;
        var settings = (SubscriptionSettings)input.Settings;
        var units = session.Query<Group>(Sql.Fill("groups"), null, input.Cancellation).Max(g => g.Periods);
        var days = settings.Unit switch { "week" => 7, "month" => 30, "quarter" => 91, _ => 365 };
        Lives(input, "subscription_earlier", newest.AddDays(-Math.Max(1, units / 3) * days), byContract);
        var groups = session.Query<Group>(Sql.Fill("earlier_groups"), null, input.Cancellation);
        if (groups.Count == 0 || Lack(groups) is not null)
        {
            return ([], null);
        }

        var (model, fit) = Best(settings.Model, LivesOf(groups));
        var later = session.Query<Later>(Sql.Fill("earlier", ("unit", settings.Unit)), new { day = newest }, input.Cancellation);
        if (!fit.Identified || later.Count == 0)
        {
            return ([], null);
        }

        double Expected(IEnumerable<Later> rows) => rows.Sum(r => r.Customers * model.Survival(fit.Values, r.LaterPeriods) / model.Survival(fit.Values, r.Periods));
        var points = later.GroupBy(r => Math.Min(12, r.Periods)).OrderBy(g => g.Key).Select(g => new CheckPoint(
            "holdout", g.Key == 12 ? "12+" : g.Key.ToString(CultureInfo.InvariantCulture), Expected(g) / g.Sum(r => r.Customers), g.Sum(r => r.Stayed) / g.Sum(r => r.Customers), g.Sum(r => r.Customers)));
        var actual = later.Sum(r => r.Stayed);
        return ([.. points], actual > 0 ? FittedFigures.Rounded(100 * ((Expected(later) / actual) - 1)) : null);
    }

    private sealed record Span(DateOnly? NewestSale, long Leavers, DateOnly? NewestLeaving, DateOnly? NewestComing);

    private sealed record Group(int Periods, double Lost, double Staying);

    private sealed record Later(int Periods, int LaterPeriods, double Customers, double Stayed);
}
