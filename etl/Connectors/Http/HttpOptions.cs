using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>How the next page is asked for.</summary>
internal enum PageKind
{
    None,
    Page,
    Offset,
    Cursor,
    Link,
    NextUrl,
}

/// <summary>A name with its value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, secrets put in.</param>
internal readonly record struct NamedValue(string Name, string Value);

/// <summary>What the options of an HTTP stream say, checked. Secrets are in their places.</summary>
internal sealed record HttpOptions
{
    private static readonly ConnectorOption[] shared =
    [
        new("headers", OptionKind.Map, "Request headers, by name; values may hold ${NAME}."),
        new("params", OptionKind.Map, "Query parameters of every request, by name; a list repeats the parameter."),
        new("records", OptionKind.Text, "Where the records stand in the body: data.items, items[0].lines, or . for the body itself; default: the body, if it is an array."),
        new("pagination", OptionKind.Choice, "How further pages are asked for; default none.") { Choices = ["none", "page", "offset", "cursor", "link", "next_url"] },
        new("page_param", OptionKind.Text, "page: the parameter with the page's number; default page."),
        new("start_page", OptionKind.Integer, "page: number of the first page; default 1."),
        new("offset_param", OptionKind.Text, "offset: the parameter with the number of records to skip; default offset."),
        new("page_size_param", OptionKind.Text, "The parameter with the number of records wanted in a page; default limit, when page_size is given."),
        new("page_size", OptionKind.Integer, "How many records are wanted in a page.") { Min = 1 },
        new("next_path", OptionKind.Text, "cursor, next_url: where the next cursor or URL stands in the body, as paging.next or data[-1].id."),
        new("next_param", OptionKind.Text, "cursor: the parameter that gets the next cursor; default cursor."),
        new("has_more_path", OptionKind.Text, "Where the body says whether more pages follow; false ends reading."),
        new("max_pages", OptionKind.Integer, "Pages after which reading fails, since it would not end; default 100,000.") { Min = 1 },
        new("timeout", OptionKind.Integer, "Seconds that one request may last; default 60.") { Min = 1 },
        new("max_response_bytes", OptionKind.Integer, "Bytes that one page may have when unpacked; default 67,108,864.") { Min = 1024 },
    ];

    /// <summary>The options as YAML spells them.</summary>
    public static ConnectorOptions Declared { get; } = new("http",
    [
        new("url", OptionKind.Text, "Base URL, e.g. https://api.example.com/v2.") { Required = true },
        new("auth", OptionKind.Choice, "How requests are authorised; default none.") { Choices = ["none", "bearer", "basic", "api_key", "oauth2"] },
        new("token", OptionKind.Text, "bearer: the token, as ${NAME}."),
        new("username", OptionKind.Text, "basic: the user."),
        new("password", OptionKind.Text, "basic: the password, as ${NAME}."),
        new("api_key", OptionKind.Text, "api_key: the key, as ${NAME}."),
        new("api_key_header", OptionKind.Text, "api_key: the header that carries it; default X-API-Key."),
        new("api_key_param", OptionKind.Text, "api_key: the query parameter that carries it, instead of a header."),
        new("token_url", OptionKind.Text, "oauth2: where tokens are given for client credentials."),
        new("client_id", OptionKind.Text, "oauth2: the client."),
        new("client_secret", OptionKind.Text, "oauth2: its secret, as ${NAME}."),
        new("scope", OptionKind.Text, "oauth2: the scope asked for; default none."),
        new("requests_per_second", OptionKind.Text, "Most requests in a second, over all streams; default: as many as the server lets through."),
        new("retries", OptionKind.Integer, "How often a request is tried again; default 5."),
        new("max_wait", OptionKind.Integer, "Longest wait in seconds before a request is tried again, also when the server asks for more; default 300."),
        .. shared,
    ],
    [
        new("path", OptionKind.Text, "Path behind the base URL, with its query, if any; default: the stream's name."),
        .. shared,
        new("method", OptionKind.Choice, "GET (default) or POST.") { Choices = ["GET", "POST"] },
        new("body", OptionKind.Map, "POST: the JSON body. Paging and cursor parameters go into it when params_in says body."),
        new("params_in", OptionKind.Choice, "Where paging and cursor parameters go: query (default) or body.") { Choices = ["query", "body"] },
        new("cursor_param", OptionKind.Text, "Parameter that gets the last mark of the stream's cursor, less its lag."),
        new("cursor_to_param", OptionKind.Text, "Parameter that gets the end of a backfill."),
        new("parent", OptionKind.Text, "A stream of this source whose records hold this one's, at records; its key comes along as _parent_KEY."),
    ])
    {
        ReadsFromCursor = true,
    };

