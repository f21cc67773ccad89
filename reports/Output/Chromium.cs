using System.Diagnostics;

namespace Crm.Analytics.Reports.Output;

/// <summary>A Chromium-based browser of this machine, run without a window, on its own throw-away profile, without network traffic of its own.</summary>
internal sealed class Chromium(string executable)
{
    /// <summary>Environment variable that names the browser when it is not found by itself.</summary>
    public const string Variable = "CRM_CHROMIUM";

    private static readonly TimeSpan longest = TimeSpan.FromMinutes(2);

    private static readonly string[] names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge", "chrome"];

    private static readonly string[] flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--hide-scrollbars",
    ];

    /// <summary>The browser's program file; null when there is none.</summary>
    public static string? Find(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : null;
        }

        string[] endings = OperatingSystem.IsWindows() ? [".exe"] : [""];
        var onPath = (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names, (folder, name) => Path.Combine(folder, name));
        return onPath.Concat(UsualPlaces(environment)).SelectMany(path => endings, (path, ending) => path + ending).FirstOrDefault(File.Exists);
    }

    /// <summary>What a run printed, or null and why it failed.</summary>
    /// <param name="arguments">Arguments beside the usual ones; the page last.</param>
    /// <param name="cancellation">Ends the browser.</param>
    public (string? Output, string? Failure) Run(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var profile = Directory.CreateTempSubdirectory("crm-browser-");
        try
        {
            return Run(profile.FullName, arguments, cancellation);
        }
        finally
        {
            Discard(profile);
        }
    }

    private (string? Output, string? Failure) Run(string profile, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in flags.Append($"--user-data-dir={profile}").Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Start(start);
        if (process is null)
        {
            return (null, $"{executable} does not start");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(longest);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return (null, $"{executable} did not finish within {longest.TotalMinutes:0} minutes");
        }

        return process.ExitCode == 0
            ? (output.GetAwaiter().GetResult(), null)
            : (null, $"{executable} ended with code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim().Split('\n')[^1]}");
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> UsualPlaces(Func<string, string?> environment)
    {
        yield return "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
        yield return "/Applications/Chromium.app/Contents/MacOS/Chromium";
        yield return "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge";
        foreach (var root in new[] { "ProgramFiles", "ProgramFiles(x86)", "LocalAppData" }.Select(environment).OfType<string>())
        {
            yield return Path.Combine(root, "Google", "Chrome", "Application", "chrome");
            yield return Path.Combine(root, "Microsoft", "Edge", "Application", "msedge");
        }
    }

    /// <summary>A helper process of the browser may still hold a file of the profile; the system's own cleaning takes what stays.</summary>
    private static void Discard(DirectoryInfo profile)
    {
        try
        {
            profile.Delete(recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            profile.Refresh();
        }
    }
}
