using Microsoft.Net.Http.Headers;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>A form in which the rows of an answer stream.</summary>
/// <param name="Name">What <c>format</c> calls it.</param>
/// <param name="MediaType">What <c>Accept</c> and <c>Content-Type</c> call it.</param>
internal sealed record RowFormat(string Name, string MediaType)
{
    /// <summary>One document, which all answers are when nothing else is asked for.</summary>
    public static readonly RowFormat Json = new("json", "application/json");

    /// <summary>A line of JSON for each row; the last line is <c>{"end": …}</c>.</summary>
    public static readonly RowFormat Lines = new("ndjson", "application/x-ndjson");

    /// <summary>Comma-separated values under the names of the members; the last line begins with <c>#</c>.</summary>
    public static readonly RowFormat Csv = new("csv", "text/csv");

    /// <summary>Apache Parquet.</summary>
    public static readonly RowFormat Parquet = new("parquet", "application/vnd.apache.parquet");

    private static readonly RowFormat[] all = [Json, Lines, Csv, Parquet];

    /// <summary>The form that a request asks for: by its <c>format</c>, else by its <c>Accept</c> header, else one document.</summary>
    /// <param name="context">The request.</param>
    /// <param name="inBody">The form that the body names; null for none.</param>
    /// <exception cref="Warehouse.CrmException">There is no form of that name.</exception>
    public static RowFormat Of(HttpContext context, StrictJson? inBody)
    {
        var name = inBody?.Text() ?? context.Request.Query["format"].ToString();
        if (name.Length > 0)
        {
            return all.FirstOrDefault(f => f.Name == name)
                ?? throw ApiErrors.Wrong($"the format '{(name.Length > 40 ? name[..40] + "…" : name)}'", "format", string.Join(", ", all.Select(f => f.Name)), "Correct or remove it");
        }

        if (!MediaTypeHeaderValue.TryParseList(context.Request.Headers.Accept, out var accepted))
        {
            return Json;
        }

        // What is named is meant before what a star lets through.
        return accepted.Where(a => a.Quality is not 0).OrderByDescending(a => a.Quality ?? 1)
            .Select(a => a.MatchesAllTypes ? Json : all.FirstOrDefault(f => a.MediaType.Equals(f.MediaType, StringComparison.OrdinalIgnoreCase)
                || (f == Lines && a.MediaType.Equals("application/ndjson", StringComparison.OrdinalIgnoreCase))))
            .FirstOrDefault(f => f is not null) ?? Json;
    }
}
