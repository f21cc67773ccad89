using System.Globalization;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Web.Status;

/// <summary>How the server stands, in a browser: <c>/status</c>, with the last load of each stream, freshness, jobs, slow questions and room on disk.</summary>
/// <param name="served">The warehouse.</param>
/// <param name="project">Name of the project.</param>
/// <param name="clock">The clock.</param>
internal sealed class StatusArea(ServedWarehouse served, string project, TimeProvider clock) : IWebArea
{
    /// <inheritdoc/>
    public string Prefix => "/status";

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public Task Answer(HttpContext context)
    {
        var health = DataHealth.Of(served);
        using var session = served.Instance.Connect();
        var sql = SqlFile.Beside<HealthArea>();
        var disk = new DriveInfo(served.Path);
        var page = new StatusPage(project)
            .Link($"{context.Request.PathBase}/", "Reports").Link($"{context.Request.PathBase}/jobs", "Jobs")
            .Say(health.Run is null ? "Nothing is loaded yet."
                : string.Create(CultureInfo.InvariantCulture, $"Run {health.Run}, published {health.PublishedAt:yyyy-MM-dd HH:mm} UTC ({Age(health.PublishedAt)} ago); data up to {health.Newest:yyyy-MM-dd HH:mm}."))
            .Say(string.Create(CultureInfo.InvariantCulture, $"Warehouse {new FileInfo(served.Path).Length / 1e6:N1} MB; {disk.AvailableFreeSpace / 1e9:N1} GB free on its disk; " +
                $"{session.Scalar<long>(sql.Fill("set_aside")):N0} records in the quarantine."))
            .Say(string.Create(CultureInfo.InvariantCulture, $"Memory {Environment.WorkingSet / 1e6:N1} MB, of that {GC.GetGCMemoryInfo().HeapSizeBytes / 1e6:N1} MB managed by the runtime."))
            .Head("Last load of each stream")
            .Table(["Source", "Stream", "Loaded (UTC)", "Age", "Run", "Rows loaded ever"], session.Query<StreamRow>(sql.Fill("streams")).Select(r =>
                Row(r.Source, r.Stream, $"{r.Loaded:yyyy-MM-dd HH:mm:ss}", Age(r.Loaded), $"{r.Run}", r.Rows.ToString("N0", CultureInfo.InvariantCulture))))
            .Head("Jobs under way or failed")
            .Table(["Job", "Stands"], (served.Jobs?.List() ?? []).Where(j => j.Last?.State is not (null or Jobs.JobRunState.Done)).Select(j => Row(j.Job.Name, $"{j.Last!.State}: {j.Last.Message}")))
            .Head("Slowest questions since the start")
            .Table(["Seconds", "When (UTC)", "Question"], SlowQueries.Slowest.Select(q => Row($"{q.Took.TotalSeconds:N2}", $"{q.At:yyyy-MM-dd HH:mm:ss}", q.Question)));
        return page.Answer(context);
    }

    private string Age(DateTime? moment) => (clock.GetUtcNow().UtcDateTime - moment) switch
    {
        null => "",
        { TotalMinutes: < 2 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0} s"),
        { TotalHours: < 2 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min"),
        { TotalDays: < 2 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h"),
        { } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days"),
    };

    private static IReadOnlyList<(string, string?)> Row(params string[] cells) => [.. cells.Select(c => (c, (string?)null))];

    private sealed record StreamRow(string Source, string Stream, DateTime Loaded, int Run, long Rows);
}
