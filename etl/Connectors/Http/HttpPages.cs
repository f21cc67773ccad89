using System.Security.Cryptography;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>The records of one page.</summary>
/// <param name="Records">The records, or what stands in their place.</param>
/// <param name="Bytes">Bytes of the page's body.</param>
internal sealed record RecordPage(IReadOnlyList<JsonElement> Records, long Bytes)
{
    /// <summary>Where the next page is; null behind the last one, and where places cannot be kept.</summary>
    public PagePlace? Next { get; init; }
}

/// <summary>
/// Every page of a stream, in order. Pages of a stream that others take records out of are kept on disk while the source is read, so that all of them
/// come out of one delivery.
/// </summary>
/// <param name="stream">The stream that is asked for.</param>
/// <param name="options">Its options.</param>
internal sealed class HttpPages(StreamContext stream, HttpOptions options)
{
    private readonly HttpCalls calls = new(stream, options);

    /// <summary>True when other streams take records out of this one's.</summary>
    public bool IsParent => stream.Source.Streams.Any(s => s.Options.GetValueOrDefault("parent")?.Text == stream.Stream.Name);

    /// <summary>Reads the pages.</summary>
    /// <param name="range">Parameters of the cursor.</param>
    /// <param name="from">The page to begin with; null for the first.</param>
    /// <param name="cancellation">Stops it.</param>
    public IEnumerable<RecordPage> Read(IReadOnlyList<NamedValue> range, PagePlace? from, CancellationToken cancellation)
    {
        if (!IsParent)
        {
            foreach (var (page, records, next) in Fetch(range, from, cancellation))
            {
                using (page)
                {
                    yield return new(records, page.Answer.Body.Length) { Next = next?.Kept(options.Pages) };
                }
            }

            yield break;
        }

        var name = $"http pages of {stream.Stream.Name}?{string.Join('&', range.Select(r => $"{r.Name}={r.Value}"))}";
        foreach (var page in Kept(stream.Shared.Get(name, static () => new PageFolder()), range, cancellation))
        {
            yield return page;
        }
    }

    private IEnumerable<RecordPage> Kept(PageFolder folder, IReadOnlyList<NamedValue> range, CancellationToken cancellation)
    {
        folder.Gate.Wait(cancellation);
        try
        {
            if (folder.IsWhole)
            {
                foreach (var body in folder.Pages())
                {
                    using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 256 });
                    yield return new(RecordsOf(json, true, options.Url), body.Length);
                }

                yield break;
            }

            folder.Clear();
            foreach (var (page, records, _) in Fetch(range, null, cancellation))
            {
                using (page)
                {
                    folder.Add(page.Answer.Body);
                    yield return new(records, page.Answer.Body.Length);
                }
            }

            folder.IsWhole = true;
        }
        finally
        {
            folder.Gate.Release();
        }
    }

    private IEnumerable<(HttpPage Page, IReadOnlyList<JsonElement> Records, PageRequest? Next)> Fetch(
        IReadOnlyList<NamedValue> range, PagePlace? from, CancellationToken cancellation)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        byte[]? before = null;
        for (var request = from is null ? PageRequest.First(options, range) : PageRequest.At(options, range, from); request is not null;)
        {
            if (!asked.Add($"{request.Url} {request.Body}"))
            {
                throw Loop(request.Url, "the same page is asked for a second time");
            }

            if (asked.Count > options.MaxPages)
            {
                throw Loop(request.Url, $"more than {options.MaxPages} pages");
            }

            if (!HttpTransport.SameOrigin(request.Url, options.Url))
            {
                throw calls.Failure.Final($"a next page at {request.Url.GetLeftPart(UriPartial.Authority)}", options.Url,
                    $"pages at {options.Url.GetLeftPart(UriPartial.Authority)}, since credentials go nowhere else", "Correct the source's url");
            }

            var page = calls.Ask(request.Url, request.Body, cancellation).GetAwaiter().GetResult();
            var records = RecordsOf(page.Json, asked.Count > 1, request.Url);
            var hash = SHA256.HashData(page.Answer.Body);
            if (options.Pages is PageKind.Page or PageKind.Offset && records.Count > 0 && before is not null && hash.AsSpan().SequenceEqual(before))
            {
                page.Dispose();
                throw Loop(request.Url, "the same page is answered a second time");
            }

            (before, request) = (hash, request.Next(options, page, records.Count));
            yield return (page, records, request);
        }
    }

    private CrmException Loop(Uri url, string found) => calls.Failure.Final(found, url, "pages that come to an end",
        "Correct pagination and its parameters: the server may not know them");

    private List<JsonElement> RecordsOf(JsonDocument json, bool mayBeMissing, Uri url)
    {
        var root = json.RootElement;
        var found = options.Records is { } path ? path.Find(root) : root;
        if (found is { ValueKind: JsonValueKind.Array } array)
        {
            return [.. array.EnumerateArray()];
        }

        if (found is { ValueKind: JsonValueKind.Object } one && options.Records is not null)
        {
            return [one];
        }

        if (found is { ValueKind: JsonValueKind.Null } || (found is null && mayBeMissing))
        {
            return [];
        }

        var keys = root.ValueKind == JsonValueKind.Object ? $"an object with {string.Join(", ", root.EnumerateObject().Take(20).Select(p => p.Name))}" : $"{root.ValueKind}";
        throw calls.Failure.Final($"a body that is {keys}", url, options.Records is { } at ? $"records at {at}" : "an array of records", "Say where the records stand with `records:`");
    }
}

/// <summary>Pages kept in a folder of their own that only its owner can read, until the source is read.</summary>
internal sealed class PageFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crm-pages-");
    private int count;

    /// <summary>Held by whoever reads or writes.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Whether every page is here.</summary>
    public bool IsWhole { get; set; }

    public void Add(byte[] body) => File.WriteAllBytes(NameOf(count++), body);

    public IEnumerable<byte[]> Pages() => Enumerable.Range(0, count).Select(i => File.ReadAllBytes(NameOf(i)));

    public void Clear() => count = 0;

    public void Dispose()
    {
        Gate.Dispose();
        folder.Delete(recursive: true);
    }

    private string NameOf(int number) => Path.Combine(folder.FullName, $"{number}.json");
}
