using System.Globalization;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// Who buys or gives at given occasions, as every month or year: BG/BB fitted to the sales of the star, <c>star.score_occasion</c>. An occasion that is not over yet does
/// not count. The error is that of a second fit to the first two thirds of the occasions, on the last third.
/// </summary>
public sealed class OccasionModel : IStarModel
{
    private const int FewestCustomers = 30;
    private const int FewestRepeaters = 10;

    private static readonly SqlFile Sql = SqlFile.Beside<OccasionModel>();

    /// <inheritdoc/>
    public string Name => "occasions";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_customer"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Occasions;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (OccasionSettings)input.Settings);
        var filter = settings.Filter is { } condition ? $"({condition})" : "true";
        if (session.Scalar<DateOnly?>(Sql.Fill("newest", ("filter", filter))) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        var (snapshot, last) = Last(session, settings.Unit, newest, settings.CalibrationEnd);
        var holdout = Holdout(input, filter, last);
        var groups = Groups(input, filter, last, last);
        var fit = Lack(groups, settings.Unit) is null ? BgBb.Fit(Histories(groups)) : null;
        ScoreTable.Empty(session, input.Catalogue, "occasion");
        if (fit is { Identified: true })
        {
            session.Execute(Sql.Fill("rows", ("unit", settings.Unit)), new { predictions = ScoreTable.Json(Predictions(fit, groups, settings)), snapshot }, input.Cancellation);
        }

        var changed = ScoreTable.WriteMonth(input, "occasion", snapshot, "customer_key");
        ModelChecks.Write(session, input.Catalogue, Name, snapshot, holdout, input.Run);
        session.Execute(Sql.Fill("forget"));
        var notes = (string?[])[Lack(groups, settings.Unit), fit is { Identified: false } ? FittedFigures.Untold(fit) : null];
        return new(snapshot, changed, fit is { Identified: true } ? (long)groups.Sum(g => g.Customers) : 0, [.. notes.OfType<string>()]) { Quality = Quality(fit, groups, holdout) };
    }

    private static (DateOnly Snapshot, int Occasion) Last(ISession session, string unit, DateOnly newest, DateOnly? given)
    {
        var length = Sql.Fill(unit == "quarter" ? "length_quarter" : "length", ("unit", unit)).Trim();
        var row = session.Query<LastRow>(Sql.Fill("last", ("unit", unit), ("length", length)), new { newest, given })[0];
        return (row.Snapshot, row.Occasion);
    }

    private static IReadOnlyList<Group> Groups(StarInput input, string filter, int last, int observed)
    {
        input.Session.Execute(Sql.Fill("customers", ("unit", ((OccasionSettings)input.Settings).Unit), ("filter", filter)), new { last, observed }, input.Cancellation);
        return input.Session.Query<Group>(Sql.Fill("groups"), null, input.Cancellation);
    }

    private static OccasionHistory[] Histories(IReadOnlyList<Group> groups)
        => [.. groups.GroupBy(g => (g.RepeatCount, g.LastOccasion, g.Occasions)).Select(g => new OccasionHistory(g.Key.RepeatCount, g.Key.LastOccasion, g.Key.Occasions, g.Sum(r => r.Customers)))];

    private static string? Lack(IReadOnlyList<Group> groups, string unit)
    {
        var (customers, repeaters) = (groups.Sum(g => g.Customers), groups.Where(g => g.RepeatCount > 0).Sum(g => g.Customers));
        return customers < FewestCustomers || repeaters < FewestRepeaters
            ? string.Create(CultureInfo.InvariantCulture, $"no scores: {customers:0} customers, {repeaters:0} of whom bought in another {unit} than their first; at least {FewestCustomers} and {FewestRepeaters} are needed")
            : groups.Max(g => g.Occasions) < 3
                ? string.Create(CultureInfo.InvariantCulture, $"no scores: {groups.Max(g => g.Occasions)} whole {unit}s after the first purchases; at least 3 are needed, or a shorter unit")
                : null;
    }

    private static IEnumerable<object> Predictions(Estimates fit, IReadOnlyList<Group> groups, OccasionSettings settings)
    {
        var perYear = settings.Unit switch { "week" => 52, "month" => 12, "quarter" => 4, _ => 1 };
        var discount = Math.Pow(1 + settings.DiscountRate, 1.0 / perYear) - 1;
        return Histories(groups).AsParallel().AsOrdered().Select(history =>
        {
            var (low, high) = FittedFigures.OfProbability(fit, v => BgBb.ProbabilityAlive(v, history));
            var (least, most) = FittedFigures.OfPositive(fit, v => BgBb.ExpectedPurchases(v, history, settings.Horizon));
            return new
            {
                history.RepeatCount,
                history.LastOccasion,
                history.Occasions,
                Alive = BgBb.ProbabilityAlive(fit.Values, history),
                AliveLow = low,
                AliveHigh = high,
                Expected = BgBb.ExpectedPurchases(fit.Values, history, settings.Horizon),
                ExpectedLow = least,
                ExpectedHigh = most,
                Discounted = BgBb.ExpectedPurchases(fit.Values, history, settings.Horizon, discount),
            };
        }).ToList();
    }

    // By repeat purchases: what a fit to the first two thirds expected of the last third, and what was.
    private static IReadOnlyList<CheckPoint> Holdout(StarInput input, string filter, int last)
    {
        var all = Groups(input, filter, last, last);
        var length = all.Count == 0 ? 0 : all.Max(g => g.Occasions) / 3;
        if (length == 0)
        {
            return [];
        }

        var earlier = Groups(input, filter, last - length, last);
        if (Lack(earlier, "unit") is not null || BgBb.Fit(Histories(earlier)) is not { Identified: true } fit)
        {
            return [];
        }

        return
        [
            .. earlier.GroupBy(g => Math.Min(7, g.RepeatCount)).OrderBy(g => g.Key).Select(g => new CheckPoint(
                "holdout", g.Key == 7 ? "7+" : g.Key.ToString(CultureInfo.InvariantCulture), g.Sum(r => r.Customers * BgBb.ExpectedPurchases(fit.Values, r.History, length)) / g.Sum(r => r.Customers),
                g.Sum(r => r.Customers * r.Later) / g.Sum(r => r.Customers), g.Sum(r => r.Customers))),
        ];
    }

    private static Dictionary<string, double?> Quality(Estimates? fit, IReadOnlyList<Group> groups, IReadOnlyList<CheckPoint> holdout)
    {
        var quality = fit is null ? [] : FittedFigures.Of(fit, groups.Sum(g => g.Customers));
        var (expected, actual) = (holdout.Sum(p => p.Members * p.Expected!.Value), holdout.Sum(p => p.Members * p.Actual!.Value));
        quality["holdout_bias_percent"] = holdout.Count > 0 && actual > 0 ? FittedFigures.Rounded(100 * ((expected / actual) - 1)) : null;
        return quality;
    }

    private sealed record LastRow(DateOnly Snapshot, int Occasion);

    private sealed record Group(int RepeatCount, int LastOccasion, int Occasions, int Later, double Customers)
    {
        public OccasionHistory History => new(RepeatCount, LastOccasion, Occasions);
    }
}
