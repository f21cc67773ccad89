using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>A page to be asked for.</summary>
/// <param name="Url">Where.</param>
/// <param name="Body">A JSON body to POST; null for GET.</param>
/// <param name="Place">Number of the page, or of records to skip, for those kinds.</param>
internal sealed record PageRequest(Uri Url, string? Body, long Place)
{
    /// <summary>What the page before gave to ask for this one with; null for other kinds, and for the first page.</summary>
    public string? Token { get; private init; }

    /// <summary>The page that reading went on with; null where the kind of pages has no place that can be kept: URLs may hold secrets.</summary>
    public PagePlace? Kept(PageKind kind) => kind switch
    {
        PageKind.Page or PageKind.Offset => new(Place, null),
        PageKind.Cursor when Token is not null => new(0, Token),
        _ => null,
    };

    /// <summary>The page at a place.</summary>
    /// <param name="options">The stream's options.</param>
    /// <param name="range">Parameters of the cursor.</param>
    /// <param name="place">The place.</param>
    public static PageRequest At(HttpOptions options, IReadOnlyList<NamedValue> range, PagePlace place)
    {
        var first = First(options, range);
        return options.Pages switch
        {
            PageKind.Page => (first with { Place = place.Place }).Put(options, [new(options.PageParam, Text(place.Place))]),
            PageKind.Offset => (first with { Place = place.Place }).Put(options, [new(options.OffsetParam, Text(place.Place))]),
            _ => (first with { Token = place.Token }).Put(options, [new(options.NextParam, place.Token!)]),
        };
    }

    /// <summary>The first page of a stream.</summary>
    /// <param name="options">The stream's options.</param>
    /// <param name="range">Parameters of the cursor.</param>
    public static PageRequest First(HttpOptions options, IReadOnlyList<NamedValue> range)
    {
        var start = options.Pages == PageKind.Page ? options.StartPage : 0;
        var size = options is { Size: { } wanted, Pages: not PageKind.None } ? [new NamedValue(options.SizeParam, Text(wanted))] : Array.Empty<NamedValue>();
        var request = new PageRequest(With(options.Url, options.Params), options.IsPost ? options.Body ?? "{}" : null, start).Put(options, [.. size, .. range]);
        return options.Pages switch
        {
            PageKind.Page => request.Put(options, [new(options.PageParam, Text(start))]),
            PageKind.Offset => request.Put(options, [new(options.OffsetParam, Text(start))]),
            _ => request,
        };
    }

    /// <summary>The page behind this one; null when it is the last.</summary>
    /// <param name="options">The stream's options.</param>
    /// <param name="page">This one's answer.</param>
    /// <param name="records">How many records it has.</param>
    public PageRequest? Next(HttpOptions options, HttpPage page, int records)
    {
        var body = page.Json.RootElement;
        if (options.HasMore?.Find(body) is { } more && (more.ValueKind is JsonValueKind.False or JsonValueKind.Null || more.ToString() is "" or "0" or "false"))
        {
            return null;
        }

        switch (options.Pages)
        {
            case PageKind.Page when records > 0:
                return (this with { Place = Place + 1 }).Put(options, [new(options.PageParam, Text(Place + 1))]);
            case PageKind.Offset when records > 0:
                // By what came, not by what was asked for: a server may give less at a time.
                return (this with { Place = Place + records }).Put(options, [new(options.OffsetParam, Text(Place + records))]);
            case PageKind.Cursor when options.Next!.Text(body) is { } cursor:
                return (this with { Token = cursor }).Put(options, [new(options.NextParam, cursor)]);
            case PageKind.NextUrl when options.Next!.Text(body) is { } next:
                return this with { Url = new(page.Answer.Url, next) };
            case PageKind.Link when page.Answer.NextLink is { } link:
                return this with { Url = link };
            default:
                return null;
        }
    }

    /// <summary>A URL with query parameters; those of the same name give way, but a list stays together.</summary>
    public static Uri With(Uri url, IReadOnlyList<NamedValue> values)
    {
        if (values.Count == 0)
        {
            return url;
        }

        var kept = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(p => values.All(v => v.Name != Uri.UnescapeDataString(p.Split('=')[0].Replace('+', ' '))));
        var added = values.Select(v => $"{Uri.EscapeDataString(v.Name)}={Uri.EscapeDataString(v.Value)}");
        return new UriBuilder(url) { Query = string.Join('&', kept.Concat(added)) }.Uri;
    }

    private PageRequest Put(HttpOptions options, IReadOnlyList<NamedValue> values)
    {
        if (!options.ParamsInBody || Body is null)
        {
            return this with { Url = With(Url, values) };
        }

        var json = JsonNode.Parse(Body)!.AsObject();
        foreach (var (name, value) in values)
        {
            json[name] = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Text(number) == value ? number : value;
        }

        return this with { Body = json.ToJsonString() };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A place among the pages of a stream, as it is kept from chunk to chunk.</summary>
/// <param name="Place">Number of the page, or of records to skip.</param>
/// <param name="Token">What the server gave to go on with.</param>
internal sealed record PagePlace(long Place, string? Token);
