using System.Diagnostics;

namespace Crm.Analytics.Bench;

/// <summary>What a process took.</summary>
internal sealed record Measurement(double Seconds, double CpuSeconds, double PeakMegabytes, string Output);

/// <summary>Runs a program and measures it from outside, so that start-up counts.</summary>
internal static class MeasuredProcess
{
    public static Measurement Run(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var (peak, cpu) = (0L, TimeSpan.Zero);
        while (!process.WaitForExit(10))
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
                cpu = process.TotalProcessorTime;
            }
            catch (InvalidOperationException)
            {
                // It ended between the two lines; what was read last stands.
            }
        }

        var seconds = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? new(seconds, cpu.TotalSeconds, peak / 1048576.0, output.Result)
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{errors.Result}{output.Result}");
    }

    public static Measurement Median(IReadOnlyList<Measurement> runs) =>
        new(Middle(runs, r => r.Seconds), Middle(runs, r => r.CpuSeconds), Middle(runs, r => r.PeakMegabytes), runs[^1].Output);

    private static double Middle(IReadOnlyList<Measurement> runs, Func<Measurement, double> of) =>
        runs.Select(of).Order().ElementAt(runs.Count / 2);
}
