using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Web.Status;

/// <summary>How the data of a server stand.</summary>
/// <param name="Run">The newest published run; null for none.</param>
/// <param name="PublishedAt">When it was published, UTC.</param>
/// <param name="Newest">The newest moment in the data.</param>
internal sealed record DataHealth(int? Run, DateTime? PublishedAt, DateTime? Newest)
{
    /// <summary>Reads it from the open warehouse.</summary>
    public static DataHealth Of(ServedWarehouse served)
    {
        using var session = served.Instance.Connect();
        return session.Query<DataHealth>(SqlFile.Beside<HealthArea>().Fill("newest")).FirstOrDefault() ?? new(null, null, null);
    }
}

/// <summary>
/// Tells a dead process from one without data and from one whose data are old: <c>/health/live</c> (200 while the process answers), <c>/health/ready</c>
/// (200 when it can answer questions), <c>/health/fresh</c> (200 while the last load is not older than <c>stale_after</c>). It tells no figure, so it is open to all.
/// </summary>
/// <param name="data">How the data stand; null while another server has the warehouse.</param>
/// <param name="staleAfter">Age from which on data are stale; null for never.</param>
/// <param name="clock">The clock.</param>
internal sealed class HealthArea(Func<DataHealth>? data, TimeSpan? staleAfter, TimeProvider clock) : IWebArea
{
    /// <inheritdoc/>
    public string Prefix => "/health/";

    /// <inheritdoc/>
    public bool HasOwnProof => true;

    /// <inheritdoc/>
    public async Task Answer(HttpContext context)
    {
        var (status, word, health) = StateOf(context.Request.Path.Value![Prefix.Length..]);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", word);
            if (health is not null)
            {
                json.WritePropertyName("run");
                JsonSerializer.Serialize(json, health.Run);
                json.WriteString("publishedAt", health.PublishedAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                json.WriteString("dataAsOf", health.Newest?.ToString("s", CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
        }

        await context.Response.BodyWriter.WriteAsync(buffer.ToArray(), context.RequestAborted);
    }

    private (int Status, string Word, DataHealth? Health) StateOf(string what)
    {
        if (what is not ("live" or "ready" or "fresh"))
        {
            return (StatusCodes.Status404NotFound, "unknown", null);
        }

        if (data is null)
        {
            return (what == "live" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, "standby", null);
        }

        if (what == "live")
        {
            return (StatusCodes.Status200OK, "alive", null);
        }

        var health = data();
        if (health.Run is null)
        {
            return (StatusCodes.Status503ServiceUnavailable, "empty", health);
        }

        var isStale = staleAfter is { } most && clock.GetUtcNow().UtcDateTime - health.PublishedAt > most;
        return (isStale && what == "fresh" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK, isStale ? "stale" : "ready", health);
    }
}
