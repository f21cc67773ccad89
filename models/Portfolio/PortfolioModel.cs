using System.Globalization;
using Crm.Analytics.Models.Costs;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Portfolio;

/// <summary>
/// Who brings the value, in the star: ABC classes of customers and products, concentration, profit after costs, gold customers, growth potential, value and loyalty;
/// for the newest day and past month ends, each over the window of days up to it.
/// </summary>
public sealed class PortfolioModel : IStarModel
{
    private const long Few = 20;

    private static readonly SqlFile Sql = SqlFile.Beside<PortfolioModel>();

    /// <inheritdoc/>
    public string Name => "portfolio";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_product", .. CustomerCosts.Reads];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.Portfolio;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (PortfolioSettings)input.Settings);
        session.Execute(Sql.Fill("sales", ("filter", settings.Filter ?? "true")));
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            session.Execute(Sql.Fill("drop_sales"));
            return StarOutcome.Nothing;
        }

        CustomerCosts.Prepare(session, input.Cancellation);
        session.Execute(Sql.Fill("tables"));
        foreach (var day in session.Query<DateOnly>(Sql.Fill("snapshots"), new { newest, month_ends = settings.MonthEnds }))
        {
            ScoreAt(session, settings, day, input.Cancellation);
        }

        session.Execute(Sql.Fill("rows"), null, input.Cancellation);
        var changed = ScoreTable.Write(input, "portfolio", "snapshot_date", "customer_key") + ScoreTable.Write(input, "product_value", "snapshot_date", "product_key")
            + ScoreTable.Write(input, "concentration", "snapshot_date", "subject");
        var state = session.Query<State>(Sql.Fill("state"), new { newest })[0];
        session.Execute(Sql.Fill("forget"));
        session.Execute(Sql.Fill("drop_sales"));
        CustomerCosts.Forget(session);
        return new StarOutcome(newest, changed, state.Members, [.. Notes(state)])
        {
            Quality = new Dictionary<string, double?> { ["gini"] = state.Gini, ["share_with_cost"] = state.ShareWithCost, ["share_with_category"] = state.ShareWithCategory },
        };
    }

    private static void ScoreAt(ISession session, PortfolioSettings settings, DateOnly day, CancellationToken cancellation)
    {
        (string, string)[] shares =
        [
            ("a", settings.A.ToString("0.####", CultureInfo.InvariantCulture)), ("b", settings.B.ToString("0.####", CultureInfo.InvariantCulture)),
            ("value", Sql.Fill(settings.Value).Trim()),
        ];
        var window = new { day, from = day.AddDays(1 - settings.WindowDays), quarter_days = Math.Max(1, (settings.WindowDays + 3) / 4) };
        session.Execute(Sql.Fill("customers"), window, cancellation);
        session.Execute(Sql.Fill("growth"), window, cancellation);
        session.Execute(Sql.Fill("place_customers", shares), new { day }, cancellation);
        session.Execute(Sql.Fill("products"), window, cancellation);
        session.Execute(Sql.Fill("place_products", shares), new { day }, cancellation);
        session.Execute(Sql.Fill("concentration", [("subject", "customers"), ("member", "portfolio_placed"), .. shares]), new { day }, cancellation);
        session.Execute(Sql.Fill("concentration", [("subject", "products"), ("member", "product_placed"), .. shares]), new { day }, cancellation);
    }

    private static IEnumerable<string> Notes(State state)
    {
        if (state.Members < Few)
        {
            yield return $"only {state.Members} customers: classes of so few say little";
        }

        if (state.ShareWithCost is null or 0)
        {
            yield return "no profit: no line of the sales has a cost";
        }
        else if (state.ShareWithCost < 0.95)
        {
            yield return FormattableString.Invariant($"profit stands on {state.ShareWithCost:0%} of the revenue: the other lines have no cost and count as costing nothing");
        }

        if (state.ShareWithCategory is null or 0)
        {
            yield return "no growth potential: no product has a category";
        }
    }

    private sealed record State(long Members, double? Gini, double? ShareWithCost, double? ShareWithCategory);
}
