using System.Net;
using System.Security.Cryptography;
using System.Text;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Web.Access;

/// <summary>
/// Takes the word of a reverse proxy for who somebody is: a header with the user's name, one with groups, from configured addresses and with a shared secret only.
/// Whoever else sends such a header is nobody.
/// </summary>
/// <param name="settings">What is configured.</param>
/// <param name="secret">The secret that the proxy sends; null for none.</param>
internal sealed class TrustedProxy(ProxySettings settings, string? secret)
{
    /// <summary>The header with the secret.</summary>
    public const string SecretHeader = "X-Crm-Proxy-Secret";

    private const int Longest = 100;
    private readonly IReadOnlyList<IPNetwork> _from = [.. settings.From.Select(f => f.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(f) : new IPNetwork(IPAddress.Parse(f), f.Contains(':', StringComparison.Ordinal) ? 128 : 32))];

    /// <summary>True when a request tells who somebody is, rightly or not.</summary>
    public bool Speaks(HttpRequest request) => request.Headers.ContainsKey(settings.User) || request.Headers.ContainsKey(settings.Groups) || request.Headers.ContainsKey(SecretHeader);

    /// <summary>Who a request says it is from; null when that is not to be believed, or when nobody of theirs may come in.</summary>
    public Asker? AskerOf(HttpContext context)
    {
        var request = context.Request;
        if (!IsTrusted(context.Connection.RemoteIpAddress) || !HasSecret(request) || request.Headers[settings.User] is not [{ Length: > 0 and <= Longest } name] || name.Any(char.IsControl)
            || request.Headers[settings.Groups].Count > 1)
        {
            return null;
        }

        string[] groups = [.. request.Headers[settings.Groups].ToString().Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        var role = settings.Roles.Where(r => r.Groups.Any(g => g == "*" || groups.Contains(g, StringComparer.Ordinal))).Select(r => Enum.Parse<AccessRole>(r.Role, ignoreCase: true)).DefaultIfEmpty().Max();
        return role == default ? null : new(name, role, groups, new Dictionary<string, IReadOnlyList<string>>());
    }

    private bool IsTrusted(IPAddress? from) => from is not null && _from.Any(n => n.Contains(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from));

    private bool HasSecret(HttpRequest request) => secret is null
        || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers[SecretHeader].ToString())), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
