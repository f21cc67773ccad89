using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Scoring;

/// <summary>
/// A model that reads the star and writes dated scores back as facts. One class per model, registered in <c>StarModels</c>. Models keep no state.
/// </summary>
public interface IStarModel
{
    /// <summary>Its name, as its settings are named.</summary>
    string Name { get; }

    /// <summary>Version of the mathematics: raised when the same data would make other scores.</summary>
    string Version { get; }

    /// <summary>Tables of the star that it reads; when none of them changed, it is not run again.</summary>
    IReadOnlyList<string> Reads { get; }

    /// <summary>Its settings, which are recorded and compared as JSON; null when the project leaves the model out.</summary>
    object? SettingsOf(Project project);

    /// <summary>Scores inside the run's transaction.</summary>
    StarOutcome Score(StarInput input);
}

/// <summary>What a model works with.</summary>
/// <param name="Session">The warehouse, inside the run's transaction.</param>
/// <param name="Catalogue">The declarations; the score facts are among them.</param>
/// <param name="Settings">What <see cref="IStarModel.SettingsOf"/> answered.</param>
/// <param name="Run">The run that writes.</param>
/// <param name="Cancellation">Stops the work; the run is then rolled back.</param>
public sealed record StarInput(ISession Session, Catalogue Catalogue, object Settings, int Run, CancellationToken Cancellation = default)
{
    /// <summary>The project's folder, for files that settings name.</summary>
    public string ProjectFolder { get; init; } = ".";
}

/// <summary>What scoring did.</summary>
/// <param name="Newest">The newest snapshot's day; null while there is nothing to score.</param>
/// <param name="Changed">Rows of score facts that were inserted, changed or removed.</param>
/// <param name="Members">Rows at the newest snapshot.</param>
/// <param name="Notes">Where assumptions fail, in plain words; empty when all hold.</param>
public sealed record StarOutcome(DateOnly? Newest, long Changed, long Members, IReadOnlyList<string> Notes)
{
    /// <summary>Figures that tell how far the scores can be trusted, by name.</summary>
    public IReadOnlyDictionary<string, double?> Quality { get; init; } = new Dictionary<string, double?>();

    /// <summary>There is nothing to score yet.</summary>
    public static StarOutcome Nothing { get; } = new(null, 0, 0, []);
}
