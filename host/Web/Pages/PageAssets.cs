using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Reports.Output;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>The styles and scripts of pages. Their path bears the hash of them all, so that browsers keep them for good and a new program brings new ones.</summary>
internal static class PageAssets
{
    private static readonly Lazy<Dictionary<string, (string Type, byte[] Plain, byte[] Packed)>> files = new(() => SitePages.Assets.ToDictionary(
        a => a.Key, a => (a.Value.Type, Encoding.UTF8.GetBytes(a.Value.Text), Pack(Encoding.UTF8.GetBytes(a.Value.Text))), StringComparer.Ordinal));

    /// <summary>How the paths of all begin.</summary>
    public const string Prefix = "/assets/";

    /// <summary>The path of this version.</summary>
    public static string Path { get; } = Prefix + Version();

    /// <summary>Sends one.</summary>
    public static async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var name = request.Path.Value![(request.Path.Value!.LastIndexOf('/') + 1)..];
        if (request.Path.Value != $"{Path}/{name}" || !files.Value.TryGetValue(name, out var file))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        response.ContentType = file.Type;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = "Accept-Encoding";
        var body = file.Plain;
        if (request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            response.Headers.ContentEncoding = "gzip";
            body = file.Packed;
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    private static string Version()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, (_, text)) in SitePages.Assets.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + text));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
