using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Crm.Analytics.Tests.Jobs;

/// <summary>A <c>crm serve</c> in a process of its own, from the build of these tests.</summary>
internal sealed class CrmServer : IDisposable
{
    private static readonly TimeSpan longest = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;
    private readonly ConcurrentQueue<string> _said = [];

    public CrmServer(string folder, Dictionary<string, string> environment, params string[] options)
    {
        (_folder, _environment) = (folder, environment);
        _process = Start(["serve", .. options]);
        _process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "(end)");
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "(end)");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it says something.</summary>
    public Task Says(string text) => Until(() => Task.FromResult(_said.Any(s => s.Contains(text, StringComparison.Ordinal))), text);

    /// <summary>Waits until something holds.</summary>
    public async Task Until(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(longest);
        while (!await holds())
        {
            if (limit.IsCancellationRequested)
            {
                var (_, runs) = await Command("jobs", "history");
                var (_, newest) = await Command("jobs", "history", "--log", "2");
                Assert.Fail($"it did not come to '{what}'; said: {string.Join(" | ", _said)}; the jobs' runs: {runs}; the second said: {newest}");
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Gives a command in its project, from a process of its own.</summary>
    public async Task<(int Code, string Output)> Command(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + (process.ExitCode == 0 ? "" : await error));
    }

    /// <summary>Causes and ends of a job's runs, newest first.</summary>
    public async Task<string> History(string job)
    {
        var (code, output) = await Command("jobs", "history", job, "--json");
        if (code != 0)
        {
            return output;
        }

        using var json = JsonDocument.Parse(output);
        return string.Join("; ", json.RootElement.GetProperty("runs").EnumerateArray().Select(r => $"{r.GetProperty("cause").GetString()} {r.GetProperty("state").GetString()}"));
    }

    /// <summary>Ends it as a machine that loses its power does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "crm.dll"), .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
