using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>A copy of the demo that a <c>crm serve</c> of its own has open.</summary>
internal sealed class ServedProject : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _said;

    private ServedProject(string folder, Process process, Uri address)
    {
        (Folder, Address, _process, _said) = (folder, address, process, process.StandardError.ReadToEndAsync());
        Http = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        Plain = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>The project's folder.</summary>
    public string Folder { get; }

    /// <summary>Where the server listens.</summary>
    public Uri Address { get; }

    /// <summary>A client of it.</summary>
    public HttpClient Http { get; }

    /// <summary>A client of it that follows nothing and remembers nothing.</summary>
    public HttpClient Plain { get; }

    /// <summary>The server's process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Copies the demo and serves it.</summary>
    public static async Task<ServedProject> Start()
    {
        var folder = Directory.CreateTempSubdirectory("crm-served-").FullName;
        foreach (var file in Directory.EnumerateFiles(DemoProject.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(DemoProject.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return await Serve(folder);
    }

    /// <summary>Serves a folder.</summary>
    public static async Task<ServedProject> Serve(string folder)
    {
        var process = CrmProgram.Start(folder, "serve", "--json");
        var line = await process.StandardError.ReadLineAsync();
        while (line is not null && !line.StartsWith("http", StringComparison.Ordinal))
        {
            line = await process.StandardError.ReadLineAsync();
        }

        Assert.That(line, Is.Not.Null, "crm serve ended");
        return new(folder, process, new Uri(line!));
    }

    /// <summary>Asks <c>/v1/load</c>.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer)> Load(string body, string path = "v1/load")
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };

        // A refusal of a large body is to be read, not met as a connection that closed while it was still being sent.
        request.Headers.ExpectContinue = body.Length > 100_000;
        using var answer = await Http.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, json.RootElement.Clone());
    }

    /// <summary>Ends the server as a machine that loses its power does.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>Asks the server to stop; answers its exit code and what it said.</summary>
    public async Task<(int Code, string Said)> Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, await _said);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Http.Dispose();
        Plain.Dispose();
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
