using System.Diagnostics;
using System.Text.Json;
using Crm.Analytics.Tests.Architecture;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>What a process said and how it ended.</summary>
internal sealed record Ended(int Code, string Output, string Error)
{
    /// <summary>The one JSON document on standard output.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    public override string ToString() => $"exit code {Code}{Environment.NewLine}{Output}{Environment.NewLine}{Error}";
}

/// <summary>The program as its users start it: through the launcher, as a process of its own.</summary>
internal static class CrmProgram
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    public static Task<Ended> Run(params string[] arguments) => RunIn(Path.GetTempPath(), arguments);

    public static async Task<Ended> RunIn(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"crm {string.Join(' ', arguments)} did not end");
        }

        return new(process.ExitCode, await output, await error);
    }

    public static Process Start(string folder, params string[] arguments) => Start(folder, leaveInput: false, arguments);

    /// <summary>Starts it; its standard input is closed unless it is left to the caller.</summary>
    public static Process Start(string folder, bool leaveInput, params string[] arguments)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd", ["/c", Path.Combine(SourceTree.Root, "crm.cmd"), .. arguments])
            : new ProcessStartInfo(Path.Combine(SourceTree.Root, "crm"), arguments);
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        // The test host's own build settings are none of the program's.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        var process = Process.Start(start)!;
        if (!leaveInput)
        {
            process.StandardInput.Close();
        }

        return process;
    }
}
