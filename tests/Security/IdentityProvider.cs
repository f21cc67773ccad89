using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Crm.Analytics.Tests.Security;

/// <summary>A small identity provider on 127.0.0.1: discovery, keys, codes for who asks, tokens signed with RSA. What it says can be made wrong.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string Secret = "a secret that two know";
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _other = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = new();
    private readonly WebApplication _app;

    private IdentityProvider(WebApplication app) => _app = app;

    /// <summary>Its address.</summary>
    public string Issuer => _app.Urls.First().TrimEnd('/');

    /// <summary>What the next token says, before it is signed.</summary>
    public Action<Dictionary<string, object>> Says { get; set; } = _ => { };

    /// <summary>How the next token is signed: <c>RS256</c>, <c>none</c>, <c>HS256</c>, <c>other key</c>, <c>unknown key</c>, <c>broken</c>.</summary>
    public string Signs { get; set; } = "RS256";

    /// <summary>What was sent for the last token.</summary>
    public Dictionary<string, string> Asked { get; } = [];

    public static async Task<IdentityProvider> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        var provider = new IdentityProvider(builder.Build());
        provider._app.Run(provider.Answer);
        await provider._app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _other.Dispose();
    }

    private async Task Answer(HttpContext context)
    {
        var request = context.Request;
        switch (request.Path.Value)
        {
            case "/.well-known/openid-configuration":
                await Json(context, new
                {
                    issuer = Issuer, authorization_endpoint = $"{Issuer}/authorize", token_endpoint = $"{Issuer}/token", jwks_uri = $"{Issuer}/keys",
                    response_types_supported = new[] { "code" }, subject_types_supported = new[] { "public" }, id_token_signing_alg_values_supported = new[] { "RS256" },
                });
                break;
            case "/keys":
                var key = _key.ExportParameters(false);
                await Json(context, new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", alg = "RS256", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } } });
                break;
            case "/authorize":
                var code = Guid.NewGuid().ToString("N");
                _codes[code] = (request.Query["nonce"].ToString(), request.Query["code_challenge"].ToString());
                context.Response.Redirect($"{request.Query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(request.Query["state"].ToString())}");
                break;
            case "/token":
                await Token(context);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private async Task Token(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        foreach (var (name, value) in form)
        {
            Asked[name] = value.ToString();
        }

        var proof = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out var known) || known.Challenge != proof || form["client_secret"] != Secret)
        {
            context.Response.StatusCode = 400;
            await Json(context, new { error = "invalid_grant" });
            return;
        }

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Dictionary<string, object> claims = new()
        {
            ["iss"] = Issuer, ["aud"] = "crm", ["sub"] = "u-1", ["exp"] = now + 300, ["iat"] = now, ["nonce"] = known.Nonce, ["preferred_username"] = "ada", ["groups"] = new[] { "bi" },
        };
        Says(claims);
        await Json(context, new { access_token = "opaque", token_type = "Bearer", expires_in = 300, id_token = Signed(claims) });
    }

    private string Signed(Dictionary<string, object> claims)
    {
        var algorithm = Signs is "none" or "HS256" ? Signs : "RS256";
        var head = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new { alg = algorithm, typ = "JWT", kid = Signs == "unknown key" ? "two" : "one" }));
        var body = $"{head}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        var bytes = Encoding.ASCII.GetBytes(body);
        var signature = Signs switch
        {
            "none" => [],
            "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), bytes),
            "other key" or "unknown key" => _other.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => _key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        if (Signs == "broken")
        {
            signature[0] ^= 1;
        }

        return $"{body}.{Base64Url.EncodeToString(signature)}";
    }

    private static Task Json(HttpContext context, object answer)
    {
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer)).AsTask();
    }
}