    public required Uri Url { get; init; }

    public required bool IsPost { get; init; }

    public required string? Body { get; init; }

    public required bool ParamsInBody { get; init; }

    public required IReadOnlyList<NamedValue> Headers { get; init; }

    public required IReadOnlyList<NamedValue> Params { get; init; }

    public required JsonPath? Records { get; init; }

    public required PageKind Pages { get; init; }

    public required string PageParam { get; init; }

    public required int StartPage { get; init; }

    public required string OffsetParam { get; init; }

    public required string SizeParam { get; init; }

    public required int? Size { get; init; }

    public required JsonPath? Next { get; init; }

    public required string NextParam { get; init; }

    public required JsonPath? HasMore { get; init; }

    public required int MaxPages { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required long MaxBytes { get; init; }

    public required string? CursorParam { get; init; }

    public required string? CursorToParam { get; init; }

    /// <summary>Names of query parameters whose values people must not see.</summary>
    public required IReadOnlySet<string> HiddenParams { get; init; }

    /// <summary>Reads the options of a stream.</summary>
    public static HttpOptions Read(StreamContext stream)
    {
        var read = new HttpOptionReader(stream);
        var hidden = new HashSet<string>(["token", "access_token", "key", "apikey", "api_key", "secret", "password", "sig", "signature"], StringComparer.OrdinalIgnoreCase);
        if (stream.Text("api_key_param") is { } param)
        {
            hidden.Add(param);
        }

        var pages = read.Choice("pagination") switch
        {
            "page" => PageKind.Page,
            "offset" => PageKind.Offset,
            "cursor" => PageKind.Cursor,
            "link" => PageKind.Link,
            "next_url" => PageKind.NextUrl,
            _ => PageKind.None,
        };
        var next = read.Path("next_path");
        if (next is null && pages is PageKind.Cursor or PageKind.NextUrl)
        {
            throw new CrmException(FailureKind.CheckFailed, $"pagination: {stream.Option("pagination")!.Text} without next_path", stream.Option("pagination")!.Where.ToString(),
                "next_path: where the next cursor or URL stands in the body", "Add it");
        }

        return new()
        {
            Url = read.Url(),
            IsPost = read.Choice("method") == "POST",
            Body = stream.Option("body") is { } body ? read.WithSecrets(body) : null,
            ParamsInBody = read.Choice("params_in") == "body",
            Headers = read.Named("headers", null),
            Params = read.Named("params", hidden),
            Records = read.Path("records"),
            Pages = pages,
            PageParam = stream.Text("page_param") ?? "page",
            StartPage = read.Number("start_page") ?? 1,
            OffsetParam = stream.Text("offset_param") ?? "offset",
            SizeParam = stream.Text("page_size_param") ?? "limit",
            Size = read.Number("page_size"),
            Next = next,
            NextParam = stream.Text("next_param") ?? "cursor",
            HasMore = read.Path("has_more_path"),
            MaxPages = read.Number("max_pages") ?? 100_000,
            Timeout = TimeSpan.FromSeconds(read.Number("timeout") ?? 60),
            MaxBytes = read.Number("max_response_bytes") ?? 64 << 20,
            CursorParam = stream.Text("cursor_param"),
            CursorToParam = stream.Text("cursor_to_param"),
            HiddenParams = hidden,
        };
    }
}

/// <summary>Reads single options of an HTTP stream and points at the place of one that is wrong.</summary>
internal sealed class HttpOptionReader(StreamContext stream)
{
    private static readonly string[] secretHeaders = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

