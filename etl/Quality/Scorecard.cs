using System.Text.Json;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>Keeps what each run's checks found, in the star table that the cube <c>quality</c> reads.</summary>
public static class Scorecard
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(Scorecard));

    /// <summary>Writes the results of a run; nothing when there are none.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="judgement">What the checks found.</param>
    /// <param name="run">The run.</param>
    /// <param name="now">When the run began, UTC; its day is kept.</param>
    public static void Write(ISession session, Judgement judgement, int run, DateTime now)
    {
        if (judgement.Results.Count == 0)
        {
            return;
        }

        var rows = judgement.Results.Select(r => new
        {
            source = r.Source,
            stream = r.Stream,
            contract = r.Contract,
            aspect = r.Aspect.ToString().ToLowerInvariant(),
            rule = r.Rule,
            column_name = r.Column,
            severity = r.Severity.ToString().ToLowerInvariant(),
            @checked = r.Checked,
            passed = r.Passed,
            quarantined = r.Quarantined,
            newest = r.Newest?.ToString("yyyy-MM-dd HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture),
        });
        session.Execute(Sql.Fill("write"), new { run, day = DateOnly.FromDateTime(now), rows = JsonSerializer.Serialize(rows) });
    }
}
