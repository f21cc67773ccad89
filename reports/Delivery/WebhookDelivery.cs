using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Network;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>
/// Posts a delivery to a web address as JSON. It connects to addresses that the project may reach only, follows no redirect (a body must not go to another
/// place than the one that was named), and tries again what may pass: 408, 429, 5xx and broken connections.
/// </summary>
internal static class WebhookDelivery
{
    private const int Tries = 3;

    private static readonly TimeSpan longest = TimeSpan.FromMinutes(1);

    /// <summary>Posts a body.</summary>
    /// <param name="url">Where.</param>
    /// <param name="secret">Key of the signature; null: not signed.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="key">The same for each try, so that the other side can tell a second try from a second delivery.</param>
    /// <param name="environment">Addresses and clock.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="CrmException">It was not taken.</exception>
    public static async Task Post(Uri url, string? secret, byte[] body, string key, DeliveryEnvironment environment, CancellationToken cancellation)
    {
        var guard = environment.Guard;
        using var client = new HttpClient(Handler(guard)) { Timeout = longest };
        for (var attempt = 1; ; attempt++)
        {
            var (status, broke) = await Try(client, url, secret, body, key, cancellation);
            if (status is >= 200 and < 300)
            {
                return;
            }

            if (attempt == Tries || status is not (null or 408 or 429 or >= 500))
            {
                throw new CrmException(
                    FailureKind.Failed, status is null ? $"no answer ({broke})" : string.Create(CultureInfo.InvariantCulture, $"status {status}"), url.GetLeftPart(UriPartial.Authority),
                    "an answer from 200 to 299" + (status is >= 300 and < 400 ? "; redirects are not followed" : ""), "Correct the webhook's url, or ask who runs the other side");
            }

            await Task.Delay(TimeSpan.FromSeconds(Math.Pow(2, attempt)), environment.Clock, cancellation);
        }
    }

    private static async Task<(int? Status, string? Broke)> Try(HttpClient client, Uri url, string? secret, byte[] body, string key, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.UserAgent.Add(new("crm-analytics", "1"));
        request.Headers.Add("Idempotency-Key", key);
        if (secret is not null)
        {
            request.Headers.Add("X-Crm-Signature", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)));
        }

        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return ((int)response.StatusCode, null);
        }
        catch (HttpRequestException e) when (e.InnerException is CrmException refused)
        {
            throw refused;
        }
        catch (HttpRequestException e)
        {
            return (null, e.Message.TrimEnd('.'));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"nothing within {longest.TotalSeconds:0} s"));
        }
    }

    private static SocketsHttpHandler Handler(AddressGuard guard) => new()
    {
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancellation) => await guard.Connect(context.DnsEndPoint, cancellation),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        UseCookies = false,

        // A proxy would connect where it likes, unseen by the guard.
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
    };
}
