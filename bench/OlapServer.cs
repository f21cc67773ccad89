using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crm.Analytics.Bench;

/// <summary>A server in a process of its own.</summary>
internal sealed class OlapServer : IDisposable
{
    private readonly Process _process;
    private readonly Uri _address;
    private OlapClient _client;
    private long _asked = Stopwatch.GetTimestamp();

    public OlapServer(string program, params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string? line;
        do
        {
            line = _process.StandardError.ReadLine();
        }
        while (line is not null && !line.StartsWith("http", StringComparison.Ordinal));
        var rest = new Thread(() => _process.StandardError.BaseStream.CopyTo(Stream.Null)) { IsBackground = true };
        rest.Start();
        _address = new Uri(line ?? throw new InvalidOperationException("the server ended"));
        _client = Connect();
    }

    /// <summary>The connection; another one when the server may have ended it, since nothing was asked for half a minute.</summary>
    private OlapClient Client
    {
        get
        {
            if (Stopwatch.GetElapsedTime(_asked).TotalSeconds > 30)
            {
                _client.Dispose();
                _client = Connect();
            }

            _asked = Stopwatch.GetTimestamp();
            return _client;
        }
    }

    /// <summary>A connection of its own.</summary>
    public OlapClient Connect() => new(_address);

    /// <summary>Asks; answers how many bytes the answer has.</summary>
    public int Ask(string path, string body) => Client.Ask(OlapClient.Request(_address, path, body)).Length;

    /// <summary>Asks; answers the answer.</summary>
    public byte[] Answer(string path, string body) => Client.Ask(OlapClient.Request(_address, path, body)).ToArray();

    /// <summary>Requests a second: each client sends one after the other for two seconds.</summary>
    /// <param name="path">The path.</param>
    /// <param name="bodies">The bodies, in turn.</param>
    /// <param name="clients">Clients at a time.</param>
    public double PerSecond(string path, IReadOnlyList<string> bodies, int clients)
    {
        var requests = bodies.Select(b => OlapClient.Request(_address, path, b)).ToList();
        var (count, began) = (0, Stopwatch.GetTimestamp());
        var threads = Enumerable.Range(0, clients).Select(c => new Thread(() =>
        {
            using var client = Connect();
            for (var i = c; Stopwatch.GetElapsedTime(began).TotalSeconds < 2; i++)
            {
                client.Ask(requests[i % requests.Count]);
                Interlocked.Increment(ref count);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Gets a page; answers its text.</summary>
    public string Page(string path) => Encoding.UTF8.GetString(_client.Ask(OlapClient.Get(_address, path)));

    /// <summary>Sends the first of some requests; answers the bytes of its answer.</summary>
    public byte[] Sent(Func<Uri, int, byte[]> requests) => _client.Ask(requests(_address, 0)).ToArray();

    /// <summary>What clients met who sent one request after the other for a time.</summary>
    /// <param name="requests">The bytes of a request by its number.</param>
    /// <param name="clients">Clients at a time.</param>
    /// <param name="isOver">True when enough were sent.</param>
    public Latencies Held(Func<Uri, int, byte[]> requests, int clients, Func<int, TimeSpan, bool> isOver)
    {
        var (next, began) = (-1, Stopwatch.GetTimestamp());
        var met = new List<double>[clients];
        var threads = Enumerable.Range(0, clients).Select(c => new Thread(() =>
        {
            var mine = met[c] = [];
            using var client = Connect();
            for (var i = Interlocked.Increment(ref next); !isOver(i, Stopwatch.GetElapsedTime(began)); i = Interlocked.Increment(ref next))
            {
                var request = requests(_address, i);
                var sent = Stopwatch.GetTimestamp();
                client.Ask(request);
                mine.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var all = met.SelectMany(m => m).Order().ToList();
        return new(all.Count / Stopwatch.GetElapsedTime(began).TotalSeconds, all[all.Count / 2], all[all.Count * 95 / 100], all[all.Count * 99 / 100]);
    }

    public void Dispose()
    {
        _client.Dispose();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>What clients met.</summary>
/// <param name="PerSecond">Requests a second.</param>
/// <param name="Middle">Milliseconds in which half of them were answered.</param>
/// <param name="P95">Milliseconds in which 95 % were.</param>
/// <param name="P99">Milliseconds in which 99 % were.</param>
internal sealed record Latencies(double PerSecond, double Middle, double P95, double P99);

/// <summary>A connection that sends a request and reads its answer, and does as little as can be beside it, so that what is measured is the server.</summary>
internal sealed class OlapClient : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[1 << 16];

    public OlapClient(Uri address)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Parse(address.Host), address.Port);
    }

    /// <summary>The bytes of a POST of JSON.</summary>
    public static byte[] Request(Uri address, string path, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST /{path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\n\r\n")), .. bytes];
    }

    /// <summary>The bytes of a GET.</summary>
    public static byte[] Get(Uri address, string path) => Encoding.ASCII.GetBytes($"GET /{path} HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");

    /// <summary>Sends a request; answers the body of its answer, which stands until the next one.</summary>
    public ReadOnlySpan<byte> Ask(byte[] request)
    {
        _socket.Send(request);
        var (read, head) = (0, -1);
        while (head < 0)
        {
            read += Receive(read);
            head = _buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
        }

        var headers = _buffer.AsSpan(0, head + 2);
        var isOk = headers.StartsWith("HTTP/1.1 200"u8);
        var at = headers.IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return Chunks(head + 4, read, isOk);
        }

        Utf8Parser.TryParse(headers[(at + 16)..], out int length, out _);
        while (read < head + 4 + length)
        {
            read += Receive(read);
        }

        var body = _buffer.AsSpan(head + 4, length);
        return isOk ? body : throw new InvalidOperationException(Encoding.UTF8.GetString(_buffer.AsSpan(0, head + 4 + length)));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>An answer of unknown length: it is read to its last chunk.</summary>
    private ReadOnlySpan<byte> Chunks(int body, int read, bool isOk)
    {
        while (!_buffer.AsSpan(0, read).EndsWith("0\r\n\r\n"u8))
        {
            read += Receive(read);
        }

        return isOk ? _buffer.AsSpan(body, read - body) : throw new InvalidOperationException(Encoding.UTF8.GetString(_buffer.AsSpan(0, read)));
    }

    private int Receive(int read)
    {
        if (read == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var got = _socket.Receive(_buffer.AsSpan(read));
        return got > 0 ? got : throw new InvalidOperationException($"the server hung up: {Encoding.UTF8.GetString(_buffer.AsSpan(0, read))}");
    }
}
