using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// What a run found odd in what it loaded, without failing: a missing rate, a member in two places, a circle of managers, shares that do not make a
/// whole. Kept in <c>conformed.finding</c> (run_id, kind, subject, found, text).
/// </summary>
/// <param name="session">The warehouse, inside the run's transaction.</param>
/// <param name="run">The run that writes.</param>
public sealed class Findings(ISession session, int run)
{
    private static readonly SqlFile Sql = SqlFile.Beside<Findings>();
    private readonly List<string> texts = [];

    /// <summary>What this run found, as sentences for people.</summary>
    public IReadOnlyList<string> Texts => texts;

    /// <summary>Adds a finding, once in a run.</summary>
    /// <param name="kind"><c>rate</c>, <c>hierarchy</c>, <c>circle</c> or <c>weight</c>.</param>
    /// <param name="subject">What it is about: a currency, a hierarchy, a bridge.</param>
    /// <param name="found">How many.</param>
    /// <param name="text">The sentence, with an example.</param>
    public void Add(string kind, string subject, long found, string text)
    {
        if (texts.Contains(text))
        {
            return;
        }

        texts.Add(text);
        session.Execute(Sql.Fill("add"), new { run, kind, subject, found, text });
    }
}
