using System.Text;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>What a request carries to be let in.</summary>
/// <param name="Headers">Headers.</param>
/// <param name="Params">Query parameters.</param>
internal sealed record Credentials(IReadOnlyList<NamedValue> Headers, IReadOnlyList<NamedValue> Params);

/// <summary>Authorises the requests of a source. OAuth tokens are asked for once, shared by its streams, and asked for anew when they end or are refused.</summary>
internal sealed class HttpAuthorisation(StreamContext stream)
{
    /// <summary>How long before its end a token is no longer used.</summary>
    private static readonly TimeSpan margin = TimeSpan.FromSeconds(30);

    /// <summary>How long a token is used that does not say when it ends.</summary>
    private static readonly TimeSpan unknown = TimeSpan.FromMinutes(5);

    private readonly string kind = stream.Text("auth") ?? "none";

    /// <summary>Whether a new token can help when a request is refused.</summary>
    public bool CanRenew => kind == "oauth2";

    /// <summary>The credentials now.</summary>
    /// <param name="ask">Sends the request for a token and answers its JSON.</param>
    public async Task<Credentials> Now(Func<Uri, string, Task<JsonDocument>> ask) => kind switch
    {
        "bearer" => Authorization($"Bearer {Needed("token")}"),
        "basic" => Authorization($"Basic {Hidden(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Needed("username")}:{stream.Text("password")}")))}"),
        "api_key" when stream.Text("api_key_param") is { } param => new([], [new(param, Needed("api_key"))]),
        "api_key" => new([new(stream.Text("api_key_header") ?? "X-API-Key", Needed("api_key"))], []),
        "oauth2" => Authorization($"Bearer {await Token(ask)}"),
        _ => new([], []),
    };

    /// <summary>Drops a token that was refused.</summary>
    public void Renew() => Shared().Drop();

    private async Task<string> Token(Func<Uri, string, Task<JsonDocument>> ask)
    {
        var shared = Shared();
        if (shared.At(stream.Clock.GetUtcNow()) is { } known)
        {
            return known;
        }

        if (!Uri.TryCreate(Needed("token_url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw Missing("token_url", "an absolute http or https URL");
        }

        var form = new List<NamedValue> { new("grant_type", "client_credentials"), new("client_id", Needed("client_id")), new("client_secret", Needed("client_secret")) };
        if (stream.Text("scope") is { } scope)
        {
            form.Add(new("scope", scope));
        }

        using var answer = await ask(url, string.Join('&', form.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}")));
        if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("access_token", out var token)
            || token.ValueKind != JsonValueKind.String)
        {
            throw new CrmException(FailureKind.Failed, "an answer without access_token", $"{stream.Name} {url.GetLeftPart(UriPartial.Path)}", "a token for the client credentials",
                "Correct token_url");
        }

        var seconds = answer.RootElement.TryGetProperty("expires_in", out var ends) && double.TryParse(ends.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var s)
            ? TimeSpan.FromSeconds(Math.Clamp(s, 0, 86_400)) - margin : unknown;
        var value = Hidden(token.GetString()!);
        shared.Keep(value, stream.Clock.GetUtcNow() + seconds);
        return value;
    }

    private OAuthToken Shared() => stream.Shared.Get("http token", static () => new OAuthToken());

    private static Credentials Authorization(string value) => new([new("Authorization", value)], []);

    private string Hidden(string secret)
    {
        stream.Secrets.Hide(secret);
        return secret;
    }

    private string Needed(string option) => stream.Text(option) ?? throw Missing(option, "its value, secrets as ${NAME}");

    private CrmException Missing(string option, string expected) => new(
        FailureKind.CheckFailed, $"auth: {kind} without a right '{option}'", (stream.Option(option)?.Where ?? stream.Source.Where).ToString(), expected, $"Write `{option}:`");

    /// <summary>A token and its end.</summary>
    private sealed class OAuthToken : IDisposable
    {
        private readonly Lock gate = new();
        private string? value;
        private DateTimeOffset ends;

        public string? At(DateTimeOffset now)
        {
            lock (gate)
            {
                return now < ends ? value : null;
            }
        }

        public void Keep(string token, DateTimeOffset end)
        {
            lock (gate)
            {
                (value, ends) = (token, end);
            }
        }

        public void Drop()
        {
            lock (gate)
            {
                value = null;
            }
        }

        public void Dispose() => Drop();
    }
}
