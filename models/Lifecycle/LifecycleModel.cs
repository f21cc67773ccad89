using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Lifecycle;

/// <summary>
/// Stages of customers in the star, for the newest day and past month ends, each with the stage at the snapshot before. Every known customer is in exactly one
/// stage; what a snapshot tells stands only on facts dated up to its day.
/// </summary>
public sealed class LifecycleModel : IStarModel
{
    private static readonly SqlFile Sql = SqlFile.Beside<LifecycleModel>();

    /// <inheritdoc/>
    public string Name => "lifecycle";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_customer"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.Lifecycle;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (LifecycleSettings)input.Settings);
        session.Execute(Sql.Fill("days", ("filter", settings.Filter ?? "true")), null, input.Cancellation);
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        session.Execute(Sql.Fill("known"), null, input.Cancellation);
        session.Execute(Sql.Fill("table"));
        var days = session.Query<DateOnly>(Sql.Fill("snapshots"), new { newest, month_ends = settings.MonthEnds });
        DateOnly? previous = null;
        foreach (var day in days)
        {
            session.Execute(Sql.Fill("stages"), new { day, previous, period = settings.PeriodDays }, input.Cancellation);
            previous = day;
        }

        // One month end more than asked is staged, so that the oldest stored one has a stage before it too.
        session.Execute(Sql.Fill("rows"), new { stored_from = days[^Math.Min(days.Count, settings.MonthEnds + 1)] }, input.Cancellation);
        var changed = ScoreTable.Write(input, "lifecycle", "snapshot_date", "customer_key");
        var (members, span) = session.Query<(long, int)>(Sql.Fill("state"), new { newest })[0];
        session.Execute(Sql.Fill("forget"));
        return new StarOutcome(newest, changed, members, span < 2 * settings.PeriodDays
            ? [$"the sales span {span} days; growing, declining, dormant and lost need two periods of {settings.PeriodDays} days"] : []);
    }
}
