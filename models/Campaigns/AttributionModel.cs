using System.Globalization;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Campaigns;

/// <summary>
/// What orders are owed to, in the star: contacts by campaigns, visits on the web and interactions that the customer began, up to a lookback before the order, by
/// six rules, once by channel and once by campaign. Values of each rule sum to those of all orders of known customers.
/// </summary>
public sealed class AttributionModel : IStarModel
{
    private const string Untouched = "(no touch)";

    private static readonly SqlFile Sql = SqlFile.Beside<AttributionModel>();

    /// <inheritdoc/>
    public string Name => "attribution";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.fact_campaign_contact", "star.fact_web_event", "star.fact_interaction", "star.dim_channel", "star.dim_campaign"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.Attribution;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (AttributionSettings)input.Settings);
        session.Execute(Sql.Fill("orders", ("filter", settings.Filter ?? "true")), null, input.Cancellation);
        var newest = session.Scalar<DateOnly?>(Sql.Fill("newest"));
        List<AttributionRow> rows = [];
        List<string> notes = [];
        if (newest is not null)
        {
            foreach (var by in (string[])["channel", "campaign"])
            {
                var paths = PathsOf(session, by, settings, input.Cancellation);
                rows.AddRange(RowsOf(by, paths));
                notes.AddRange(NotesOf(by, paths));
            }
        }

        session.Execute(Sql.Fill("rows"), new { newest, rows = ScoreTable.Json(rows) });
        var changed = ScoreTable.Write(input, "attribution", "snapshot_date", "touch_by", "touch", "rule");
        session.Execute(Sql.Fill("forget"));
        return new StarOutcome(newest, changed, rows.Count, notes);
    }

    private static AttributionPaths PathsOf(ISession session, string by, AttributionSettings settings, CancellationToken cancellation)
    {
        var paths = new AttributionPaths(settings.LookbackDays * 86_400.0, settings.HalfLifeDays * 86_400.0);
        session.Stream(Sql.Fill("touches", ("touch", Sql.Fill(by).Trim())), null, r =>
        {
            var (who, at) = (r.GetInt32(0).ToString(CultureInfo.InvariantCulture), r.GetDouble(1));
            if (r.IsDBNull(3))
            {
                paths.Touch(who, at, r.GetString(2));
            }
            else
            {
                paths.Convert(who, at, r.GetDouble(3));
            }
        }, cancellation);
        paths.End();
        return paths;
    }

    private static IEnumerable<AttributionRow> RowsOf(string by, AttributionPaths paths)
    {
        if (paths.Conversions == 0)
        {
            yield break;
        }

        foreach (var share in paths.Shares())
        {
            yield return Row("first", share.First);
            yield return Row("last", share.Last);
            yield return Row("linear", share.Linear);
            yield return Row("time_decay", share.TimeDecay);
            yield return Row("position", share.Position);
            yield return Row("markov", share.Markov) with { RemovalEffect = share.RemovalEffect };

            AttributionRow Row(string rule, Credit credit)
                => new(by, share.Channel, rule, share.Touches, credit.Conversions, credit.Value, paths.Value > 0 ? credit.Value / paths.Value : null, null);
        }

        foreach (var rule in (string[])["first", "last", "linear", "time_decay", "position", "markov"])
        {
            yield return new(by, Untouched, rule, 0, paths.UntouchedConversions, paths.UntouchedValue, null, null);
        }
    }

    private static IEnumerable<string> NotesOf(string by, AttributionPaths paths)
    {
        if (paths.Conversions == 0)
        {
            yield return $"by {by}: no order was touched, so nothing can be attributed";
        }
        else if (paths.Conversions < UpliftMeasure.Few)
        {
            yield return $"by {by}: only {paths.Conversions} orders were touched; the shares are mostly chance";
        }
    }

    // Named as the columns are, in the style of the language.
    private sealed record AttributionRow(
        string TouchBy, string Touch, string Rule, long Touches, double Conversions, double Value, double? Share, double? RemovalEffect);
}
