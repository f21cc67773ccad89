using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Crm.Analytics.Host.Serving;

namespace Crm.Analytics.Host.Parsing;

/// <summary>What a parser may take.</summary>
/// <param name="MemoryMegabytes">Most memory of its process, in megabytes; half of it is for the engine, half for managed objects.</param>
/// <param name="Time">Most time for one request.</param>
internal sealed record ParserLimits(int MemoryMegabytes, TimeSpan Time);

/// <summary>How a parser ended before it answered.</summary>
/// <param name="Why">In words, for people.</param>
/// <param name="HadBegun">True when it had begun with the request.</param>
internal sealed record ParserEnd(string Why, bool HadBegun);

/// <summary>A parser in a process of its own, within limits that it cannot overstep: whoever oversteps them is killed.</summary>
internal sealed class ParserProcess : IDisposable
{
    private static readonly TimeSpan every = TimeSpan.FromMilliseconds(50);
    private static readonly string[] handedOn = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ", "SystemRoot", "DOTNET_ROOT", "LD_LIBRARY_PATH", "DOTNET_EnableWriteXorExecute"];

    private readonly Process _process;
    private readonly ParserLimits _limits;
    private readonly StringBuilder _said = new();
    private string? _overstepped;

    /// <summary>Starts one.</summary>
    /// <param name="limits">Its limits.</param>
    public ParserProcess(ParserLimits limits)
    {
        _limits = limits;
        var (program, first) = Program();
        var half = limits.MemoryMegabytes / 2;
        var start = new ProcessStartInfo(program, [.. first, ParserService.Argument, string.Create(CultureInfo.InvariantCulture, $"{half}MB")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // It is given nothing of what this process knows, secrets least of all.
        foreach (var name in start.Environment.Keys.Except(handedOn).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{half * 1_000_000L:x}");
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>Number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>True while it can be asked.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Sends a request and reads frames until the answer is whole.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pass">Takes frames, one after the other.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <returns>Null when it answered; else how it ended.</returns>
    public ParserEnd? Ask(byte[] request, Action<CommandFrames.Kind, ReadOnlyMemory<byte>> pass, CancellationToken cancellation)
    {
        var (began, hasBegun) = (Stopwatch.GetTimestamp(), false);
        using var stopping = cancellation.Register(Kill);
        using var watch = new Timer(_ => Watch(began), null, every, every);
        try
        {
            CommandFrames.Write(_process.StandardInput.BaseStream, CommandFrames.Kind.Output, request);
            _process.StandardInput.BaseStream.Flush();
            var code = CommandFrames.Read(_process.StandardOutput.BaseStream, (kind, content) =>
            {
                hasBegun = true;
                pass(kind, content);
            });
            cancellation.ThrowIfCancellationRequested();
            return code is not null ? null : new(Why(), hasBegun);
        }
        catch (IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new(Why(), hasBegun);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private string Why()
    {
        _process.WaitForExit();
        return _overstepped ?? (Said().Contains("OutOfMemory", StringComparison.Ordinal) || Said().Contains("Out of memory", StringComparison.OrdinalIgnoreCase) ? Memory()
            : string.Create(CultureInfo.InvariantCulture, $"the parser broke down (exit code {_process.ExitCode})"));
    }

    private string Memory() => string.Create(CultureInfo.InvariantCulture, $"the parser took more than {_limits.MemoryMegabytes:N0} MB of memory and was ended");

    private void Watch(long began)
    {
        try
        {
            _process.Refresh();
            if (_process.WorkingSet64 > _limits.MemoryMegabytes * 1_000_000L)
            {
                _overstepped ??= Memory();
                Kill();
            }
            else if (Stopwatch.GetElapsedTime(began) > _limits.Time)
            {
                _overstepped ??= string.Create(CultureInfo.InvariantCulture, $"the parser took longer than {_limits.Time} and was ended");
                Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // It ended between two looks.
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It is gone already, or about to be.
        }
    }

    private void Hear(string? line)
    {
        lock (_said)
        {
            if (line is not null && _said.Length < 4000)
            {
                _said.AppendLine(line);
            }
        }
    }

    private string Said()
    {
        lock (_said)
        {
            return _said.ToString();
        }
    }

    /// <summary>This program: by itself where it is one file, else by what runs it.</summary>
    private static (string Program, string[] First) Program()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "crm.dll");
        var own = Environment.ProcessPath!;
        var runner = Path.GetFileNameWithoutExtension(own);
        return runner == "crm" ? (own, []) : (runner == "dotnet" ? own : "dotnet", [library]);
    }
}
