using System.Net;
using System.Net.Sockets;

namespace Crm.Analytics.Warehouse.Network;

/// <summary>
/// Says which addresses may be connected to: public ones, and those the project allows. A name is resolved here and the connection goes to the address that
/// was looked at, so a name that answers otherwise the next time gains nothing.
/// </summary>
/// <param name="allowed">Hosts, addresses and networks that may be connected to although they are not public.</param>
public sealed class AddressGuard(IReadOnlyList<string> allowed)
{
    /// <summary>Beside these no IPv4 address is special: this network, private, shared, loopback, link-local, protocols, tests, multicast, reserved.</summary>
    private static readonly IPNetwork[] closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>The only IPv6 addresses that are public.</summary>
    private static readonly IPNetwork global = IPNetwork.Parse("2000::/3");

    /// <summary>True for addresses of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || global.Contains(plain)) && !Array.Exists(closed, n => n.Contains(plain));
    }

    /// <summary>True when this address may be connected to under this name.</summary>
    public bool Allows(string host, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IsPublic(plain) || allowed.Any(a => a.Equals(host, StringComparison.OrdinalIgnoreCase)
            || (IPNetwork.TryParse(a, out var network) ? network.Contains(plain) : IPAddress.TryParse(a, out var one) && one.Equals(plain)));
    }

    /// <summary>Connects to an address of the host that may be connected to.</summary>
    /// <exception cref="CrmException">The host has none.</exception>
    public async Task<Stream> Connect(DnsEndPoint to, CancellationToken cancellation)
    {
        var host = to.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation);
        var open = Array.FindAll(addresses, a => Allows(host, a));
        if (open.Length == 0 && addresses.Length > 0)
        {
            throw new CrmException(
                FailureKind.Failed, $"{host} is at {string.Join(", ", addresses.Select(a => a.ToString()))}, which is not a public address", host,
                "a public address", $"If this host is meant, write `security: {{allow_private_addresses: [{host}]}}` in crm.yaml");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, to.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
