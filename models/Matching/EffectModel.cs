using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Matching;

/// <summary>
/// What a complaint, and what joining the loyalty programme, does to the spend afterwards, in the star: customers it happened to in a time, beside others who
/// were alike before that time (fifths of spend, bands of orders, thirds of the days since the last order). Where nobody can be compared, the verdict says why.
/// </summary>
public sealed class EffectModel : IStarModel
{
    private const int Few = 30;

    private static readonly SqlFile Sql = SqlFile.Beside<EffectModel>();

    /// <inheritdoc/>
    public string Name => "effects";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.fact_support_case", "star.fact_loyalty_entry"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.Effects;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (EffectSettings)input.Settings);
        if (session.Query<Span>(Sql.Fill("span"), null, input.Cancellation)[0] is not { Newest: { } newest, Oldest: { } oldest })
        {
            return StarOutcome.Nothing;
        }

        var observed = newest.AddDays(1 - settings.HorizonDays);
        var exposed = observed.AddDays(-settings.ExposureDays);
        List<EffectRow> rows = [];
        foreach (var question in (string[])["complaint", "membership"])
        {
            if (session.Scalar<long>(Sql.Fill($"{question}_count"), null, input.Cancellation) > 0)
            {
                rows.Add(Ask(session, question, new { exposed, observed, newest }, oldest < exposed, settings, exposed, observed, input.Cancellation));
            }
        }

        session.Execute(Sql.Fill("rows"), new { newest, rows = ScoreTable.Json(rows) });
        var changed = ScoreTable.Write(input, "effect", "snapshot_date", "question");
        session.Execute(Sql.Fill("forget"));
        return new StarOutcome(newest, changed, rows.Count, rows.Count == 0 ? ["nothing to compare: there are neither complaints nor entries of loyalty accounts"] : [
            .. rows.Where(r => r.Effect is null).Select(r => $"{r.Question}: {r.Verdict}"), .. rows.Where(r => r.Effect is not null).Select(r => $"{r.Question}: {r.Note}"),
        ]);
    }

    private static EffectRow Ask(
        ISession session, string question, object days, bool isLongEnough, EffectSettings settings, DateOnly exposed, DateOnly observed, CancellationToken cancellation)
    {
        var outcome = $"spend of {settings.HorizonDays} days";
        if (!isLongEnough)
        {
            return new(question, outcome, 0, 0, 0, null, null, null, null, null, exposed, observed,
                $"cannot be told: the sales begin after {exposed:yyyy-MM-dd}, so nothing is known of the time before", "");
        }

        session.Execute(Sql.Fill("customers", ("happened", Sql.Fill(question)), ("before", Sql.Fill($"{question}_before"))), days, cancellation);
        var found = MatchedEffect.Of(session.Query<Stratum>(Sql.Fill("strata"), null, cancellation));
        if (found.Matched < Few)
        {
            return new(question, outcome, found.Members, found.Others, found.Matched, null, null, null, null, Round(found.Raw), exposed, observed,
                $"cannot be told: only {found.Matched} customers it happened to have others who are alike; at least {Few} are needed", "");
        }

        var verdict = found.P is not < 0.05 ? "no effect shown" : found.Effect > 0 ? "raises" : "lowers";
        var note = question == "membership"
            ? "who joins chose to: what was not matched by can make the difference; only a lot tells for sure"
            : "who complains may differ in what was not matched by; only what follows the complaint is compared";
        return new(question, outcome, found.Members, found.Others, found.Matched, Round(found.Effect), Round(found.Low), Round(found.High), Round(found.P), Round(found.Raw), exposed, observed, verdict,
            found.Share < 0.8 ? FormattableString.Invariant($"only {found.Share:0%} have others who are alike, and the effect is theirs; {note}") : note);
    }

    // Means depend in their last digits on how threads took turns; the same data are to make the same row.
    private static double? Round(double? number) => number is { } n ? Math.Round(n, 6) : null;

    private sealed record Span(DateOnly? Oldest, DateOnly? Newest);

    // Named as the columns are, in the style of the language.
    private sealed record EffectRow(
        string Question, string Outcome, long Affected, long Others, long Matched, double? Effect, double? EffectLow, double? EffectHigh, double? PValue, double? RawDifference,
        DateOnly ExposedFrom, DateOnly ObservedFrom, string Verdict, string Note);
}