    public string? Choice(string name)
    {
        var declared = HttpOptions.Declared.Stream.Concat(HttpOptions.Declared.Source).First(o => o.Name == name);
        return stream.Option(name) is not { } value ? null : declared.Choices.Contains(value.Text) ? value.Text
            : throw Wrong(name, value, $"one of {string.Join(", ", declared.Choices)}");
    }

    public int? Number(string name) => stream.Option(name) is not { } value ? null
        : int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, value, "a whole number");

    public JsonPath? Path(string name) => stream.Option(name) is not { } value ? null
        : JsonPath.TryParse(value.Text, out var path) ? path
        : throw Wrong(name, value, "a path of names and places, as data.items or data[-1].id");

    /// <summary>The URL of the stream: base, path and the path's own query.</summary>
    public Uri Url()
    {
        var option = stream.Option("url") ?? throw new CrmException(
            FailureKind.CheckFailed, "the source has no url", stream.Source.Where.ToString(), "url: https://api.example.com", "Add it");
        if (!Uri.TryCreate(stream.Secrets.Resolve(option), UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https") || root.UserInfo.Length > 0)
        {
            throw Wrong("url", option, "an absolute http or https URL without a user");
        }

        var path = stream.Text("path") ?? stream.Stream.Name;
        var whole = new Uri($"{root.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path.TrimStart('/')}".TrimEnd('/'));
        return !path.Contains("://", StringComparison.Ordinal) && whole.Authority == root.Authority ? whole
            : throw Wrong("path", stream.Option("path")!, "a path behind the source's url");
    }

    /// <summary>The entries of a mapping: the source's, then the stream's, which stand for those of the same name.</summary>
    /// <param name="name">The option.</param>
    /// <param name="hidden">Gets the names of entries that hold secrets.</param>
    public IReadOnlyList<NamedValue> Named(string name, HashSet<string>? hidden)
    {
        var own = stream.Stream.Options.GetValueOrDefault(name);
        var all = Entries(name, stream.Source.Options.GetValueOrDefault(name), hidden).ToList();
        var mine = Entries(name, own, hidden).ToList();
        return [.. all.Where(a => !mine.Exists(m => m.Name.Equals(a.Name, StringComparison.OrdinalIgnoreCase))), .. mine];
    }

    /// <summary>A mapping's JSON with <c>${NAME}</c> put into its texts.</summary>
    public string WithSecrets(OptionValue map) => OptionJson.Resolve(map, stream.Secrets);

    private IEnumerable<NamedValue> Entries(string name, OptionValue? option, HashSet<string>? hidden)
    {
        if (option is null)
        {
            yield break;
        }

        using var json = JsonDocument.Parse(option.Text);
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            foreach (var value in entry.Value.ValueKind == JsonValueKind.Array ? [.. entry.Value.EnumerateArray()] : new[] { entry.Value })
            {
                if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                {
                    throw Wrong(name, new([entry.Name], option.Where), "a single value, or a list of them");
                }

                var written = value.ToString();
                var isSecret = written.Contains("${", StringComparison.Ordinal);
                if (hidden is null && !isSecret && secretHeaders.Contains(entry.Name.ToLowerInvariant()))
                {
                    throw Wrong(name, new([entry.Name], option.Where), "its secret as ${NAME}");
                }

                if (isSecret)
                {
                    hidden?.Add(entry.Name);
                }

                // JSON spells true and false; a query does too.
                yield return new(entry.Name, stream.Secrets.Resolve(new([value.ValueKind is JsonValueKind.True or JsonValueKind.False ? written.ToLowerInvariant() : written], option.Where)));
            }
        }
    }

    private static CrmException Wrong(string name, OptionValue value, string expected) =>
        new(FailureKind.CheckFailed, $"{name}: {value.Text}", value.Where.ToString(), expected, "Correct the option");
}
