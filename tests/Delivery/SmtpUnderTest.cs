using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crm.Analytics.Tests.Delivery;

/// <summary>A mail as the server took it.</summary>
internal sealed record TakenMail(string From, IReadOnlyList<string> To, string Data);

/// <summary>An SMTP server of a test on a free port of 127.0.0.1 (RFC 5321, as much as a client says).</summary>
internal sealed class SmtpUnderTest : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<TakenMail> mails = [];
    private readonly string? refuses;
    private readonly Task serving;

    /// <param name="refuses">An address that it does not take; null: it takes all.</param>
    public SmtpUnderTest(string? refuses = null)
    {
        this.refuses = refuses;
        listener.Start();
        serving = Serve();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public IReadOnlyList<TakenMail> Mails
    {
        get
        {
            lock (mails)
            {
                return [.. mails];
            }
        }
    }

    /// <summary>User names and passwords that were given, decoded.</summary>
    public List<string> Credentials { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        listener.Stop();
        stop.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await Talk(client.GetStream());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Talk(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 test");
        var (from, to) = ("", new List<string>());
        try
        {
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO":
                        await writer.WriteAsync("250-test\r\n250 AUTH LOGIN\r\n");
                        break;
                    case "AUTH":
                        await Authenticate(line, reader, writer);
                        break;
                    case "MAIL":
                        (from, to) = (Address(line), []);
                        await writer.WriteLineAsync("250 ok");
                        break;
                    case "RCPT":
                        to.Add(Address(line));
                        await writer.WriteLineAsync(to[^1] == refuses ? "550 nobody here" : "250 ok");
                        break;
                    case "DATA":
                        await writer.WriteLineAsync("354 go on");
                        var data = new StringBuilder();
                        while (await reader.ReadLineAsync(stop.Token) is { } text && text != ".")
                        {
                            data.Append(text.StartsWith('.') ? text[1..] : text).Append('\n');
                        }

                        lock (mails)
                        {
                            mails.Add(new(from, [.. to], data.ToString()));
                        }

                        await writer.WriteLineAsync("250 taken");
                        break;
                    case "QUIT":
                        await writer.WriteLineAsync("221 bye");
                        return;
                    default:
                        await writer.WriteLineAsync("250 ok");
                        break;
                }
            }
        }
        catch (IOException)
        {
            // The client went away, as it does after an error.
        }
    }

    private async Task Authenticate(string line, StreamReader reader, StreamWriter writer)
    {
        var given = line.Split(' ').ElementAtOrDefault(2);
        if (given is null)
        {
            await writer.WriteLineAsync("334 VXNlcm5hbWU6");
            given = await reader.ReadLineAsync(stop.Token);
        }

        Credentials.Add(Encoding.UTF8.GetString(Convert.FromBase64String(given!)));
        await writer.WriteLineAsync("334 UGFzc3dvcmQ6");
        Credentials.Add(Encoding.UTF8.GetString(Convert.FromBase64String((await reader.ReadLineAsync(stop.Token))!)));
        await writer.WriteLineAsync("235 welcome");
    }

    private static string Address(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
}
