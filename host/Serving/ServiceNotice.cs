using System.Net.Sockets;
using System.Text;

namespace Crm.Analytics.Host.Serving;

/// <summary>Tells systemd how a service stands, where it asks for that (<c>Type=notify</c>); elsewhere it does nothing.</summary>
internal static class ServiceNotice
{
    /// <summary>It can be used now.</summary>
    public static void Ready() => Tell("READY=1");

    /// <summary>It is about to end.</summary>
    public static void Stopping() => Tell("STOPPING=1");

    private static void Tell(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // A name that begins with @ is one of Linux's own, which no file stands for.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
        }
        catch (SocketException)
        {
            // Nobody listens; the service works all the same.
        }
    }
}
