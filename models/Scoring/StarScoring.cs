using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Scoring;

/// <summary>
/// Runs a model when something that its scores stand on is other than at its last run (its version, its settings, the data it reads), and records that in
/// <c>star.score_model_snapshot</c>.
/// </summary>
public static class StarScoring
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(StarScoring));

    /// <summary>Scores, unless nothing changed; answers the rows of the star that changed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="project">The project.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static long Execute(IStarModel model, ISession session, Project project, int run, CancellationToken cancellation = default)
    {
        if (model.SettingsOf(project) is not { } settings)
        {
            return 0;
        }

        var parameters = JsonSerializer.Serialize(settings, settings.GetType());
        var dataVersion = model.Reads.Max(t => session.Scalar<int>(Sql.Fill("data_version", ("table", t)), null, cancellation));
        if (session.Scalar<bool>(Sql.Fill("is_known"), new { model = model.Name, version = model.Version, parameters, data_version = dataVersion }))
        {
            return 0;
        }

        var outcome = model.Score(new StarInput(session, project.Catalogue, settings, run, cancellation) { ProjectFolder = project.Folder });
        if (outcome.Newest is not { } newest)
        {
            return outcome.Changed;
        }

        session.Execute(Sql.Fill("row"), new
        {
            newest,
            model = model.Name,
            version = model.Version,
            parameters,
            quality = JsonSerializer.Serialize(outcome.Quality),
            status = outcome.Notes.Count == 0 ? "ok" : string.Join("; ", outcome.Notes),
            members = outcome.Members,
            data_version = dataVersion,
        });
        var counts = ScoreTable.Merge(session, project.Catalogue, "model_snapshot", "model_snapshot_row", ["model"], run, Sql.Fill("scope", ("model", SqlName.Literal(model.Name))).Trim());
        session.Execute(Sql.Fill("forget"));
        return outcome.Changed + counts.Inserted + counts.Changed;
    }
}
