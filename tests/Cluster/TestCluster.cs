using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Warehouse.Engines.ClickHouse;

namespace Crm.Analytics.Tests.Cluster;

/// <summary>
/// A real cluster for the tests: each node a process of its own on 127.0.0.1 and free ports, with its data in a temporary folder. Nodes can be killed and come
/// back with what they had. The test is ignored where the library that they run cannot be had.
/// </summary>
internal sealed class TestCluster : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crm-cluster-").FullName;
    private readonly Process?[] processes;
    private readonly (int Http, int Tcp)[] ports;

    public TestCluster(int nodes)
    {
        if (!File.Exists(Library) || Program is null)
        {
            Assert.Ignore($"the library of the test cluster is not there: {Library} (only for Linux on x64; fetched by `npm ci --ignore-scripts` in tests/Cluster/Node)");
        }

        processes = new Process?[nodes];
        ports = [.. Enumerable.Range(0, nodes).Select(_ => (FreePort(), FreePort()))];
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
        for (var node = 0; node < nodes; node++)
        {
            Launch(node);
        }

        for (var node = 0; node < nodes; node++)
        {
            Await(node);
        }
    }

    /// <summary>The address of the star, in a database of that name.</summary>
    public ClusterAddress Address(string database) => ClusterAddress.Parse(Text(database), "the test");

    public string Text(string database) => $"clickhouse://{string.Join(',', ports.Select(p => $"127.0.0.1:{Number(p.Http)}"))}/{database}{(ports.Length > 1 ? "?cluster=crm" : "")}";

    public ClusterClient Client(string database) => new(Address(database), new ClusterLogin(null, null));

    public void Kill(int node)
    {
        processes[node]!.Kill();
        processes[node]!.WaitForExit();
        processes[node]!.Dispose();
        processes[node] = null;
    }

    public void Restart(int node)
    {
        Launch(node);
        Await(node);
    }

    /// <summary>Seconds of processor time that a node used so far.</summary>
    public double Cpu(int node)
    {
        processes[node]!.Refresh();
        return processes[node]!.TotalProcessorTime.TotalSeconds;
    }

    public void Dispose()
    {
        for (var node = 0; node < processes.Length; node++)
        {
            if (processes[node] is not null)
            {
                Kill(node);
            }
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Library => Path.Combine(TestProject.RepositoryRoot, "tests", "Cluster", "Node", "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");

    private static string? Program => new[] { "debug", "release" }.Select(c => Path.Combine(TestProject.RepositoryRoot, "artifacts", "bin", "Crm.Analytics.Tests.Node", c, "Crm.Analytics.Tests.Node.dll")).FirstOrDefault(File.Exists);

    private void Launch(int node)
    {
        var own = Path.Combine(folder, $"n{Number(node)}");
        Directory.CreateDirectory(own);
        var shards = string.Concat(ports.Select(p => $"<shard><replica><host>127.0.0.1</host><port>{Number(p.Tcp)}</port></replica></shard>"));
        File.WriteAllText($"{own}.xml", $"""
            <clickhouse>
              <path>{own}/</path>
              <listen_host>127.0.0.1</listen_host><http_port>{Number(ports[node].Http)}</http_port><tcp_port>{Number(ports[node].Tcp)}</tcp_port>
              <logger><level>none</level></logger>
              <mark_cache_size>33554432</mark_cache_size>
              <remote_servers><crm>{shards}</crm></remote_servers>
            </clickhouse>
            """);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = own };
        foreach (var argument in new[]
        {
            "exec", Program!, Library, $"--config-file={own}.xml", "--path", own, "--input-format", "LineAsString", "--structure", "l String",
            "--query", "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM table",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes[node] = process;
    }

    private void Await(int node)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Number(ports[node].Http)}/ping"));
                answer.EnsureSuccessStatusCode();
                using var socket = new TcpClient("127.0.0.1", ports[node].Tcp);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException && clock.Elapsed < TimeSpan.FromSeconds(60) && !processes[node]!.HasExited)
            {
                Task.Delay(50).Wait();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
