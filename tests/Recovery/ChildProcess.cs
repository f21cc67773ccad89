using System.Diagnostics;
using Crm.Analytics.Tests.Recovery.Child;

namespace Crm.Analytics.Tests.Recovery;

/// <summary>The process that does something to a warehouse until it is killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Task<string> _errors;

    public ChildProcess(string mode, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", typeof(Workload).Assembly.Location, mode },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Waits for its end; answers all it said.</summary>
    public string WaitForEnd()
    {
        var said = _process.StandardOutput.ReadToEndAsync();
        if (!_process.WaitForExit(Patience))
        {
            _process.Kill();
            throw new InvalidOperationException($"The child did not end; it said: {said.GetAwaiter().GetResult()}");
        }

        return said.GetAwaiter().GetResult() + _errors.GetAwaiter().GetResult();
    }

    /// <summary>Waits until the process says a line that begins so; answers the line.</summary>
    public string WaitFor(string beginning)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (ReadLine(patience.Token) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"The child ended (exit code {_process.ExitCode}) before it said '{beginning}'.");
    }

    /// <summary>Ends it without a chance to tidy up: SIGKILL, or TerminateProcess. Answers the lines that were still in the pipe.</summary>
    public string Kill()
    {
        _process.Kill();
        var rest = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return rest;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private string? ReadLine(CancellationToken cancellation)
    {
        var line = _process.StandardOutput.ReadLineAsync(cancellation).AsTask().GetAwaiter().GetResult();
        if (line is null)
            _process.WaitForExit();
        return line;
    }
}
