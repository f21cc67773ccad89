using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Service;

/// <summary>Which words reviews and complaints have, by month, with how content their writers were: <c>star.score_term</c>. A text counts once for a word.</summary>
public sealed class TermModel : IStarModel
{
    private static readonly SqlFile Sql = SqlFile.Beside<TermModel>();

    /// <inheritdoc/>
    public string Name => "terms";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_survey_response", "star.fact_interaction", "star.fact_support_case"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Terms;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (TermSettings)input.Settings);
        session.Execute(Sql.Fill("texts"), null, input.Cancellation);
        var newest = session.Scalar<DateOnly?>(Sql.Fill("newest"));
        string[] ignored = [.. StopWords.All, .. settings.Ignore];
        session.Execute(Sql.Fill("rows"), new { ignored = JsonSerializer.Serialize(ignored), least = settings.LeastTexts, terms = settings.Terms }, input.Cancellation);
        var state = session.Query<State>(Sql.Fill("state"))[0];
        var changed = ScoreTable.Write(input, "term", "month", "source", "term");
        session.Execute(Sql.Fill("forget"));
        return newest is null
            ? StarOutcome.Nothing with { Changed = changed }
            : new(newest, changed, state.Terms, [.. Notes(state, settings)])
            {
                Quality = new Dictionary<string, double?> { ["texts"] = state.Texts, ["complaint_texts"] = state.Complaints, ["terms"] = state.Terms },
            };
    }

    private static IEnumerable<string> Notes(State state, TermSettings settings)
    {
        if (state.Terms == 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"no words: {state.Texts:N0} texts, and no word is in {settings.LeastTexts} of them");
        }
        else if (state.Texts < 30)
        {
            yield return $"only {state.Texts} texts; which words are frequent is mostly chance";
        }
    }

    private sealed record State(long Texts, long Complaints, long Terms);
}
